// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf trust. Knows which rows are other people's shell, and how trust is bound to their bytes; what
 * is shown and asked is cmd's. A row is trusted when its hash is that of all such rows as they are
 * now.
 */
#include "ops/trust.h"

#include "base/clock.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "ops/name.h"
#include "ops/policy.h"

/* Phase, length and bytes of each: nothing can move from one hook to another. */
void trust_hash(struct arena *a, struct hook_set *s)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	char text[CRYPTO_DIGEST_SIZE];

	s->hash = NULL;
	if (!s->n_hooks)
		return;
	LIST_FOREACH (h, s, hooks) {
		strbuf_addf(&b, "%s %zu\n", hooks_phase_name(h->phase), h->len);
		strbuf_addn(&b, h->command, h->len);
		strbuf_addc(&b, '\n');
	}
	crypto_digest_text(b.s, b.len, text);
	explicit_bzero(b.s, b.len);
	s->hash = arena_strdup(a, text);
}

static int load_rows(struct ops *o, int64_t config_id, struct command_pair_list *raw, struct err *e)
{
	struct command_pair_list all = {0};
	int r = store_command_list(o->store, o->arena, config_id, &all, e);

	if (r)
		return r;
	LIST_FOREACH (row, &all, items)
		if (policy_is(row, PATTERN_RAW_SHELL))
			*LIST_PUSH(o->arena, raw, items) = *row;
	return 0;
}

static int read_rows(
	struct ops *o, const struct command_pair_list *raw, struct hook_set *ret, struct err *e)
{
	struct stored_hooks hooks = {0};
	int r;

	LIST_FOREACH (row, raw, items)
		if ((r = hooks_of_row(o, o->arena, row, &hooks, e)))
			return r;
	hooks_sort(&hooks);
	LIST_FOREACH (h, &hooks, items)
		*LIST_PUSH(o->arena, ret, hooks) = h->hook;
	trust_hash(o->arena, ret);
	ret->trusted = raw->n_items > 0;
	LIST_FOREACH (row, raw, items) {
		ret->trusted &= row->enabled && str_eq(row->trusted_hash, ret->hash);
		ret->trusted_at = row->trusted_at;
	}
	return 0;
}

int trust_load(struct ops *o, int64_t config_id, struct hook_set *ret, struct err *e)
{
	struct command_pair_list raw = {0};
	int r = load_rows(o, config_id, &raw, e);

	*ret = (struct hook_set){0};
	return r ? r : read_rows(o, &raw, ret, e);
}

bool trust_has(const struct hook_set *s, enum conf_phase phase)
{
	LIST_FOREACH (h, s, hooks)
		if (h->phase == phase)
			return true;
	return false;
}

int ops_trust_show(
	struct ops *o, const char *name, struct config *config, struct hook_set *ret, struct err *e)
{
	int r;

	if ((r = ops_store(o, false, false, e)) || (r = name_config(o, name, config, NULL, e)))
		return r;
	return trust_load(o, config->id, ret, e);
}

static int check_hash(
	const struct config *c, const struct hook_set *s, const char *hash, struct err *e)
{
	if (!s->n_hooks)
		return err_set(e, E_EMPTY, "%s has no hook that needs trust", c->sponsor_name);
	if (str_eq(hash, s->hash))
		return 0;
	err_set(e, E_CONFLICT, "the hooks of %s are not those that hash to '%s'", c->sponsor_name,
		hash);
	return err_hint(e, "'wf trust %s' shows what they are now", c->sponsor_name);
}

static int write_trust(
	struct ops *o, const struct command_pair_list *raw, const char *hash, struct err *e)
{
	char now[CLOCK_TEXT_SIZE];

	clock_now(now);
	LIST_FOREACH (row, raw, items) {
		struct command_pair fresh = *row;
		int r;

		if (hash && row->enabled && str_eq(row->trusted_hash, hash))
			continue;
		fresh.enabled = hash != NULL;
		fresh.trusted_hash = hash;
		fresh.trusted_at = hash ? now : NULL;
		if ((r = store_command_update(o->store, &fresh, e)))
			return r;
	}
	return 0;
}

int ops_trust_set(struct ops *o, const char *name, const char *hash, struct err *e)
{
	struct command_pair_list raw = {0};
	struct hook_set s = {0};
	struct config c;
	int r = ops_begin(o, false, e);

	if (r)
		return r;
	if (!(r = name_config(o, name, &c, NULL, e)) && !(r = load_rows(o, c.id, &raw, e)) &&
		!(r = read_rows(o, &raw, &s, e)) && (!hash || !(r = check_hash(&c, &s, hash, e))))
		r = write_trust(o, &raw, hash, e);
	return ops_end(o, r, e);
}
