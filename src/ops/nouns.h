/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sponsors, devices and SSH hosts: add, list, show, remove. */
#ifndef WF_OPS_NOUNS_H
#define WF_OPS_NOUNS_H

#include "ops/ops.h"
#include "store/entities.h"

/* sponsor.c. `confirm` is the value of --confirm, or NULL. */
int ops_sponsor_add(struct ops *o, struct sponsor *s, struct err *e);
int ops_sponsor_list(struct ops *o, struct sponsor_list *ret, struct err *e);
int ops_sponsor_show(struct ops *o, const char *name, struct sponsor *ret,
	struct config_list *configs, struct err *e);
/* With its configurations, when --confirm names it; else E_IN_USE. */
int ops_sponsor_remove(
	struct ops *o, const char *name, const char *confirm, struct sponsor *ret, struct err *e);

/* peer.c */
int ops_peer_add(struct ops *o, const char *name, const char *ssh_host, const char *notes,
	struct local_peer *ret, struct err *e);
int ops_peer_list(struct ops *o, struct local_peer_list *ret, struct err *e);
int ops_peer_show(struct ops *o, const char *name, struct local_peer *ret,
	struct config_list *configs, struct err *e);
int ops_peer_remove(struct ops *o, const char *name, const char *confirm, struct local_peer *ret,
	struct err *e);

/* ssh_host.c */
struct ssh_host_entry {
	struct ssh_host host;
	const char *jump;   /* name of the host it is reached through, or NULL */
	const char **users; /* devices that use it, hosts that jump through it */
	size_t n_users;
};
int ops_ssh_host_add(struct ops *o, struct ssh_host *h, const char *jump, struct err *e);
/* *ret is an arena array. */
int ops_ssh_host_list(struct ops *o, struct ssh_host_entry **ret, size_t *n, struct err *e);
int ops_ssh_host_show(struct ops *o, const char *name, struct ssh_host_entry *ret, struct err *e);
/* Warns who uses it and asks; *removed is false when the answer was no. */
int ops_ssh_host_remove(
	struct ops *o, const char *name, struct ssh_host_entry *ret, bool *removed, struct err *e);

#endif
