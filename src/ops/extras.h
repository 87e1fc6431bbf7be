/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sealed `extras` columns: what a file says beyond the columns. In clear it is lines of text:
 *
 *   of a configuration   JSON of the lines of [Interface];
 *                        then, when given, SaveConfig = true|false
 *   of a server's slot   JSON of the lines of its [Peer]; then, when the file's [Interface] was
 *                        not written as the configuration's, JSON of that
 *
 * An empty line stands for "the usual lines" (wgconf/lines.h).
 */
#ifndef WF_OPS_EXTRAS_H
#define WF_OPS_EXTRAS_H

#include "model/conf.h"
#include "ops/ops.h"

/* The text in clear, or NULL when it would say nothing. */
const char *extras_of_config(struct arena *a, const struct conf *c);
/* own_interface: `interface` (NULL = the usual lines) is to be kept with it. */
const char *extras_of_slot(
	struct arena *a, const struct conf_peer *p, bool own_interface, const char *interface);

struct extras {
	const char *interface; /* JSON; NULL = the usual lines */
	const char *peer;      /* of a slot: JSON; NULL = the usual lines */
	bool own_interface;    /* of a slot: `interface` holds, not the configuration's */
	int save_config;       /* of a configuration; -1 = not given */
};
/* sealed NULL gives what says nothing. */
int extras_open_config(struct ops *o, const char *sealed, struct extras *ret, struct err *e);
int extras_open_slot(struct ops *o, const char *sealed, struct extras *ret, struct err *e);

#endif
