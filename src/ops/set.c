// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf set. Knows the order of the act: all words are understood, then all is written, in one
 * transaction, then what is up is reloaded. Must not know what a key means (settings.h). A value
 * that is not understood changes nothing.
 */
#include "ops/set.h"

#include <string.h>

#include "base/str.h"
#include "ops/host.h"
#include "ops/name.h"
#include "ops/settings.h"
#include "ops/up.h"
#include "store/name.h"

/* All keys in the order they are shown; NULL behind the last. */
static const struct setting_key *key_at(size_t i)
{
	const struct setting_key *k = setting_policy_keys;

	for (; k->key; k++, i--)
		if (!i)
			return k;
	for (k = setting_column_keys; k->key; k++, i--)
		if (!i)
			return k;
	return NULL;
}

const struct setting_help *ops_set_help(size_t i)
{
	static struct setting_help h;
	const struct setting_key *k = key_at(i);

	if (k)
		h = (struct setting_help){k->key, k->values, k->what};
	return k ? &h : NULL;
}

int setting_refuse(const struct setting_key *k, const char *value, struct err *e)
{
	return err_set(e, E_USAGE, "%s takes %s, not '%s'", k->key, k->values, value);
}

int setting_on_off(const struct setting_key *k, const char *value, bool *ret, struct err *e)
{
	if (!str_eq(value, "on") && !str_eq(value, "off"))
		return setting_refuse(k, value, e);
	*ret = str_eq(value, "on");
	return 0;
}

const char *setting_list(const struct settings *s, struct strbuf *buf)
{
	const char *text = buf->len ? arena_strdup(s->o->arena, buf->s) : "off";

	strbuf_free(buf);
	return text;
}

static bool user_has(const struct command_pair_list *l, const char *pattern)
{
	LIST_FOREACH (row, l, items)
		if (policy_is_user(row) && str_eq(row->pattern_name, pattern))
			return true;
	return false;
}

/*
 * What is shown and changed: the user's row of a pattern, or else the file's. What a kill switch
 * allows is known also while it is off.
 */
static int load(struct settings *s, struct err *e)
{
	struct command_pair_list l = {0};
	int r = store_command_list(s->o->store, s->o->arena, s->row.id, &l, e);

	if (r)
		return r;
	LIST_FOREACH (row, &l, items) {
		bool kill = policy_is(row, PATTERN_KILL_SWITCH);

		if (!kill && !policy_is(row, PATTERN_DNS_LEAK) &&
			!policy_is(row, PATTERN_SPLIT_TUNNEL))
			continue;
		if (!policy_is_user(row) && user_has(&l, row->pattern_name))
			continue;
		if (kill)
			s->kill_switch |= row->enabled;
		if ((kill || row->enabled) && (r = policy_row_load(s->o, row, &s->policy, e)))
			return r;
	}
	return 0;
}

static int unknown_key(const char *key, struct err *e)
{
	struct near near = {.wanted = key};
	const struct setting_key *k;

	for (size_t i = 0; (k = key_at(i)); i++)
		near_offer(&near, k->key);
	err_set(e, E_USAGE, "there is no setting '%s'", key);
	if (near.n)
		return near_hint(&near, e);
	return err_hint(e, "'wf set NAME' shows all of them");
}

/* "key=value" as typed; the value may hold further '='. */
static int put_word(struct settings *s, const char *word, bool *live, struct err *e)
{
	const char *eq = strchr(word, '=');
	const struct setting_key *k;
	const char *key;

	if (!eq || eq == word) {
		err_set(e, E_USAGE, "'%s' is not KEY=VALUE", word);
		return err_hint(e, "usage: wf set NAME KEY=VALUE…");
	}
	key = arena_strndup(s->o->arena, word, (size_t)(eq - word));
	for (size_t i = 0; (k = key_at(i)); i++) {
		if (!str_eq(k->key, key))
			continue;
		*live |= k->live;
		return k->put(s, k, eq + 1, e);
	}
	return unknown_key(key, e);
}

static int write_splits(struct settings *s, struct err *e)
{
	int r = policy_clear(s->o, s->row.id, PATTERN_SPLIT_TUNNEL, e);

	for (size_t i = 0; !r && i < s->policy.n_split; i++) {
		const struct policy one = {.split = &s->policy.split[i], .n_split = 1};

		r = policy_store(s->o, s->row.id, PATTERN_SPLIT_TUNNEL, &one, true, true, e);
	}
	return r;
}

