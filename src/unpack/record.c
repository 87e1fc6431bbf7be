// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records into a buffer and from there to a descriptor. Knows the layout of protocol.h only. The
 * buffer always has room for one more record of any kind.
 */
#include "unpack/record.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void flush(struct record_writer *w)
{
	for (size_t at = 0; at < w->len && !w->failed;) {
		ssize_t n = write(w->fd, w->buf + at, w->len - at);

		if (n > 0)
			at += (size_t)n;
		else if (n == 0 || errno != EINTR)
			w->failed = true;
	}
	w->len = 0;
}

static size_t text_len(const char *text)
{
	return strnlen(text, UNPACK_MAX_TEXT);
}

/* Where the bytes behind a name go. */
static char *behind(struct record_writer *w, const char *name)
{
	return w->buf + w->len + sizeof(struct unpack_header) + (name ? text_len(name) + 1 : 0);
}

/* Puts header and name (NULL = none) in front of `more` bytes that are there already. */
static void put(struct record_writer *w, enum unpack_type type, const char *name, size_t more)
{
	char *end = behind(w, name) + more, *at = w->buf + w->len;
	const struct unpack_header h = {type, (uint32_t)(end - at - (ptrdiff_t)sizeof(h))};

	memcpy(at, &h, sizeof(h));
	if (name) {
		size_t len = text_len(name);

		memcpy(at + sizeof(h), name, len);
		at[sizeof(h) + len] = '\0';
	}
	w->len += (size_t)(end - at);
	if (w->len >= RECORD_BATCH)
		flush(w);
}

char *record_file_begin(struct record_writer *w, const char *name)
{
	return behind(w, name);
}

void record_file_end(struct record_writer *w, const char *name, size_t len)
{
	put(w, UNPACK_FILE, name, len);
}

void record_skipped(struct record_writer *w, const char *name, const char *reason)
{
	size_t len = text_len(reason);

	memcpy(behind(w, name), reason, len);
	put(w, UNPACK_SKIPPED, name, len);
}

void record_last(struct record_writer *w, enum unpack_type type, const char *message)
{
	size_t len = text_len(message);

	memcpy(behind(w, NULL), message, len);
	put(w, type, NULL, len);
	flush(w);
}
