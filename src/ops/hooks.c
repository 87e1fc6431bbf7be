// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hooks as they stand in a file: their names, when two files have the same, what looks like a key.
 * Must not know rows (hook_rows.c).
 */
#include "ops/hooks.h"

#include <string.h>

static bool is_base64(char c)
{
	return c && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", c);
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

/* Whether the 44 characters that end at `at` are a key; `run` base64 digits stand before it. */
static bool is_key(const char *command, size_t at, size_t run)
{
	struct wg_key key;
	bool yes = command[at] == '=' && run >= WG_KEY_TEXT_SIZE - 2 &&
		wg_key_parse(command + at - (WG_KEY_TEXT_SIZE - 2), WG_KEY_TEXT_SIZE - 1, &key);

	explicit_bzero(&key, sizeof(key));
	return yes;
}

bool hooks_hold_key(const char *command, size_t len)
{
	size_t run = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_key(command, i, run))
			return true;
		run = is_base64(command[i]) ? run + 1 : 0;
	}
	return false;
}

const char *hooks_masked(struct arena *a, const char *command, size_t len)
{
	static const char mask[] = "(key)";
	char *out = arena_alloc(a, len + 1);
	size_t run = 0, n = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_key(command, i, run)) {
			n -= WG_KEY_TEXT_SIZE - 2;
			explicit_bzero(out + n, WG_KEY_TEXT_SIZE - 2);
			memcpy(out + n, mask, sizeof(mask) - 1);
			n += sizeof(mask) - 1;
			run = 0;
			continue;
		}
		run = is_base64(command[i]) ? run + 1 : 0;
		out[n++] = command[i];
	}
	return out;
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
