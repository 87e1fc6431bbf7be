/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines as written (order, comments, unknown keys) to and from JSON text, for the sealed
 * `extras` columns. The usual lines of a [Peer] (PublicKey, AllowedIPs, Endpoint and so on, one
 * each, no comment but its name) are not worth storing: *ret is NULL then.
 */
#ifndef WF_WGCONF_LINES_H
#define WF_WGCONF_LINES_H

#include "base/str.h"
#include "model/conf.h"

/* Of [Interface] and what stands before it. NULL when they are the usual ones. */
char *conf_interface_lines_to_json(struct arena *a, const struct conf *c);
char *conf_peer_lines_to_json(struct arena *a, const struct conf_peer *p);
int conf_interface_lines_from_json(
	struct arena *a, const char *json, struct conf *c, struct err *e);
int conf_peer_lines_from_json(
	struct arena *a, const char *json, struct conf_peer *p, struct err *e);

#endif
