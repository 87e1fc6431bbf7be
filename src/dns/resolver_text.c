// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resolv.conf(5) as text: reading its lines, writing wf's. Knows the format and the stamp; must not
 * know where a file lies. What is written reads back as the same value.
 */
#include "dns/resolver_parts.h"

#include <string.h>

#include "base/str.h"

#define STAMP_ALL "# wf: asked for all names"
#define STAMP_VIA "# wf: asked for the names below"

bool resolv_text_is_stamped(const char *text)
{
	return strncmp(text, RESOLV_STAMP, RESOLV_STAMP_LEN) == 0;
}

/* The next word of the line, NULL at its end. */
static char *next_word(struct arena *a, const char **at, const char *end)
{
	const char *from = *at;

	while (from < end && str_is_space(*from))
		from++;
	*at = from;
	while (*at < end && !str_is_space(**at))
		(*at)++;
	return *at > from ? arena_strndup(a, from, (size_t)(*at - from)) : NULL;
}

static void add_server(struct arena *a, char *word, struct resolv_text *ret)
{
	struct ip_addr addr;

	if (!word)
		return;
	word[strcspn(word, "%")] = '\0';
	if (ip_addr_parse(word, &addr))
		*LIST_PUSH(a, ret, servers) = addr;
}

static void parse_line(struct arena *a, const char *line, const char *end, struct resolv_text *ret)
{
	const char *at = line;
	char *word;

	/* The keyword begins the line, as the C library wants it. */
	if (line == end || str_is_space(*line))
		return;
	word = next_word(a, &at, end);
	if (str_eq(word, "nameserver")) {
		add_server(a, next_word(a, &at, end), ret);
	} else if (str_eq(word, "search") || str_eq(word, "domain")) {
		ret->n_search = 0;
		while ((word = next_word(a, &at, end)))
			*LIST_PUSH(a, ret, search) = word;
	} else if (str_eq(word, "options")) {
		while ((word = next_word(a, &at, end)))
			*LIST_PUSH(a, ret, options) = word;
	}
}

void resolv_text_parse(struct arena *a, const char *text, struct resolv_text *ret)
{
	*ret = (struct resolv_text){0};
	while (*text) {
		const char *end = text + strcspn(text, "\n");

		parse_line(a, text, end, ret);
		text = *end ? end + 1 : end;
	}
}

static void add_lines(const struct resolver_state *r, struct strbuf *out)
{
	char text[IP_TEXT_SIZE];
	bool any = false;

	LIST_FOREACH (s, r, servers)
		strbuf_addf(out, "nameserver %s\n", ip_addr_format(s, text));
	LIST_FOREACH (d, r, domains) {
		if (**d == '~')
			continue;
		strbuf_addf(out, "%s%s", any ? " " : "search ", *d);
		any = true;
	}
	if (any)
		strbuf_addc(out, '\n');
}

/* "trust-ad" vouches for the servers it stood beside (resolv.conf(5)), not for the tunnel's. */
static void add_options(const char *original, struct strbuf *out)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct resolv_text t;
	bool any = false;

	resolv_text_parse(a, original, &t);
	LIST_FOREACH (o, &t, options) {
		if (str_eq(*o, "trust-ad"))
			continue;
		strbuf_addf(out, "%s%s", any ? " " : "options ", *o);
		any = true;
	}
	if (any)
		strbuf_addc(out, '\n');
}

void resolv_text_stamped(const struct resolver_state *r, const char *original, struct strbuf *out)
{
	strbuf_addf(out, RESOLV_STAMP "%s\n", r->ifname);
	if (original)
		strbuf_add(out,
			"# 'wf down' puts back what stood here before; it is kept in " RESOLV_KEPT
			"\n");
	strbuf_add(out, r->everything ? STAMP_ALL : STAMP_VIA);
	LIST_FOREACH (d, r, domains)
		strbuf_addf(out, " %s", *d);
	strbuf_addc(out, '\n');
	add_lines(r, out);
	if (original)
		add_options(original, out);
}

bool resolv_text_read_stamped(struct arena *a, const char *text, struct resolver_state *ret)
{
	const char *line = text, *end = text + strcspn(text, "\n");
	struct resolver_state r = {.backend = RESOLVER_FILE};
	struct resolv_text t;
	const char *word;

	if (!resolv_text_is_stamped(text))
		return false;
	str_copy(r.ifname, sizeof(r.ifname),
		arena_strndup(a, text + RESOLV_STAMP_LEN, (size_t)(end - text) - RESOLV_STAMP_LEN));
	resolv_text_parse(a, text, &t);
	LIST_FOREACH (s, &t, servers)
		*LIST_PUSH(a, &r, servers) = *s;
	for (; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if (strncmp(line, STAMP_ALL, strlen(STAMP_ALL)) == 0) {
			r.everything = true;
			line += strlen(STAMP_ALL);
		} else if (strncmp(line, STAMP_VIA, strlen(STAMP_VIA)) == 0) {
			line += strlen(STAMP_VIA);
		} else {
			continue;
		}
		while ((word = next_word(a, &line, end)))
			*LIST_PUSH(a, &r, domains) = word;
	}
	*ret = r;
	return true;
}
