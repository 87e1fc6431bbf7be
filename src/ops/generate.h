/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From rows back to a .conf: what was imported comes back equal. */
#ifndef WF_OPS_GENERATE_H
#define WF_OPS_GENERATE_H

#include "model/conf.h"
#include "ops/ops.h"

struct generated {
	struct config config;
	const char *server;
	unsigned held_back;	 /* portable: hooks that are not trusted, and so left out */
	bool settings_missing;	 /* not portable: what was set is not in the text */
	struct secret_text text; /* freed by the caller */
};
/*
 * "NAME[@SERVER]"; without a server the active one. `portable`: what the rows ask for as hooks that
 * do the same under plain wg-quick(8); else the hooks as they were imported.
 */
int generate_text(struct ops *o, const char *name, bool portable, struct generated *ret,
	struct err *e);
/* The same, placed in a file: 0600, whole or not at all. */
int generate_file(struct ops *o, const char *name, bool portable, const char *path,
	struct generated *ret, struct err *e);

#endif
