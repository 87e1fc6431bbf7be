// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hooks to rows and back. Knows the JSON form of a command, when a row must be sealed, and where in
 * the file each command stood. Never rebuilds a command from parts: the stored bytes are the
 * command. What a hook means is wgconf's (idiom.h); only what was understood is enabled.
 *
 * A command is a string, or {"b64":…} when it is not UTF-8. One that did not stand where
 * execution_order says is an object {"text":…,"at":N}.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "ops/hooks.h"
#include "ops/policy.h"
#include "store/entities.h"
#include "wgconf/idiom.h"

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static json_t *base64_object(const char *bytes, size_t len)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t v = 0;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < n ? (unsigned char)bytes[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			strbuf_addc(&b, k <= n ? base64_digits[v >> (18 - 6 * k) & 63] : '=');
	}
	return json_pack("{s:s}", "b64", strbuf_str(&b));
}

static bool from_base64(struct arena *a, const char *text, struct conf_hook *h)
{
	size_t len = strlen(text), n = 0;
	char *out = arena_alloc(a, len / 4 * 3 + 1);

	if (len % 4)
		return false;
	for (size_t i = 0; i < len; i += 4) {
		uint32_t v = 0;
		unsigned pad = 0;

		for (size_t k = 0; k < 4; k++) {
			const char *digit =
				text[i + k] == '=' ? NULL : strchr(base64_digits, text[i + k]);

			pad += text[i + k] == '=';
			if (!digit && (text[i + k] != '=' || i + 4 != len))
				return false;
			v = v << 6 | (digit ? (uint32_t)(digit - base64_digits) : 0);
		}
		for (unsigned k = 0; k + pad < 3; k++)
			out[n++] = (char)(v >> (16 - 8 * k));
	}
	h->command = out;
	h->len = n;
	return true;
}

static const char *phase_text(enum conf_phase phase)
{
	return phase == CONF_PHASE_PRE_UP || phase == CONF_PHASE_PRE_DOWN ? "pre" : "post";
}

static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		err_oom();
}

static json_t *command_json(const struct conf_hook *h, size_t at, bool plain)
{
	json_t *text = json_stringn(h->command, h->len), *o;

	if (plain)
		return text ? text : base64_object(h->command, h->len);
	o = text ? json_object() : base64_object(h->command, h->len);
	if (!o)
		err_oom();
	if (text)
		set(o, "text", text);
	set(o, "at", json_integer((json_int_t)at));
	return o;
}

/* One half of a row as the text of its column, sealed when one of its commands holds a key. */
static int half_text(struct ops *o, struct arena *a, const struct conf *c, const size_t *index,
	size_t n, int order, const char **ret, struct err *e)
{
	json_t *list = json_array();
	const struct seal_key *k;
	bool secret = false;
	char *text, *sealed;
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		const struct conf_hook *h = &c->hooks[index[i]];

		secret |= hooks_hold_key(h->command, h->len);
		if (json_array_append_new(
			    list, command_json(h, index[i], (size_t)order == index[i])))
			err_oom();
	}
	text = json_dumps(list, JSON_COMPACT);
	json_decref(list);
	if (!text)
		err_oom();
	if (!secret)
		*ret = arena_strdup(a, text);
	else if (!(r = store_seal_key(o->store, &k, e)) &&
		!(r = seal_bytes(k, text, strlen(text), a, &sealed, e)))
		*ret = sealed;
	explicit_bzero(text, strlen(text));
	free(text);
	return r;
}

static const char *variables(struct arena *a, const struct policy *p, enum pattern what)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	policy_row_to_json(p, what, &b);
	return arena_strdup(a, strbuf_str(&b));
}

/* Where the hooks of its group begin. */
static int order_of(const struct idiom_list *l, const struct idiom *d)
{
	const struct idiom *o = &l->items[d->owner];
	size_t first = o->n_up ? o->up[0] : o->n_down ? o->down[0] : 0;

	return (int)(o->n_up && o->n_down && o->down[0] < first ? o->down[0] : first);
}

static unsigned line_of(const struct conf *c, const struct idiom_list *l, const struct idiom *d)
{
	return c->hooks[order_of(l, d)].line;
}

static int store_one(struct ops *o, struct arena *a, const struct conf *c, const struct idiom *d,
	struct command_pair *row, struct err *e)
{
	int r;

	row->pattern_name = pattern_name(d->pattern);
	row->rationale = d->rationale;
	if (!d->inert)
		row->variables = variables(a, &d->policy, d->pattern);
	if (d->n_up) {
		row->up_phase = phase_text(c->hooks[d->up[0]].phase);
		if ((r = half_text(
			     o, a, c, d->up, d->n_up, row->execution_order, &row->up_commands, e)))
			return r;
	}
	if (d->n_down) {
		row->down_phase = phase_text(c->hooks[d->down[0]].phase);
		if ((r = half_text(o, a, c, d->down, d->n_down, row->execution_order,
			     &row->down_commands, e)))
			return r;
	}
	return store_command_add(o->store, row, e);
}

