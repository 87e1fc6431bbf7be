/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PreUp, PostUp, PreDown, PostDown as command_pair rows. Imported hooks are other people's root
 * code: they are kept byte for byte, not enabled, and never run by what is here.
 */
#ifndef WF_OPS_HOOKS_H
#define WF_OPS_HOOKS_H

#include "model/conf.h"
#include "ops/ops.h"

/* One row per command, in file order, not enabled. Inside a transaction. */
int hooks_store(struct ops *o, const struct conf *c, int64_t config_id, struct err *e);
/* Removes the rows that came with a file; the user's own (policy.h) stay. */
int hooks_remove(struct ops *o, int64_t config_id, struct err *e);
/* Fills c->hooks from the rows; the commands are in `a`. */
int hooks_load(struct ops *o, struct arena *a, int64_t config_id, struct conf *c, struct err *e);
bool hooks_equal(const struct conf *a, const struct conf *b);
/* "PostUp" */
const char *hooks_phase_name(enum conf_phase phase);
/* Whether a command holds something that looks like a key: 44 characters of base64 of 32 bytes. */
bool hooks_hold_key(const char *command, size_t len);

#endif
