/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of hooks share: a configuration whose hooks come from a text, and what was
 * recognised as one line an idiom.
 */
#ifndef TESTS_IDIOM_TEST_H
#define TESTS_IDIOM_TEST_H

#include <stdlib.h>

#include "base/str.h"
#include "lib/tap.h"
#include "wgconf/idiom.h"

/*
 * One hook a line: 'p' PreUp, 'P' PostUp, 'd' PreDown, 'D' PostDown, a space, the command. The rest
 * is a full tunnel on port 51820 that is 10.8.0.1/24 inside.
 */
TAP_UNUSED_ static void hooks_from(struct arena *a, const char *text, struct conf *c)
{
	static const char letters[] = "pPdD";
	struct conf_peer *peer;

	*c = (struct conf){.listen_port = 51820, .fwmark = -1, .save_config = -1};
	ip_prefix_parse("10.8.0.1/24", &LIST_PUSH(a, c, addresses)->prefix);
	peer = LIST_PUSH(a, c, peers);
	ip_prefix_parse("0.0.0.0/0", &LIST_PUSH(a, peer, allowed)->prefix);
	while (*text) {
		const char *end = strchr(text, '\n');
		size_t n = end ? (size_t)(end - text) : strlen(text);
		struct conf_hook *h = LIST_PUSH(a, c, hooks);

		h->phase = (enum conf_phase)(strchr(letters, text[0]) - letters);
		h->command = arena_strndup(a, text + 2, n - 2);
		h->len = n - 2;
		text += n + (end != NULL);
	}
}

/*
 * "PATTERN VARIABLES up 0,1 down 2 of 0 FLAW": without variables when there are none, without the
 * parts that are empty, and without the owner when it is the idiom itself.
 */
TAP_UNUSED_ static void add_line(
	struct strbuf *b, const struct idiom_list *l, const struct idiom *i)
{
	strbuf_add(b, pattern_name(i->pattern));
	if (!i->inert) {
		strbuf_addc(b, ' ');
		policy_row_to_json(&i->policy, i->pattern, b);
	}
	LIST_FOREACH (u, i, up)
		strbuf_addf(b, "%s%zu", u == i->up ? " up " : ",", *u);
	LIST_FOREACH (d, i, down)
		strbuf_addf(b, "%s%zu", d == i->down ? " down " : ",", *d);
	if (i->owner != (size_t)(i - l->items))
		strbuf_addf(b, " of %zu", i->owner);
	if (i->flaw)
		strbuf_addf(b, " (%s)", i->flaw);
	strbuf_addc(b, '\n');
}

TAP_UNUSED_ static char *recognised_in(struct arena *a, const struct conf *c)
{
	struct strbuf b = {0};
	struct idiom_list l;
	char *text;

	idiom_recognise(a, c, "wg0", &l);
	LIST_FOREACH (i, &l, items)
		add_line(&b, &l, i);
	text = arena_strdup(a, strbuf_str(&b));
	strbuf_free(&b);
	return text;
}

TAP_UNUSED_ static char *recognised(struct arena *a, const char *hooks)
{
	struct conf c;

	hooks_from(a, hooks, &c);
	return recognised_in(a, &c);
}

#endif