static int write_all(struct settings *s, struct err *e)
{
	struct policy *p = &s->policy;
	int r = store_config_update(s->o->store, &s->row, e);

	p->kill_switch = true;
	if (!r && s->touched[PATTERN_KILL_SWITCH])
		r = policy_store(s->o, s->row.id, PATTERN_KILL_SWITCH, p, s->kill_switch, false, e);
	if (!r && s->touched[PATTERN_DNS_LEAK])
		r = policy_store(s->o, s->row.id, PATTERN_DNS_LEAK, p, true, false, e);
	if (!r && s->touched[PATTERN_SPLIT_TUNNEL])
		r = write_splits(s, e);
	return r;
}

static void show(const struct settings *s, struct set_result *ret)
{
	const struct setting_key *k;

	ret->config = s->row;
	ret->n_settings = 0;
	for (size_t i = 0; (k = key_at(i)); i++)
		*LIST_PUSH(s->o->arena, ret, settings) = (struct setting){k->key, k->get(s)};
}

static void compare(struct ops *o, const struct setting *old, size_t n, struct set_result *ret)
{
	for (size_t i = 0; i < n; i++) {
		const struct setting *is = &ret->settings[i];

		if (!str_eq(old[i].value, is->value))
			*LIST_PUSH(o->arena, ret, changes) =
				(struct setting_change){is->key, old[i].value, is->value};
	}
}

/* What was typed against what stands; nothing is written when nothing differs. */
static int change(struct settings *s, char *const *words, size_t n, struct set_result *ret,
	bool *live, struct err *e)
{
	const struct setting *old = ret->settings;
	size_t n_old = ret->n_settings;
	int r;

	for (size_t i = 0; i < n; i++)
		if ((r = put_word(s, words[i], live, e)))
			return r;
	*ret = (struct set_result){0};
	show(s, ret);
	compare(s->o, old, n_old, ret);
	return ret->n_changes ? write_all(s, e) : 0;
}

static void add_notes(const struct settings *s, struct set_result *ret)
{
	LIST_FOREACH (c, ret, changes)
		if (!s->kill_switch && (str_eq(c->key, "allow-lan") || str_eq(c->key, "allow-in")))
			ret->note = "it counts while the kill switch is on";
}

static const char *full_name(struct ops *o, const struct config *c)
{
	return arena_printf(o->arena, "%s/%s", c->peer_name, c->sponsor_name);
}

/* Who may not look at the record has a database of their own, and nothing up. */
static int look(struct ops *o, struct set_result *ret, struct err *e)
{
	struct err own = {0};
	int r;

	if (!ret->config.this_machine)
		return 0;
	r = ops_is_up(o, full_name(o, &ret->config), &ret->up, &own);
	if (r && r != -E_PERMISSION) {
		*e = own;
		return r;
	}
	return 0;
}

/* The database is closed meanwhile: nobody waits for it while names are resolved. */
static int apply(struct ops *o, struct set_result *ret, struct err *e)
{
	struct reload_result res;
	int r;

	ops_close(o);
	r = ops_reload(o, full_name(o, &ret->config), &res, e);
	if (r) {
		err_wrap(e, "the setting is kept, but not in force yet");
		return r;
	}
	ret->applied = true;
	return 0;
}

static int look_only(struct ops *o, const char *name, struct set_result *ret, struct err *e)
{
	struct settings s = {.o = o};
	int r;

	if ((r = ops_store(o, false, false, e)) || (r = name_config(o, name, &s.row, NULL, e)) ||
		(r = load(&s, e)))
		return r;
	show(&s, ret);
	return look(o, ret, e);
}

int ops_set(struct ops *o, const char *name, char *const *words, size_t n, bool now,
	struct set_result *ret, struct err *e)
{
	struct settings s = {.o = o};
	bool live = now;
	int r;

	*ret = (struct set_result){0};
	if (!n)
		return look_only(o, name, ret, e);
	if ((r = ops_begin(o, false, e)))
		return r;
	if (!(r = name_config(o, name, &s.row, NULL, e)) && !(r = load(&s, e))) {
		show(&s, ret);
		r = change(&s, words, n, ret, &live, e);
	}
	if ((r = ops_end(o, r, e)))
		return r;
	add_notes(&s, ret);
	if ((r = look(o, ret, e)) || !ret->up || o->dry_run || !live)
		return r;
	return ret->n_changes || now ? apply(o, ret, e) : 0;
}
