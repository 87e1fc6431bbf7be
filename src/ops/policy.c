// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between command_pair rows and policy. Knows which rows are the user's and which a file's; the
 * variables themselves are model's. Must not know hooks: a row is understood by its variables
 * alone, and one that is not enabled says nothing.
 */
#include "ops/policy.h"

#include "base/str.h"

bool policy_is_user(const struct command_pair *row)
{
	return str_eq(row->scope, POLICY_SCOPE_USER);
}

bool policy_is(const struct command_pair *row, enum pattern what)
{
	return str_eq(row->pattern_name, pattern_name(what));
}

/* By way of a row's text: how two of a pattern are added up is known in one place. */
int policy_add(struct arena *a, enum pattern what, const struct policy *src, struct policy *ret,
	struct err *e)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	if (!src)
		return 0;
	policy_row_to_json(src, what, &b);
	return policy_row_from_json(a, what, strbuf_str(&b), ret, e);
}

int policy_row_load(
	struct ops *o, const struct command_pair *row, struct policy *ret, struct err *e)
{
	enum pattern what;
	int r;

	if (!pattern_parse(row->pattern_name, &what))
		return err_set(
			e, E_DB, "a stored pattern '%s' is not understood", row->pattern_name);
	if (what == PATTERN_RAW_SHELL || !row->variables)
		return 0;
	r = policy_row_from_json(o->arena, what, row->variables, ret, e);
	return r ? err_wrap(e, "the stored %s", row->pattern_name) : 0;
}

int policy_load(struct ops *o, int64_t config_id, struct policy *ret, struct err *e)
{
	struct command_pair_list l = {0};
	int r = store_command_list(o->store, o->arena, config_id, &l, e);

	if (r)
		return r;
	LIST_FOREACH (row, &l, items) {
		ret->kill_switch_meant |= policy_is(row, PATTERN_KILL_SWITCH) &&
			!policy_is_user(row) && row->variables;
		if (row->enabled && (r = policy_row_load(o, row, ret, e)))
			return r;
	}
	return 0;
}

/* A file's row stays for its hooks, which `generate` gives back. */
static int disable_file_rows(
	struct ops *o, const struct command_pair_list *l, enum pattern what, struct err *e)
{
	LIST_FOREACH (row, l, items) {
		struct command_pair off = *row;
		int r;

		if (!policy_is(row, what) || policy_is_user(row))
			continue;
		off.enabled = false;
		if ((r = store_command_update(o->store, &off, e)))
			return r;
	}
	return 0;
}

static const char *variables_of(struct ops *o, const struct policy *p, enum pattern what)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	policy_row_to_json(p, what, &b);
	return arena_strdup(o->arena, strbuf_str(&b));
}

int policy_store(struct ops *o, int64_t config_id, enum pattern what, const struct policy *p,
	bool enabled, bool add, struct err *e)
{
	struct command_pair_list l = {0};
	struct command_pair fresh = {
		.config_id = config_id,
		.pattern_name = pattern_name(what),
		.scope = POLICY_SCOPE_USER,
		.variables = variables_of(o, p, what),
		.enabled = enabled,
	};
	int r;

	if ((r = store_command_list(o->store, o->arena, config_id, &l, e)) ||
		(r = disable_file_rows(o, &l, what, e)))
		return r;
	LIST_FOREACH (row, &l, items) {
		if (add || !policy_is(row, what) || !policy_is_user(row))
			continue;
		fresh.id = row->id;
		fresh.execution_order = row->execution_order;
		return store_command_update(o->store, &fresh, e);
	}
	if (l.n_items)
		fresh.execution_order = l.items[l.n_items - 1].execution_order + 1;
	return store_command_add(o->store, &fresh, e);
}

int policy_clear(struct ops *o, int64_t config_id, enum pattern what, struct err *e)
{
	struct command_pair_list l = {0}, mine = {0};
	int r = store_command_list(o->store, o->arena, config_id, &l, e);

	if (r || (r = disable_file_rows(o, &l, what, e)))
		return r;
	LIST_FOREACH (row, &l, items)
		if (policy_is(row, what) && policy_is_user(row))
			*LIST_PUSH(o->arena, &mine, items) = *row;
	return store_command_remove(o->store, &mine, e);
}
