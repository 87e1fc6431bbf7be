// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks through an archive. Knows libarchive and the limits; must not know what the files mean, and
 * never opens, makes or follows anything by a name that stands in the archive. Whatever the archive
 * claims of itself, no more is unpacked than the limits say.
 */
#include "unpack/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "unpack/name.h"

#define BLOCK  (64u * 1024)
#define MIB(n) ((n) / (1024u * 1024))
/* Of a compressed tar also what is passed over must be unpacked: headers, padding, large files. */
#define MAX_STREAM (UNPACK_MAX_TOTAL + UNPACK_MAX_ENTRIES * 1024u)

struct stream {
	struct archive *a;
	struct record_writer *w;
	unsigned entries;
	size_t total;	       /* bytes of content that were unpacked */
	char *memory;	       /* the whole archive, when it came by a pipe */
	enum unpack_type last; /* which last record was written, or 0 */
};

static void __attribute__((format(printf, 3, 4)))
finish(struct stream *s, enum unpack_type type, const char *fmt, ...)
{
	char text[UNPACK_MAX_TEXT + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	record_last(s->w, type, text);
	s->last = type;
}

static const char *reason_of(struct stream *s)
{
	const char *text = archive_error_string(s->a);

	return text ? text : "unknown reason";
}

/*
 * A filter whose library was missing when libarchive was built would start a program instead; it
 * says so by another code. Such a filter is left out.
 */
static void support_filters(struct archive *a)
{
	static int (*const filters[])(struct archive *) = {archive_read_support_filter_gzip,
		archive_read_support_filter_bzip2, archive_read_support_filter_xz,
		archive_read_support_filter_zstd};

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		struct archive *probe = archive_read_new();

		if (!probe)
			err_oom();
		if (filters[i](probe) == ARCHIVE_OK)
			filters[i](a);
		archive_read_free(probe);
	}
}

/*
 * All of a pipe. A zip's list of contents is at its end, and only there it says which entries are
 * links, so a zip is never read from front to back.
 */
static int read_pipe(struct stream *s, int fd)
{
	size_t len = 0, cap = 0;

	for (;;) {
		ssize_t n;

		if (len == cap) {
			cap = cap ? cap * 2 : 1024 * 1024;
			s->memory = realloc(s->memory, cap);
			if (!s->memory)
				err_oom();
		}
		n = read(fd, s->memory + len, cap - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			archive_set_error(s->a, errno, "%s", strerror(errno));
			return ARCHIVE_FATAL;
		}
		if (n == 0)
			return archive_read_open_memory(s->a, s->memory, len);
		len += (size_t)n;
		if (len > UNPACK_MAX_TOTAL) {
			finish(s, UNPACK_LIMIT, "the archive is larger than %u MiB",
				MIB(UNPACK_MAX_TOTAL));
			return ARCHIVE_FATAL;
		}
	}
}

static bool open_archive(struct stream *s, int fd)
{
	int r;

	s->a = archive_read_new();
	if (!s->a)
		err_oom();
	support_filters(s->a);
	archive_read_support_format_tar(s->a);
	archive_read_support_format_zip_seekable(s->a);
	if (lseek(fd, 0, SEEK_CUR) < 0)
		r = read_pipe(s, fd);
	else
		r = archive_read_open_fd(s->a, fd, BLOCK);
	if (r != ARCHIVE_OK && !s->last)
		finish(s, UNPACK_ERROR, "it is not a zip or tar archive, or damaged: %s",
			reason_of(s));
	return r == ARCHIVE_OK;
}

/* NULL when it is a regular file. */
static const char *type_objection(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry))
		return "a hard link";
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG: return NULL;
	case AE_IFLNK: return "a symbolic link";
	default: return "a device, pipe or socket";
	}
}

static bool within_limits(struct stream *s, struct archive_entry *entry)
{
	la_int64_t at = archive_filter_bytes(s->a, 0), size = archive_entry_size(entry);

	if (++s->entries > UNPACK_MAX_ENTRIES) {
		finish(s, UNPACK_LIMIT, "it has more than %u entries", UNPACK_MAX_ENTRIES);
		return false;
	}
	if (archive_filter_code(s->a, 0) != ARCHIVE_FILTER_NONE &&
		(at > MAX_STREAM || (size > 0 && size > (la_int64_t)MAX_STREAM - at))) {
		finish(s, UNPACK_LIMIT, "it unpacks to more than %u MiB", MIB(UNPACK_MAX_TOTAL));
		return false;
	}
	return true;
}

/*
 * The content: at most UNPACK_MAX_FILE bytes, of which there is room for. One more is asked for, so
 * the result is larger for a file that is; negative when it cannot be unpacked.
 */
static la_ssize_t read_content(struct stream *s, char *to)
{
	size_t len = 0;
	char more;

	for (;;) {
		bool full = len == UNPACK_MAX_FILE;
		la_ssize_t n = archive_read_data(
			s->a, full ? &more : to + len, full ? 1 : UNPACK_MAX_FILE - len);

		if (n == ARCHIVE_RETRY)
			continue;
		if (n < 0)
			return n;
		len += (size_t)n;
		s->total += (size_t)n;
		if (n == 0 || full)
			return (la_ssize_t)len;
	}
}

static void pass_file(struct stream *s, const char *name)
{
	la_ssize_t n = read_content(s, record_file_begin(s->w, name));
	char text[UNPACK_MAX_TEXT + 1];

	if (n == ARCHIVE_FATAL) {
		finish(s, UNPACK_ERROR, "the archive is damaged at '%.256s': %s", name,
			reason_of(s));
	} else if (s->total > UNPACK_MAX_TOTAL) {
		finish(s, UNPACK_LIMIT, "it unpacks to more than %u MiB", MIB(UNPACK_MAX_TOTAL));
	} else if (n < 0) {
		snprintf(text, sizeof(text), "damaged: %s", reason_of(s));
		record_skipped(s->w, name, text);
	} else if (n > (la_ssize_t)UNPACK_MAX_FILE) {
		record_skipped(s->w, name, "larger than 64 KiB");
	} else {
		record_file_end(s->w, name, (size_t)n);
	}
}

static void pass_entry(struct stream *s, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry), *why;

	if (!within_limits(s, entry))
		return;
	if (archive_entry_is_encrypted(entry)) {
		finish(s, UNPACK_ERROR, "the archive is encrypted; unpack it yourself");
		return;
	}
	if (archive_entry_filetype(entry) == AE_IFDIR)
		return;
	if (!name)
		name = "";
	why = type_objection(entry);
	if (!why)
		why = name_objection(name);
	if (!why && archive_entry_size_is_set(entry) &&
		archive_entry_size(entry) > (la_int64_t)UNPACK_MAX_FILE)
		why = "larger than 64 KiB";
	if (why)
		record_skipped(s->w, name, why);
	else
		pass_file(s, name);
}

static void walk(struct stream *s)
{
	while (!s->last && !s->w->failed) {
		struct archive_entry *entry;
		int r = archive_read_next_header(s->a, &entry);

		if (r == ARCHIVE_EOF)
			finish(s, UNPACK_END, "%s", "");
		else if (r >= ARCHIVE_WARN)
			pass_entry(s, entry);
		else if (r != ARCHIVE_RETRY)
			finish(s, UNPACK_ERROR, "the archive is damaged: %s", reason_of(s));
	}
}

bool stream_archive(int fd, struct record_writer *w)
{
	struct stream s = {.w = w};

	if (open_archive(&s, fd))
		walk(&s);
	archive_read_free(s.a);
	free(s.memory);
	return s.last == UNPACK_END && !w->failed;
}
