// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Archives, by the worker wf-unpack. Knows how the worker is started and which of its files are of
 * use; unpack/reader.h checks what it says. A stream that stops without an END record is an error,
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
#include "sys/spawn.h"
#include "unpack/reader.h"

#define WORKER	"wf-unpack"
#define QUIT_MS 5000 /* for the worker to end once its stream has */

struct stream {
	int fd;
	unsigned entries;
	uint64_t total;
	const char *archive;
	const struct source_sink *sink;
	struct arena *arena;
};

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

/* The worker keeps to these by itself; one that was taken over need not. */
static bool within_limits(struct stream *s, size_t len)
{
	s->total += len;
	return ++s->entries <= UNPACK_MAX_ENTRIES && s->total <= UNPACK_MAX_TOTAL;
}

static int take_file(struct stream *s, const struct unpack_record *rec, struct err *e)
{
	const struct source_file f = {
		.archive = s->archive,
		.place = rec->name,
		.name = base_name(rec->name),
		.text = rec->content,
		.len = rec->content_len,
	};

	if (is_resource_fork(rec->name))
		return 0;
	if (!str_iends(rec->name, ".conf")) {
		s->sink->ignored(s->sink->ctx, rec->name, "not a .conf file");
		return 0;
	}
	return s->sink->file(s->sink->ctx, &f, e);
}

static int take_records(struct stream *s, struct err *e)
{
	UNPACK_READER_CLEANUP struct unpack_reader reader = {0};
	struct unpack_record rec;
	int r = unpack_reader_open(s->fd, &reader, e);

	while (!r) {
		r = unpack_reader_next(&reader, s->arena, &rec, e);
		if (r)
			return err_at(e, s->archive, 0, 0);
		if (rec.type == UNPACK_END)
			return 0;
		if (!within_limits(s, rec.content_len)) {
			err_set(e, E_LIMIT, "the archive is larger than wf-unpack may say it is");
			return err_at(e, s->archive, 0, 0);
		}
		if (rec.type == UNPACK_FILE)
			r = take_file(s, &rec, e);
		else
			s->sink->ignored(s->sink->ctx, rec.name, rec.reason);
	}
	return r;
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
		/* E_NOT_FOUND would say that what the user named is not there. */
		e->code = E_ARCHIVE;
		return -E_ARCHIVE;
	}
	s->fd = pipe_fds[0];
	return 0;
}

int archive_read(const char *name, int fd, const struct source_sink *sink, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct stream s = {.fd = -1, .archive = name, .sink = sink, .arena = a};
	struct err late = {0};
	int r, status;
	pid_t pid;

	r = start(&s, fd, &pid, e);
	if (r)
		return r;
	r = take_records(&s, e);
	close(s.fd);
	/* How it ended adds nothing: END and ERROR are records, death is a short stream. */
	spawn_wait(pid, QUIT_MS, &status, &late);
	return r;
}
