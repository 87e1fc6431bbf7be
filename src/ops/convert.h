/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between a .conf value and the rows' text columns. Secrets, hooks and the lines as written have
 * their own ways (seal.h, hooks.h, lines.h) and are not touched here.
 */
#ifndef WF_OPS_CONVERT_H
#define WF_OPS_CONVERT_H

#include "model/conf.h"
#include "model/entity.h"

/* What an [Interface] says, apart from its key, hooks and lines. */
struct identity {
	const char *ipv4, *ipv6, *order; /* as in struct config */
	const char *dns;		 /* comma list; NULL when there is none */
};

void convert_identity(struct arena *a, const struct conf *c, struct identity *ret);
/* listen_port, mtu, fwmark, table_setting and the identity. */
void convert_interface(struct arena *a, const struct conf *c, struct config *row);
/* name, public_key, endpoint, allowed_ips, keepalive. */
void convert_peer(struct arena *a, const struct conf_peer *p, struct server_slot *row);

/* Puts the addresses and DNS that a server has for itself in the place of the configuration's. */
void convert_use_own(struct config *row, const struct server_slot *s);
/* The way back; E_ADDRESS, E_ENDPOINT, E_KEY for rows that somebody else has written. */
int convert_to_interface(struct arena *a, const struct config *row, struct conf *c, struct err *e);
int convert_to_peer(
	struct arena *a, const struct server_slot *row, struct conf_peer *p, struct err *e);

/* Comma list of addresses or prefixes into the addresses of an [Interface] (--address). */
int convert_add_addresses(struct arena *a, const char *list, struct conf *c, struct err *e);

#endif