static bool user_said(const struct command_pair_list *l, enum pattern what)
{
	LIST_FOREACH (row, l, items)
		if (policy_is_user(row) && policy_is(row, what))
			return true;
	return false;
}

int hooks_store(struct ops *o, const struct conf *c, const char *ifname, int64_t config_id,
	struct hook_report *ret, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct command_pair_list rows = {0};
	struct idiom_list l = {0};
	int r = store_command_list(o->store, a, config_id, &rows, e);

	*ret = (struct hook_report){.hooks = (unsigned)c->n_hooks};
	if (r)
		return r;
	idiom_recognise(a, c, ifname, &l);
	LIST_FOREACH (d, &l, items) {
		bool raw = d->pattern == PATTERN_RAW_SHELL;
		struct command_pair row = {
			.config_id = config_id,
			.execution_order = order_of(&l, d),
			.enabled = !raw && !user_said(&rows, d->pattern),
		};

		if ((r = store_one(o, a, c, d, &row, e)))
			return r;
		ret->held_back += raw ? (unsigned)(d->n_up + d->n_down) : 0;
		*LIST_PUSH(o->arena, ret, patterns) = (struct hook_pattern){
			.pattern = d->pattern,
			.enabled = row.enabled,
			.inert = d->inert,
			.line = line_of(c, &l, d),
			.rationale = arena_strdup(o->arena, d->rationale),
			.flaw = arena_strdup(o->arena, d->flaw),
		};
	}
	return 0;
}

int hooks_remove(struct ops *o, int64_t config_id, struct err *e)
{
	struct command_pair_list all = {0}, theirs = {0};
	int r = store_command_list(o->store, o->arena, config_id, &all, e);

	if (r)
		return r;
	LIST_FOREACH (row, &all, items)
		if (!policy_is_user(row))
			*LIST_PUSH(o->arena, &theirs, items) = *row;
	return store_command_remove(o->store, &theirs, e);
}

static bool add_command(struct arena *a, const json_t *item, enum conf_phase phase, int order,
	struct stored_hooks *ret)
{
	const json_t *text = json_is_string(item) ? item : json_object_get(item, "text");
	const char *b64 = json_string_value(json_object_get(item, "b64"));
	const json_t *at = json_object_get(item, "at");
	struct stored_hook h = {
		.hook.phase = phase,
		.at = at ? (int)json_integer_value(at) : order,
	};

	if (json_is_string(text)) {
		h.hook.len = json_string_length(text);
		h.hook.command = arena_strndup(a, json_string_value(text), h.hook.len);
	} else if (!b64 || !from_base64(a, b64, &h.hook)) {
		return false;
	}
	*LIST_PUSH(a, ret, items) = h;
	return true;
}

static int load_half(struct ops *o, struct arena *a, const char *commands, enum conf_phase phase,
	int order, struct stored_hooks *ret, struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text open = {0};
	const char *text = commands;
	const struct seal_key *k;
	bool good;
	json_t *list;
	int r;

	if (!commands)
		return 0;
	if (strncmp(commands, "wf1:", 4) == 0) {
		if ((r = store_seal_key(o->store, &k, e)) ||
			(r = seal_open_bytes(k, commands, &open, e)))
			return r;
		text = open.s;
	}
	list = json_loads(text, JSON_ALLOW_NUL, NULL);
	good = json_is_array(list);
	for (size_t i = 0; good && i < json_array_size(list); i++)
		good = add_command(a, json_array_get(list, i), phase, order, ret);
	json_decref(list);
	return good ? 0
		    : err_set(e, E_DB, "a stored %s is not understood", hooks_phase_name(phase));
}

int hooks_of_row(struct ops *o, struct arena *a, const struct command_pair *row,
	struct stored_hooks *ret, struct err *e)
{
	bool pre_up = str_eq(row->up_phase, "pre"), pre_down = str_eq(row->down_phase, "pre");
	int r = load_half(o, a, row->up_commands, pre_up ? CONF_PHASE_PRE_UP : CONF_PHASE_POST_UP,
		row->execution_order, ret, e);

	return r ? r
		 : load_half(o, a, row->down_commands,
			   pre_down ? CONF_PHASE_PRE_DOWN : CONF_PHASE_POST_DOWN,
			   row->execution_order, ret, e);
}

static int by_place(const void *a, const void *b)
{
	const struct stored_hook *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

void hooks_sort(struct stored_hooks *l)
{
	if (l->n_items)
		qsort(l->items, l->n_items, sizeof(*l->items), by_place);
}

int hooks_load(struct ops *o, struct arena *a, int64_t config_id, struct conf *c, struct err *e)
{
	struct command_pair_list l = {0};
	struct stored_hooks hooks = {0};
	int r = store_command_list(o->store, a, config_id, &l, e);

	LIST_FOREACH (row, &l, items)
		if (!r)
			r = hooks_of_row(o, a, row, &hooks, e);
	if (r)
		return r;
	hooks_sort(&hooks);
	LIST_FOREACH (h, &hooks, items)
		*LIST_PUSH(a, c, hooks) = h->hook;
	return 0;
}
