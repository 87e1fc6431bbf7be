/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings: comparing, exact parsing of numbers, escaping for a terminal, a growing buffer.
 * Nothing here looks at the locale.
 */
#ifndef WF_BASE_STR_H
#define WF_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool str_eq(const char *a, const char *b);       /* NULL equals NULL only */
bool str_ieq(const char *a, const char *b);      /* ASCII without case; as str_eq for NULL */
int str_icmp(const char *a, const char *b);      /* order of str_ieq; NULL sorts first */
bool str_istarts(const char *s, const char *prefix);
bool str_iends(const char *s, const char *suffix);
bool str_icontains(const char *s, const char *part);
bool str_empty(const char *s);                   /* NULL or "" */
bool str_is_utf8(const char *s);
char str_lower(char c);
bool str_is_space(char c);                       /* ASCII white space */

/* Copies as much as fits, always terminated; returns the length of what is in dst. */
size_t str_copy(char *dst, size_t size, const char *src);

/*
 * Copies with everything that could steer a terminal (C0, DEL, C1, invalid UTF-8, bidi controls)
 * written as \xNN; cut at a whole character when it does not fit. dst and src must not overlap.
 */
size_t str_escape(char *dst, size_t size, const char *src);

/* Strict decimal number without sign, space or leading '+', in min..max. */
bool str_to_u64(const char *s, uint64_t min, uint64_t max, uint64_t *ret);
bool str_to_u32(const char *s, uint32_t min, uint32_t max, uint32_t *ret);

/*
 * The next item of a comma list, without the white space around it; empty ones are passed over.
 * *list moves on behind it (NULL is an empty list); false at the end.
 */
bool str_next_item(const char **list, const char **ret, size_t *len);

/* Edit distance without case, for "did you mean"; at most `limit`+1 is computed. */
unsigned str_distance(const char *a, const char *b, unsigned limit);

struct strbuf {
	char *s; /* always terminated once something was added; NULL before */
	size_t len, cap;
};
void strbuf_add(struct strbuf *b, const char *s);
void strbuf_addn(struct strbuf *b, const void *s, size_t len);
void strbuf_addc(struct strbuf *b, char c);
void strbuf_addf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *b, const char *fmt, va_list ap);
const char *strbuf_str(const struct strbuf *b); /* "" when nothing was added */
void strbuf_reset(struct strbuf *b);            /* keeps the memory */
void strbuf_free(struct strbuf *b);
#define STRBUF_CLEANUP __attribute__((cleanup(strbuf_free)))

#endif
