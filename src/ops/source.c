// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the texts that a path stands for. Knows files, directories and what an archive begins with;
 * must not know what a configuration is. Nothing read here stays behind: one guarded buffer serves
 * all files, and no name is ever opened that came out of an archive.
 */
#include "ops/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/secret.h"
#include "ops/archive.h"
#include "unpack/protocol.h"

#define MAGIC_SIZE 512 /* a tar archive says so at 257 */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool looks_like_archive(const char *s, size_t len)
{
	static const struct {
		size_t offset, len;
		const char *bytes;
	} magic[] = {
		{0, 4, "PK\3\4"},   /* zip */
		{0, 4, "PK\5\6"},   /* zip without entries */
		{0, 2, "\x1f\x8b"}, /* gzip */
		{0, 6,
			"\xfd"
			"7zXZ"},	    /* xz, with its terminating zero */
		{0, 3, "BZh"},		    /* bzip2 */
		{0, 4, "\x28\xb5\x2f\xfd"}, /* zstd */
		{257, 5, "ustar"},	    /* tar */
	};

	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (len >= magic[i].offset + magic[i].len &&
			memcmp(s + magic[i].offset, magic[i].bytes, magic[i].len) == 0)
			return true;
	return false;
}

/* Reads on until `want` bytes are in the buffer or the file ends. */
static int read_up_to(struct secret_text *t, int fd, size_t want, struct err *e)
{
	while (t->len < want) {
		ssize_t n = read(fd, t->s + t->len, want - t->len);

		/* Nothing but Ctrl-C and its like is caught; who waits for a terminal wants it. */
		if (n < 0 && errno == EINTR)
			return err_set(e, E_INTERRUPTED, "interrupted");
		if (n < 0)
			return err_errno(e, E_IO, errno, "cannot be read");
		if (n == 0)
			break;
		t->len += (size_t)n;
	}
	t->s[t->len] = '\0';
	return 0;
}

/* The file behind fd is an archive of which `used` bytes were read. */
static int read_archive(
	const char *path, int fd, size_t used, const struct source_sink *sink, struct err *e)
{
	if (lseek(fd, -(off_t)used, SEEK_CUR) < 0) {
		err_set(e, E_ARCHIVE, "is an archive, and a pipe cannot be read twice");
		return err_hint(e, "give the archive as a file");
	}
	return archive_read(base_name(path), fd, sink, e);
}

static int read_open_file(const char *path, const char *directory, int fd, bool archives,
	struct secret_text *buf, const struct source_sink *sink, struct err *e)
{
	const struct source_file f = {
		.archive = directory,
		.place = path,
		.name = base_name(path),
		.text = buf->s,
	};
	struct source_file filled = f;
	int r;

	buf->len = 0;
	if ((r = read_up_to(buf, fd, MAGIC_SIZE, e)))
		return err_at(e, path, 0, 0);
	if (archives && looks_like_archive(buf->s, buf->len)) {
		r = read_archive(path, fd, buf->len, sink, e);
		return r && !e->file[0] ? err_at(e, path, 0, 0) : r;
	}
	if ((r = read_up_to(buf, fd, UNPACK_MAX_FILE + 1, e)))
		return err_at(e, path, 0, 0);
	if (buf->len > UNPACK_MAX_FILE) {
		err_set(e, E_LIMIT, "is larger than %u KiB, which no configuration is",
			UNPACK_MAX_FILE / 1024);
		return err_at(e, path, 0, 0);
	}
	filled.len = buf->len;
	return sink->file(sink->ctx, &filled, e);
}

static int open_error(int errnum, const char *path, struct err *e)
{
	if (errnum == EINTR) /* a pipe that nobody writes to */
		return err_set(e, E_INTERRUPTED, "interrupted");
	err_errno(e,
		errnum == ENOENT	   ? E_NOT_FOUND
			: errnum == EACCES ? E_PERMISSION
					   : E_IO,
		errnum, "cannot be opened");
	return err_at(e, path, 0, 0);
}

static int is_conf(const struct dirent *d)
{
	return str_iends(d->d_name, ".conf");
}

/* Bytes, not the locale's order: the same directory gives the same order everywhere. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* One file of a directory. Whatever is wrong with it does not keep the others out. */
static int read_member(const char *dir, int dir_fd, const char *name, struct secret_text *buf,
	const struct source_sink *sink, struct err *e)
{
	/* O_NONBLOCK: a FIFO called x.conf must not hang the import. */
	FD_CLEANUP int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	STRBUF_CLEANUP struct strbuf path = {0};
	struct err own = {0};
	struct stat st;
	int r = 0;

	strbuf_addf(&path, "%s%s%s", dir, str_iends(dir, "/") ? "" : "/", name);
	if (fd < 0)
		open_error(errno, path.s, &own);
	else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	else if (!S_ISREG(st.st_mode)) {
		err_set(&own, E_IO, "is not a regular file");
		err_at(&own, path.s, 0, 0);
	} else if (st.st_size > UNPACK_MAX_FILE) {
		err_set(&own, E_LIMIT, "is larger than %u KiB, which no configuration is",
			UNPACK_MAX_FILE / 1024);
		err_at(&own, path.s, 0, 0);
	} else {
		r = read_open_file(path.s, base_name(dir), fd, false, buf, sink, e);
	}
	if (own.code)
		sink->failed(sink->ctx, &own);
	return r;
}

static int read_directory(const char *path, int fd, struct secret_text *buf,
	const struct source_sink *sink, struct err *e)
{
	struct dirent **names = NULL;
	int n = scandirat(fd, ".", &names, is_conf, by_bytes), r = 0;

	if (n < 0) {
		err_errno(e, E_IO, errno, "cannot be listed");
		return err_at(e, path, 0, 0);
	}
	if (n == 0) {
		err_set(e, E_EMPTY, "there is no file ending in .conf in it");
		r = err_at(e, path, 0, 0);
	} else if (n > (int)UNPACK_MAX_ENTRIES) {
		err_set(e, E_LIMIT, "there are more than %u files in it", UNPACK_MAX_ENTRIES);
		r = err_at(e, path, 0, 0);
	}
	for (int i = 0; i < n; i++) {
		if (!r)
			r = read_member(path, fd, names[i]->d_name, buf, sink, e);
		free(names[i]);
	}
	free(names);
	return r;
}

int source_read(const char *path, const struct source_sink *sink, struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text buf = {0};
	FD_CLEANUP int fd = -1;
	struct stat st;
	int r;

	if ((r = secret_text_new(UNPACK_MAX_FILE + 1, &buf, e)))
		return r;
	if (str_eq(path, "-"))
		return read_open_file("(standard input)", NULL, STDIN_FILENO, true, &buf, sink, e);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return open_error(errno, path, e);
	if (S_ISDIR(st.st_mode))
		return read_directory(path, fd, &buf, sink, e);
	return read_open_file(path, NULL, fd, true, &buf, sink, e);
}
