// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reading side of the records. Knows their layout; must not know how the worker is started nor
 * what the files are. Contents stay in guarded memory, and only names and words leave it.
 */
#include "unpack/reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE (256u * 1024) /* several records for each system call */

int unpack_reader_open(int fd, struct unpack_reader *ret, struct err *e)
{
	struct unpack_reader r = {.fd = fd};
	int rc = secret_text_new(BUFFER_SIZE, &r.buf, e);

	if (rc < 0)
		return rc;
	*ret = r;
	return 0;
}

void unpack_reader_close(struct unpack_reader *r)
{
	secret_text_free(&r->buf);
	*r = (struct unpack_reader){.fd = -1};
}

static int broken(struct err *e, const char *why)
{
	return err_set(e, E_ARCHIVE, "wf-unpack %s", why);
}

/* Makes sure that n bytes from r->at on are in the buffer. n is at most UNPACK_MAX_RECORD. */
static int fill(struct unpack_reader *r, size_t n, struct err *e)
{
	struct secret_text *b = &r->buf;

	if (b->len - r->at >= n)
		return 0;
	memmove(b->s, b->s + r->at, b->len - r->at);
	b->len -= r->at;
	r->at = 0;
	while (b->len < n) {
		ssize_t got = read(r->fd, b->s + b->len, b->limit - b->len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, E_IO, errno, "cannot read from wf-unpack");
		if (got == 0)
			return broken(e,
				"ended before the archive did: it was killed, "
				"or the archive takes too much memory or time");
		b->len += (size_t)got;
	}
	return 0;
}

static int parse_named(struct arena *a, enum unpack_type type, const char *body, size_t len,
	struct unpack_record *ret, struct err *e)
{
	const char *end = memchr(body, '\0', len < UNPACK_MAX_TEXT + 1 ? len : UNPACK_MAX_TEXT + 1);
	struct unpack_record rec = {.type = type};
	size_t rest;

	if (!end)
		return broken(e, "sent a record without a name");
	rest = len - (size_t)(end + 1 - body);
	if (rest > (type == UNPACK_FILE ? UNPACK_MAX_FILE : UNPACK_MAX_TEXT))
		return broken(e, "sent a record that is too long");
	rec.name = arena_strndup(a, body, (size_t)(end - body));
	if (type == UNPACK_SKIPPED) {
		rec.reason = arena_strndup(a, end + 1, rest);
	} else {
		rec.content = end + 1;
		rec.content_len = rest;
	}
	*ret = rec;
	return 0;
}

static int parse_last(struct arena *a, enum unpack_type type, const char *body, size_t len,
	struct unpack_record *ret, struct err *e)
{
	if (len > UNPACK_MAX_TEXT)
		return broken(e, "sent a message that is too long");
	if (type != UNPACK_END)
		return err_set(e, type == UNPACK_LIMIT ? E_LIMIT : E_ARCHIVE, "%s",
			arena_strndup(a, body, len));
	*ret = (struct unpack_record){.type = type};
	return 0;
}

int unpack_reader_next(
	struct unpack_reader *r, struct arena *a, struct unpack_record *ret, struct err *e)
{
	struct unpack_header h;
	const char *body;
	int rc = r->ended ? broken(e, "was read beyond its end") : fill(r, sizeof(h), e);

	r->ended = true; /* until this record turns out to be sound and not the last */
	if (rc < 0)
		return rc;
	memcpy(&h, r->buf.s + r->at, sizeof(h));
	if (h.length > UNPACK_MAX_RECORD - sizeof(h))
		return broken(e, "sent a record that is too long");
	rc = fill(r, sizeof(h) + h.length, e);
	if (rc < 0)
		return rc;
	body = r->buf.s + r->at + sizeof(h);
	r->at += sizeof(h) + h.length;
	switch ((enum unpack_type)h.type) {
	case UNPACK_FILE:
	case UNPACK_SKIPPED:
		rc = parse_named(a, h.type, body, h.length, ret, e);
		r->ended = rc < 0;
		return rc;
	case UNPACK_ERROR:
	case UNPACK_LIMIT:
	case UNPACK_END: return parse_last(a, h.type, body, h.length, ret, e);
	}
	return broken(e, "sent something that is no record");
}
