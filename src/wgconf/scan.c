// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines and their parts. Knows where a comment, a key and a value begin and end; must not know any
 * key's meaning. Every byte is looked at once for the split, and a span never reaches outside the
 * text given to scan_begin.
 */
#include "wgconf/scan.h"

#include <string.h>

#include "base/str.h"

bool scan_begin(struct scan *sc, const char *text, size_t len)
{
	bool marked = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;

	*sc = (struct scan){.at = text + (marked ? 3 : 0), .end = text + len};
	return marked;
}

struct span span_from(struct span v, size_t skip)
{
	return (struct span){v.s + skip, v.len - skip, v.column + (unsigned)skip};
}

struct span span_trim(struct span v)
{
	size_t n = 0;

	while (n < v.len && str_is_space(v.s[n]))
		n++;
	v = span_from(v, n);
	while (v.len && str_is_space(v.s[v.len - 1]))
		v.len--;
	return v;
}

bool span_ieq(struct span v, const char *s)
{
	for (size_t i = 0; i < v.len; i++)
		if (!s[i] || str_lower(v.s[i]) != str_lower(s[i]))
			return false;
	return !s[v.len];
}

size_t span_squeeze(struct span v, char *dst, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < v.len; i++) {
		if (str_is_space(v.s[i]))
			continue;
		if (n + 1 >= size)
			return SIZE_MAX;
		dst[n++] = v.s[i];
	}
	dst[n] = '\0';
	return n;
}

bool span_next_item(struct span *rest, bool at_space, struct span *ret)
{
	size_t n = 0;

	if (!rest->s)
		return false;
	while (n < rest->len && rest->s[n] != ',' && !(at_space && str_is_space(rest->s[n])))
		n++;
	*ret = span_trim((struct span){rest->s, n, rest->column});
	if (n == rest->len) {
		*rest = (struct span){0};
		return true;
	}
	/* White space around a comma is part of that one separator. */
	*rest = span_from(*rest, n);
	if (at_space)
		*rest = span_trim(*rest);
	if (rest->s[0] == ',')
		*rest = span_from(*rest, 1);
	if (at_space)
		*rest = span_trim(*rest);
	return true;
}

char *span_dup(struct arena *a, struct span v)
{
	return arena_strndup(a, v.s, v.len);
}

/* The first byte that has no place in a line of text, or NULL. A CR before the end is white space.
 */
static const char *control_character(struct span line)
{
	size_t len = line.len;

	while (len && line.s[len - 1] == '\r')
		len--;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line.s[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return line.s + i;
	}
	return NULL;
}

static int refuse_control(struct span line, const char *at, struct err *e)
{
	unsigned char c = (unsigned char)*at;

	err_set(e, E_SYNTAX, "a control character (0x%02x) has no place in a configuration", c);
	if (c == '\0')
		err_hint(e,
			"save the file as plain text in UTF-8 (it may be UTF-16 now), "
			"or download it again");
	else if (c == '\r')
		err_hint(e, "the line ends are those of an old Mac; save the file with Unix ones");
	else
		err_hint(e, "remove the character, or download the file again");
	return err_at(e, NULL, 0, line.column + (unsigned)(at - line.s));
}

static void split_section(struct scan_line *l, struct span text)
{
	struct span name = span_from(text, 1);

	l->kind = SCAN_OTHER;
	if (text.s[text.len - 1] != ']')
		return;
	name.len--;
	l->kind = SCAN_SECTION;
	l->name = span_trim(name);
}

static void split_line(struct scan_line *l)
{
	const struct span w = l->whole;
	const char *hash = memchr(w.s, '#', w.len);
	struct span text = w;
	const char *equals;

	if (hash) {
		text.len = (size_t)(hash - w.s);
		l->comment = span_from(w, text.len);
	}
	text = span_trim(text);
	if (!text.len) {
		l->kind = hash ? SCAN_COMMENT : SCAN_BLANK;
		return;
	}
	if (text.s[0] == '[') {
		split_section(l, text);
		return;
	}
	equals = memchr(text.s, '=', text.len);
	if (!equals) {
		l->kind = SCAN_OTHER;
		return;
	}
	l->kind = SCAN_KEY;
	l->name = span_trim((struct span){text.s, (size_t)(equals - text.s), text.column});
	l->value = span_trim(span_from(text, (size_t)(equals - text.s) + 1));
	l->raw = span_trim(span_from(w, (size_t)(equals - w.s) + 1));
}

int scan_next(struct scan *sc, struct scan_line *ret, struct err *e)
{
	struct span line = {sc->at, (size_t)(sc->end - sc->at), 1};
	const char *newline, *bad;

	if (!line.len)
		return 0;
	newline = memchr(line.s, '\n', line.len);
	if (newline)
		line.len = (size_t)(newline - line.s);
	sc->at = newline ? newline + 1 : sc->end;
	sc->line++;
	bad = control_character(line);
	if (bad)
		return refuse_control(line, bad, e);
	*ret = (struct scan_line){.whole = span_trim(line)};
	if (ret->whole.len)
		split_line(ret);
	return 1;
}
