// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hooks to rows and back. Knows the JSON form of a command (a string, or {"b64":…} when it is not
 * UTF-8) and when a row must be sealed. Never rebuilds a command from parts: the stored bytes are
 * the command.
 */
#include "ops/hooks.h"

#include <jansson.h>
#include <string.h>

#include "base/str.h"
#include "ops/policy.h"
#include "store/entities.h"

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_base64(char c)
{
	return c && strchr(base64_digits, c);
}

const char *hooks_phase_name(enum conf_phase phase)
{
	switch (phase) {
	case CONF_PHASE_PRE_UP: return "PreUp";
	case CONF_PHASE_POST_UP: return "PostUp";
	case CONF_PHASE_PRE_DOWN: return "PreDown";
	case CONF_PHASE_POST_DOWN: return "PostDown";
	}
	return NULL;
}

bool hooks_hold_key(const char *command, size_t len)
{
	size_t run = 0;
	struct wg_key key;
	bool found = false;

	for (size_t i = 0; i < len && !found; i++) {
		if (is_base64(command[i])) {
			run++;
			continue;
		}
		found = command[i] == '=' && run >= WG_KEY_TEXT_SIZE - 2 &&
			wg_key_parse(
				command + i - (WG_KEY_TEXT_SIZE - 2), WG_KEY_TEXT_SIZE - 1, &key);
		run = 0;
	}
	explicit_bzero(&key, sizeof(key));
	return found;
}

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

static int store_one(struct ops *o, struct arena *a, const struct conf_hook *h, int64_t config_id,
	int order, struct err *e)
{
	bool up = h->phase == CONF_PHASE_PRE_UP || h->phase == CONF_PHASE_POST_UP;
	bool pre = h->phase == CONF_PHASE_PRE_UP || h->phase == CONF_PHASE_PRE_DOWN;
	struct command_pair row = {
		.config_id = config_id,
		.pattern_name = "raw_shell",
		.execution_order = order,
	};
	json_t *command = json_stringn(h->command, h->len);
	const struct seal_key *k;
	char *text, *stored = NULL;
	json_t *list;
	int r = 0;

	if (!command) /* not UTF-8 */
		command = base64_object(h->command, h->len);
	list = json_pack("[o]", command);
	text = list ? json_dumps(list, JSON_COMPACT) : NULL;
	json_decref(list);
	if (!text)
		err_oom();
	if (!hooks_hold_key(h->command, h->len))
		stored = arena_strdup(a, text);
	else if (!(r = store_seal_key(o->store, &k, e)))
		r = seal_bytes(k, text, strlen(text), a, &stored, e);
	explicit_bzero(text, strlen(text));
	free(text);
	if (r)
		return r;
	*(up ? &row.up_phase : &row.down_phase) = pre ? "pre" : "post";
	*(up ? &row.up_commands : &row.down_commands) = stored;
	return store_command_add(o->store, &row, e);
}

int hooks_store(struct ops *o, const struct conf *c, int64_t config_id, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	int r = 0;

	for (size_t i = 0; i < c->n_hooks && !r; i++)
		r = store_one(o, a, &c->hooks[i], config_id, (int)i, e);
	return r;
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

static bool add_command(struct arena *a, const json_t *item, enum conf_phase phase, struct conf *c)
{
	struct conf_hook h = {.phase = phase};
	const char *b64 = json_string_value(json_object_get(item, "b64"));

	if (json_is_string(item)) {
		h.len = json_string_length(item);
		h.command = arena_strndup(a, json_string_value(item), h.len);
	} else if (!b64 || !from_base64(a, b64, &h)) {
		return false;
	}
	*LIST_PUSH(a, c, hooks) = h;
	return true;
}

static int load_half(struct ops *o, struct arena *a, const char *commands, enum conf_phase phase,
	struct conf *c, struct err *e)
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
		good = add_command(a, json_array_get(list, i), phase, c);
	json_decref(list);
	return good ? 0
		    : err_set(e, E_DB, "a stored %s is not understood", hooks_phase_name(phase));
}

int hooks_load(struct ops *o, struct arena *a, int64_t config_id, struct conf *c, struct err *e)
{
	struct command_pair_list l = {0};
	int r = store_command_list(o->store, a, config_id, &l, e);

	if (r)
		return r;
	LIST_FOREACH (p, &l, items) {
		bool pre_up = str_eq(p->up_phase, "pre"), pre_down = str_eq(p->down_phase, "pre");

		if ((r = load_half(o, a, p->up_commands,
			     pre_up ? CONF_PHASE_PRE_UP : CONF_PHASE_POST_UP, c, e)) ||
			(r = load_half(o, a, p->down_commands,
				 pre_down ? CONF_PHASE_PRE_DOWN : CONF_PHASE_POST_DOWN, c, e)))
			return r;
	}
	return 0;
}

bool hooks_equal(const struct conf *a, const struct conf *b)
{
	if (a->n_hooks != b->n_hooks)
		return false;
	for (size_t i = 0; i < a->n_hooks; i++)
		if (a->hooks[i].phase != b->hooks[i].phase || a->hooks[i].len != b->hooks[i].len ||
			memcmp(a->hooks[i].command, b->hooks[i].command, a->hooks[i].len) != 0)
			return false;
	return true;
}
