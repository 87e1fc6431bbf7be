/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command_pair rows as policy. A row came with a file (it holds the file's hooks) or is the user's,
 * from `wf set` (it holds none): what the user said stands, whatever a file brings.
 */
#ifndef WF_OPS_POLICY_H
#define WF_OPS_POLICY_H

#include "model/policy.h"
#include "ops/ops.h"
#include "store/entities.h"

/* command_pair.scope of a row that `set` made; a file's has none. */
#define POLICY_SCOPE_USER "user"

bool policy_is_user(const struct command_pair *row);
/* Whether a row is of that pattern. */
bool policy_is(const struct command_pair *row, enum pattern what);

/* What *src says of that pattern is added to *ret; src NULL is nothing. */
int policy_add(struct arena *a, enum pattern what, const struct policy *src, struct policy *ret,
	struct err *e);
/* What one row says is added to *ret; nothing of raw_shell and of one without variables. */
int policy_row_load(struct ops *o, const struct command_pair *row, struct policy *ret,
	struct err *e);
/* What the enabled rows of a configuration ask for. */
int policy_load(struct ops *o, int64_t config_id, struct policy *ret, struct err *e);
/* Writes the user's row of that pattern with what *p says of it, or a further one with `add`; the
 * file's rows of the pattern are enabled no more. */
int policy_store(struct ops *o, int64_t config_id, enum pattern what, const struct policy *p,
	bool enabled, bool add, struct err *e);
/* The user's rows of the pattern go, the file's are enabled no more. */
int policy_clear(struct ops *o, int64_t config_id, enum pattern what, struct err *e);

/* policy_text.c: what a row of that pattern asks for, for people; `whole`: of a tunnel that takes
 * all of a family. */
const char *policy_describe(
	struct arena *a, enum pattern what, const struct policy *p, bool whole);

#endif
