/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of a .conf and their parts, with exact places. Splits as wg(8) and wg-quick(8) do:
 * '#' begins a comment, the first '=' before it ends the key, '[' begins a section header.
 */
#ifndef WF_WGCONF_SCAN_H
#define WF_WGCONF_SCAN_H

#include "base/arena.h"
#include "base/err.h"

/* A piece of the text being read: not terminated, and never kept beyond the call. */
struct span {
	const char *s;
	size_t len;
	unsigned column; /* of s[0], 1-based, in bytes */
};

enum scan_kind {
	SCAN_BLANK,
	SCAN_COMMENT, /* comment is the whole line */
	SCAN_SECTION, /* name is what stands between the brackets */
	SCAN_KEY,     /* name = value # comment */
	SCAN_OTHER,   /* none of these */
};

struct scan_line {
	enum scan_kind kind;
	struct span whole; /* everything, without white space at both ends */
	struct span name;
	struct span value;   /* up to the comment */
	struct span raw;     /* from '=' to the end of the line, '#' included: for hooks */
	struct span comment; /* from '#' on; s is NULL when there is none */
};

struct scan {
	const char *at, *end;
	unsigned line; /* of the line given last, 1-based */
};

/* A byte order mark at the beginning is passed over; true if there was one. */
bool scan_begin(struct scan *sc, const char *text, size_t len);
/*
 * 1 and the next line, 0 at the end, or E_SYNTAX with the place (no file). A line has no limit of
 * its own below the file's, because printing may make one longer than it was read.
 */
int scan_next(struct scan *sc, struct scan_line *ret, struct err *e);

struct span span_trim(struct span v);
struct span span_from(struct span v, size_t skip); /* without the first `skip` bytes */
bool span_ieq(struct span v, const char *s);	   /* ASCII without case */
/*
 * Without any white space, terminated, as wg(8) reads every line; the length, or SIZE_MAX when it
 * does not fit.
 */
size_t span_squeeze(struct span v, char *dst, size_t size);
/* The next item of a list that is separated by commas (and, if wanted, by white space), trimmed. */
bool span_next_item(struct span *rest, bool at_space, struct span *ret);
char *span_dup(struct arena *a, struct span v);

#endif
