// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hooks under any bytes: every hook must end up in exactly one idiom, a row must survive its JSON,
 * and a stranger's command at the end of a hook must never be passed over. A line of the input is a
 * hook; its first letter says which ("pPdD": PreUp, PostUp, PreDown, PostDown).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "wgconf/idiom.h"
#include "wgconf/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

static void read_hooks(struct arena *a, const char *text, size_t size, struct conf *c)
{
	static const char letters[] = "pPdD";
	const char *end = text + size;
	struct conf_peer *peer;

	*c = (struct conf){.listen_port = 51820, .fwmark = -1};
	ip_prefix_parse("10.8.0.1/24", &LIST_PUSH(a, c, addresses)->prefix);
	peer = LIST_PUSH(a, c, peers);
	ip_prefix_parse("0.0.0.0/0", &LIST_PUSH(a, peer, allowed)->prefix);
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *letter = *text ? strchr(letters, *text) : NULL;
		struct conf_hook *h = LIST_PUSH(a, c, hooks);

		stop = stop ? stop : end;
		h->phase = letter ? (enum conf_phase)(letter - letters) : CONF_PHASE_POST_UP;
		text += text < stop;
		h->len = (size_t)(stop - text);
		h->command = h->len ? arena_memdup(a, text, h->len) : "";
		text = stop + 1;
	}
}

static bool is_up(const struct conf_hook *h)
{
	return h->phase == CONF_PHASE_PRE_UP || h->phase == CONF_PHASE_POST_UP;
}

static void check_half(const struct conf *c, const size_t *hooks, size_t n, bool up, unsigned *seen)
{
	for (size_t i = 0; i < n; i++) {
		must(hooks[i] < c->n_hooks && (!i || hooks[i] > hooks[i - 1]));
		must(is_up(&c->hooks[hooks[i]]) == up);
		must(c->hooks[hooks[i]].phase == c->hooks[hooks[0]].phase);
		seen[hooks[i]]++;
	}
}

static void check_row(struct arena *a, const struct idiom *i)
{
	STRBUF_CLEANUP struct strbuf one = {0}, two = {0};
	struct policy p = {0};
	struct err e;

	must((i->pattern == PATTERN_RAW_SHELL) <= i->inert);
	must(i->policy.n_nat <= 1 && i->policy.n_forward <= 1 && i->policy.n_dnat <= 1 &&
		i->policy.n_split <= 1);
	if (i->inert)
		return;
	policy_row_to_json(&i->policy, i->pattern, &one);
	must(policy_row_from_json(a, i->pattern, one.s, &p, &e) == 0);
	policy_row_to_json(&p, i->pattern, &two);
	must(str_eq(one.s, two.s));
}

static void check_list(struct arena *a, const struct conf *c, const struct idiom_list *l)
{
	unsigned *seen = arena_alloc(a, c->n_hooks * sizeof(*seen) + 1);

	LIST_FOREACH (i, l, items) {
		const struct idiom *owner = &l->items[i->owner];

		must(i->owner <= (size_t)(i - l->items) && owner->owner == i->owner);
		must(owner->n_up + owner->n_down > 0 && i->rationale);
		check_half(c, i->up, i->n_up, true, seen);
		check_half(c, i->down, i->n_down, false, seen);
		check_row(a, i);
	}
	for (size_t i = 0; i < c->n_hooks; i++)
		must(seen[i] == 1);
}

/* The hooks of raw_shell; an idiom of another pattern must have none of `never`. */
static void mark_raw(const struct idiom_list *l, bool *raw, const bool *never)
{
	LIST_FOREACH (i, l, items) {
		bool is_raw = i->pattern == PATTERN_RAW_SHELL;

		for (size_t k = 0; k < i->n_up + i->n_down; k++) {
			size_t hook = k < i->n_up ? i->up[k] : i->down[k - i->n_up];

			raw[hook] = is_raw;
			must(is_raw || !never || !never[hook]);
		}
	}
}

/* A newline ends a comment; nothing else is left open by a hook that was understood. */
static void add_stranger(struct arena *a, struct conf *c)
{
	LIST_FOREACH (h, c, hooks) {
		struct strbuf b = {0};

		strbuf_addn(&b, h->command, h->len);
		strbuf_add(&b, "\nreboot");
		h->command = arena_memdup(a, b.s, b.len);
		h->len = b.len;
		strbuf_free(&b);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct idiom_list l;
	struct conf c;
	bool *understood, *raw;

	if (size > CONF_MAX_SIZE)
		return 0;
	read_hooks(a, (const char *)data, size, &c);
	understood = arena_alloc(a, c.n_hooks + 1);
	raw = arena_alloc(a, c.n_hooks + 1);
	idiom_recognise(a, &c, "wg0", &l);
	check_list(a, &c, &l);
	mark_raw(&l, raw, NULL);
	for (size_t i = 0; i < c.n_hooks; i++)
		understood[i] = !raw[i];
	add_stranger(a, &c);
	idiom_recognise(a, &c, "wg0", &l);
	mark_raw(&l, raw, understood);
	return 0;
}
