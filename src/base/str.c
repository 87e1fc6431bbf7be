// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strings of bytes and the exact reading of numbers. Knows UTF-8 as far as it takes to keep a
 * terminal from being steered; must not know the locale.
 */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

char str_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

int str_icmp(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	while (*a && (*a == *b || str_lower(*a) == str_lower(*b)))
		a++, b++;
	return (unsigned char)str_lower(*a) - (unsigned char)str_lower(*b);
}

bool str_ieq(const char *a, const char *b)
{
	return str_icmp(a, b) == 0;
}

bool str_istarts(const char *s, const char *prefix)
{
	while (*prefix)
		if (str_lower(*s++) != str_lower(*prefix++))
			return false;
	return true;
}

bool str_iends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && str_ieq(s + n - m, suffix);
}

bool str_icontains(const char *s, const char *part)
{
	for (;; s++) {
		if (str_istarts(s, part))
			return true;
		if (!*s)
			return false;
	}
}

bool str_empty(const char *s)
{
	return !s || !*s;
}

size_t str_copy(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);

	if (!size)
		return 0;
	if (n >= size)
		n = size - 1;
	memcpy(dst, src, n);
	dst[n] = '\0';
	return n;
}

/* Length of the valid UTF-8 sequence at s (RFC 3629), 0 if it is none; *cp is its code point. */
static size_t utf8_sequence(const unsigned char *s, uint32_t *cp)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s[0] < 0x80 ? 1
		: s[0] >= 0xf5 ? 0
		: s[0] >= 0xf0 ? 4
		: s[0] >= 0xe0 ? 3
		: s[0] >= 0xc2 ? 2
			       : 0;

	if (n <= 1) {
		*cp = s[0];
		return n;
	}
	*cp = s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3fu);
	}
	if (*cp < least[n] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp <= 0xdfff))
		return 0;
	return n;
}

bool str_is_utf8(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;

	while (*p) {
		size_t n = utf8_sequence(p, &cp);

		if (!n)
			return false;
		p += n;
	}
	return true;
}

static bool steers_terminal(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x061c ||
		(cp >= 0x200e && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
		(cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

size_t str_escape(char *dst, size_t size, const char *src)
{
	const unsigned char *s = (const unsigned char *)src;
	size_t used = 0;

	if (!size)
		return 0;
	while (*s) {
		uint32_t cp;
		size_t n, need;
		bool plain;

		/* Most of what is shown, and there may be thousands of rows of it. */
		if (*s >= 0x20 && *s < 0x7f && size - used > 1) {
			dst[used++] = (char)*s++;
			continue;
		}
		n = utf8_sequence(s, &cp);
		plain = n && !steers_terminal(cp);
		need = plain ? n : 4 * (n ? n : 1);

		if (need >= size - used)
			break;
		if (plain) {
			memcpy(dst + used, s, n);
		} else {
			for (size_t i = 0; i < (n ? n : 1); i++)
				snprintf(dst + used + 4 * i, 5, "\\x%02x", s[i]);
		}
		used += need;
		s += n ? n : 1;
	}
	dst[used] = '\0';
	return used;
}

bool str_next_item(const char **list, const char **ret, size_t *len)
{
	while (*list && **list) {
		const char *p = *list, *end = p + strcspn(p, ",");

		*list = *end ? end + 1 : end;
		while (p < end && str_is_space(*p))
			p++;
		while (end > p && str_is_space(end[-1]))
			end--;
		if (end > p) {
			*ret = p;
			*len = (size_t)(end - p);
			return true;
		}
	}
	return false;
}

bool str_to_u64(const char *s, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (str_empty(s))
		return false;
	for (; *s; s++) {
		unsigned d = (unsigned char)*s - '0';

		if (d > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, d, &v))
			return false;
	}
	if (v < min || v > max)
		return false;
	*ret = v;
	return true;
}

bool str_to_u32(const char *s, uint32_t min, uint32_t max, uint32_t *ret)
{
	uint64_t v;

	if (!str_to_u64(s, min, max, &v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

unsigned str_distance(const char *a, const char *b, unsigned limit)
{
	unsigned row[64];
	size_t n = strlen(a), m = strlen(b);

	if (n >= 64 || m >= 64 || (n > m ? n - m : m - n) > limit)
		return limit + 1;
	for (size_t j = 0; j <= m; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned change = diagonal + (str_lower(a[i - 1]) != str_lower(b[j - 1]));
			unsigned step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = change < step ? change : step;
		}
	}
	return row[m] > limit ? limit + 1 : row[m];
}

static void reserve(struct strbuf *b, size_t more)
{
	size_t need = b->len + more + 1;
	char *p;

	if (need <= b->cap)
		return;
	b->cap = need > 2 * b->cap ? need : 2 * b->cap;
	if (b->cap < 64)
		b->cap = 64;
	p = realloc(b->s, b->cap);
	if (!p)
		err_oom();
	b->s = p;
}

void strbuf_addn(struct strbuf *b, const void *s, size_t len)
{
	reserve(b, len);
	if (len)
		memcpy(b->s + b->len, s, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void strbuf_add(struct strbuf *b, const char *s)
{
	strbuf_addn(b, s, strlen(s));
}

void strbuf_addc(struct strbuf *b, char c)
{
	strbuf_addn(b, &c, 1);
}

void strbuf_vaddf(struct strbuf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	/* Mostly it fits, and is formatted only once. */
	reserve(b, 32);
	va_copy(again, ap);
	len = vsnprintf(b->s + b->len, b->cap - b->len, fmt, again);
	va_end(again);
	if ((size_t)len >= b->cap - b->len) {
		reserve(b, (size_t)len);
		vsnprintf(b->s + b->len, (size_t)len + 1, fmt, ap);
	}
	b->len += (size_t)len;
}

void strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(b, fmt, ap);
	va_end(ap);
}

const char *strbuf_str(const struct strbuf *b)
{
	return b->s ? b->s : "";
}

void strbuf_reset(struct strbuf *b)
{
	b->len = 0;
	if (b->s)
		b->s[0] = '\0';
}

void strbuf_free(struct strbuf *b)
{
	free(b->s);
	*b = (struct strbuf){0};
}
