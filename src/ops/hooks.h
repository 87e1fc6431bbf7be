/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PreUp, PostUp, PreDown, PostDown as command_pair rows. Imported hooks are other people's root
 * code: they are kept byte for byte, and never run by what is here; what is understood is enabled as
 * policy.
 */
#ifndef WF_OPS_HOOKS_H
#define WF_OPS_HOOKS_H

#include "model/conf.h"
#include "model/policy.h"
#include "ops/ops.h"
#include "store/entities.h"

/* hooks.c */
bool hooks_equal(const struct conf *a, const struct conf *b);
/* "PostUp" */
const char *hooks_phase_name(enum conf_phase phase);
/* Whether a command holds something that looks like a key: 44 characters of base64 of 32 bytes. */
bool hooks_hold_key(const char *command, size_t len);
/* The command with "(key)" in the place of each; in the arena, terminated. */
const char *hooks_masked(struct arena *a, const char *command, size_t len);

/* hook_rows.c */
struct hook_pattern { /* one row that was made */
	enum pattern pattern;
	bool enabled, inert;
	unsigned line; /* in the file */
	const char *rationale, *flaw; /* as in struct idiom */
};
struct hook_report {
	unsigned hooks, held_back; /* lines; held_back: not understood, so not enabled */
	LIST(struct hook_pattern, patterns);
};
/*
 * One row per idiom of the file's hooks. What is understood is enabled, but where the user has said
 * something of that pattern (policy.h). Inside a transaction.
 */
int hooks_store(struct ops *o, const struct conf *c, const char *ifname, int64_t config_id,
	struct hook_report *ret, struct err *e);
/* Removes the rows that came with a file; the user's own stay. */
int hooks_remove(struct ops *o, int64_t config_id, struct err *e);

struct stored_hook {
	struct conf_hook hook;
	int at; /* its place among the file's hooks */
};
struct stored_hooks {
	LIST(struct stored_hook, items);
};
/* Adds the commands of one row, up before down; they are in `a`. */
int hooks_of_row(struct ops *o, struct arena *a, const struct command_pair *row,
	struct stored_hooks *ret, struct err *e);
void hooks_sort(struct stored_hooks *l); /* as they stood in the file */
/* Fills c->hooks from the rows; the commands are in `a`. */
int hooks_load(struct ops *o, struct arena *a, int64_t config_id, struct conf *c, struct err *e);

#endif
