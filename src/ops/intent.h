/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From rows to intent: what a configuration at one of its servers asks for on this host. */
#ifndef WF_OPS_INTENT_H
#define WF_OPS_INTENT_H

#include "model/conf.h"
#include "model/tunnel.h"
#include "ops/trust.h"

/*
 * NAME[@SERVER] of a row, without a server the active one; else FILE.conf, or a bare name that only
 * /etc/wireguard knows. E_OTHER_DEVICE when the configuration is not this machine's. Secrets
 * stay sealed but for the preshared keys, which are opened for their fingerprint. *hooks (may be
 * NULL) gets those that were not understood; those of a file are never trusted.
 */
int intent_load(struct ops *o, const char *name, struct tunnel *ret, struct hook_set *hooks,
	struct err *e);
/* The same of a row and the slots of one of its servers, whatever device it is for. */
int intent_of_rows(struct ops *o, const struct config *c, const struct server_list *servers,
	struct tunnel *ret, struct err *e);
/* The file a name means: FILE.conf itself, or /etc/wireguard/NAME.conf when there is one; NULL. */
const char *intent_file_path(struct arena *a, const char *name);
/* "office" of "DIR/office.conf". */
const char *intent_name_of_file(struct arena *a, const char *path);
int intent_load_file(struct ops *o, const char *path, struct tunnel *ret, struct hook_set *hooks,
	struct err *e);
bool intent_name_is_interface(const char *name); /* wg-quick's rule */
/* What a .conf asks for, but for its keys. */
int intent_take_conf(struct arena *a, const struct conf *c, struct tunnel *t, struct err *e);

#endif
