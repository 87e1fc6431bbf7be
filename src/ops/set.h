/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of a configuration: key=value for people, columns and command_pair rows beneath.
 * Several at once are one transaction.
 */
#ifndef WF_OPS_SET_H
#define WF_OPS_SET_H

#include "ops/ops.h"
#include "store/entities.h"

struct setting {
	const char *key, *value; /* value as `set` takes it */
};
struct setting_change {
	const char *key, *old, *fresh;
};

struct set_result {
	struct config config;
	LIST(struct setting, settings);	      /* all of them, as they are now */
	LIST(struct setting_change, changes); /* what this call changed */
	bool up;      /* it is up on this machine */
	bool applied; /* … and has been reloaded */
	const char *note; /* something the user should know of what was set, or NULL */
};

/*
 * words: "key=value"; none: only looks. What protects is applied to a tunnel that is up at once,
 * anything else with `now`. When that fails the setting is kept, and the error says so.
 * E_USAGE: a key that there is not (with near names), or a value that it does not take.
 */
int ops_set(struct ops *o, const char *name, char *const *words, size_t n, bool now,
	struct set_result *ret, struct err *e);

/* The keys with what each takes, for help; ends with a NULL key. */
struct setting_help {
	const char *key, *values, *what;
};
const struct setting_help *ops_set_help(size_t i); /* NULL behind the last */

#endif
