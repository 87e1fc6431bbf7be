// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The near end of wf-unpack's stream. Trusts the worker no more than the archive it reads: lengths,
 * names and totals are checked again here. A stream that stops without an END record is an error,
 * so that half an archive is never taken for a whole one.
 */
#include "ops/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/secret.h"
#include "sys/spawn.h"
#include "unpack/protocol.h"

#define WORKER	   "wf-unpack"
#define MAX_NAME   4096u
#define MAX_RECORD (UNPACK_MAX_FILE + MAX_NAME)
#define STREAM_BUF (4 * MAX_RECORD) /* several records for one read */
#define QUIT_MS	   5000		    /* for the worker to end once its stream has */

struct stream {
	int fd;
	struct secret_text buf; /* what was read and not yet used, from `used` on */
	size_t used;
	unsigned entries;
	uint64_t total;
	const char *archive;
	const struct source_sink *sink;
	struct arena *arena;
};

static int broken(const struct stream *s, struct err *e)
{
	err_set(e, E_ARCHIVE, "the worker that reads archives stopped before the end");
	return err_at(e, s->archive, 0, 0);
}

/* Makes `want` bytes available behind s->used. */
static int fill(struct stream *s, size_t want, struct err *e)
{
	struct secret_text *b = &s->buf;

	if (b->len - s->used >= want)
		return 0;
	memmove(b->s, b->s + s->used, b->len - s->used);
	b->len -= s->used;
	s->used = 0;
	while (b->len < want) {
		ssize_t n = read(s->fd, b->s + b->len, b->limit - b->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return broken(s, e);
		b->len += (size_t)n;
	}
	return 0;
}

static const char *base_name(const char *name)
{
	const char *p = name + strlen(name);

	/* Archives made on Windows may separate with backslashes. */
	while (p > name && p[-1] != '/' && p[-1] != '\\')
		p--;
	return p;
}

/* What macOS puts beside every file is not a second copy of it. */
static bool is_resource_fork(const char *name)
{
	return str_istarts(name, "__MACOSX/") || strncmp(base_name(name), "._", 2) == 0;
}

static int take_file(
	struct stream *s, const char *name, const char *content, size_t len, struct err *e)
{
	const struct source_file f = {
		.archive = s->archive,
		.place = name,
		.name = base_name(name),
		.text = content,
		.len = len,
	};

	s->total += len;
	if (len > UNPACK_MAX_FILE || s->total > UNPACK_MAX_TOTAL)
		return broken(s, e);
	if (is_resource_fork(name))
		return 0;
	if (!str_iends(name, ".conf")) {
		s->sink->ignored(s->sink->ctx, name, "not a .conf file");
		return 0;
	}
	return s->sink->file(s->sink->ctx, &f, e);
}

static int take_error(const struct stream *s, const char *message, size_t len, struct err *e)
{
	char text[256], escaped[512];

	str_copy(text, len + 1 < sizeof(text) ? len + 1 : sizeof(text), message);
	str_escape(escaped, sizeof(escaped), text);
	err_set(e, str_icontains(text, "limit") ? E_LIMIT : E_ARCHIVE, "%s", escaped);
	return err_at(e, s->archive, 0, 0);
}

/* One record; *end is set by the last. */
static int take_record(struct stream *s, bool *end, struct err *e)
{
	struct unpack_header h;
	const char *body, *nul;
	int r;

	if ((r = fill(s, sizeof(h), e)))
		return r;
	memcpy(&h, s->buf.s + s->used, sizeof(h));
	if (h.length > MAX_RECORD || ++s->entries > UNPACK_MAX_ENTRIES + 1)
		return broken(s, e);
	if ((r = fill(s, sizeof(h) + h.length, e)))
		return r;
	body = s->buf.s + s->used + sizeof(h);
	s->used += sizeof(h) + h.length;
	switch (h.type) {
	case UNPACK_END: *end = true; return 0;
	case UNPACK_ERROR: return take_error(s, body, h.length, e);
	case UNPACK_FILE:
	case UNPACK_SKIPPED: break;
	default: return broken(s, e);
	}
	nul = memchr(body, '\0', h.length);
	if (!nul)
		return broken(s, e);
	if (h.type == UNPACK_FILE)
		return take_file(s, body, nul + 1, (size_t)(body + h.length - nul - 1), e);
	s->sink->ignored(s->sink->ctx, body,
		arena_strndup(s->arena, nul + 1, (size_t)(body + h.length - nul - 1)));
	return 0;
}

static const char *worker_path(struct arena *a)
{
	const char *dir = getauxval(AT_SECURE) ? NULL : getenv("WF_LIBEXEC");

	return arena_printf(a, "%s/" WORKER, str_empty(dir) ? WF_LIBEXECDIR : dir);
}

static int start(struct stream *s, int fd, pid_t *pid, struct err *e)
{
	const char *argv[] = {worker_path(s->arena), NULL};
	int pipe_fds[2], r;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_errno(e, E_IO, errno, "cannot make a pipe");
	/* A wide pipe lets both sides work at once; without it they only take turns. */
	(void)fcntl(pipe_fds[0], F_SETPIPE_SZ, 1 << 20);
	r = spawn_start(&(struct spawn){.argv = argv,
				.stdin_fd = fd,
				.stdout_fd = pipe_fds[1],
				.stderr_fd = -1,
				.pass_fd = -1},
		pid, e);
	close(pipe_fds[1]);
	if (r) {
		close(pipe_fds[0]);
		return r;
	}
	s->fd = pipe_fds[0];
	return 0;
}

int archive_read(const char *name, int fd, const struct source_sink *sink, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct stream s = {.fd = -1, .archive = name, .sink = sink, .arena = a};
	struct err late = {0};
	bool end = false;
	int r, status;
	pid_t pid;

	if ((r = secret_text_new(STREAM_BUF, &s.buf, e)))
		return r;
	if (!(r = start(&s, fd, &pid, e))) {
		while (!r && !end)
			r = take_record(&s, &end, e);
		close(s.fd);
		/* How it ended adds nothing: END and ERROR are records, death is a short stream. */
		spawn_wait(pid, QUIT_MS, &status, &late);
	}
	secret_text_free(&s.buf);
	return r;
}
