// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader against streams that are right, broken off, cut into any pieces, or plain wrong. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/tap.h"
#include "base/str.h"
#include "unpack/reader.h"

static struct strbuf stream;

static void add_raw(uint32_t type, uint32_t length, const void *body, size_t len)
{
	const struct unpack_header h = {type, length};

	strbuf_addn(&stream, &h, sizeof(h));
	strbuf_addn(&stream, body, len);
}

#define ADD(type, text) add_raw(type, sizeof(text) - 1, text, sizeof(text) - 1)

/* A process that writes the stream in pieces of that size, and starts the next one. */
static int feed(size_t piece, pid_t *pid)
{
	int p[2];

	if (pipe(p) < 0)
		exit(99);
	*pid = fork();
	if (*pid == 0) {
		close(p[0]);
		for (size_t at = 0; at < stream.len;) {
			size_t n = stream.len - at < piece ? stream.len - at : piece;
			ssize_t r = write(p[1], stream.s + at, n);

			if (r < 0)
				_exit(1);
			at += (size_t)r;
		}
		_exit(0);
	}
	close(p[1]);
	strbuf_reset(&stream);
	return p[0];
}

/* Reads all and gives what the end was: 0 for UNPACK_END, else the code; a line a record. */
static int read_all(size_t piece, struct strbuf *out, struct err *e)
{
	UNPACK_READER_CLEANUP struct unpack_reader r = {0};
	struct unpack_record rec;
	struct err again = {0};
	pid_t pid;
	int rc, fd = feed(piece, &pid);
	ARENA_CLEANUP struct arena *a = arena_new();

	strbuf_reset(out);
	rc = unpack_reader_open(fd, &r, e);
	while (rc == 0) {
		rc = unpack_reader_next(&r, a, &rec, e);
		if (rc < 0 || rec.type == UNPACK_END)
			break;
		strbuf_addf(out, "%s %s ", rec.type == UNPACK_FILE ? "file" : "skipped", rec.name);
		strbuf_addn(out, rec.reason ? rec.reason : rec.content,
			rec.reason ? strlen(rec.reason) : rec.content_len);
		strbuf_addc(out, '\n');
	}
	is_int(unpack_reader_next(&r, a, &rec, &again), -E_ARCHIVE, "nothing comes after that");
	ok(strstr(again.msg, "beyond its end"), "%s", again.msg);
	close(fd);
	waitpid(pid, NULL, 0);
	return rc;
}

static void test_sound(void)
{
	static const size_t pieces[] = {1, 3, 8, 13, 4096};
	static const char want[] =
		"file a.conf [Interface]\nskipped b a hard link\nfile empty \nfile z a\0b\n";
	STRBUF_CLEANUP struct strbuf out = {0};
	struct err e;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		ADD(UNPACK_FILE, "a.conf\0[Interface]");
		ADD(UNPACK_SKIPPED, "b\0a hard link");
		ADD(UNPACK_FILE, "empty\0");
		ADD(UNPACK_FILE, "z\0a\0b");
		ADD(UNPACK_END, "");
		is_int(read_all(pieces[i], &out, &e), 0, "pieces of %zu", pieces[i]);
		if (is_int((long long)out.len, sizeof(want) - 1, "all of it"))
			is_mem(out.s, want, sizeof(want) - 1, "as it was sent");
	}
}

static void test_large(void)
{
	static char body[UNPACK_MAX_RECORD];
	STRBUF_CLEANUP struct strbuf out = {0};
	const size_t largest = UNPACK_MAX_TEXT + 1 + UNPACK_MAX_FILE;
	struct err e;

	memset(body, 'x', sizeof(body));
	body[UNPACK_MAX_TEXT] = '\0';
	for (int i = 0; i < 20; i++)
		add_raw(UNPACK_FILE, (uint32_t)largest, body, largest);
	ADD(UNPACK_END, "");
	is_int(read_all(60000, &out, &e), 0, "twenty records of the largest size");
	is_int((long long)out.len, 20 * (5 + (long long)largest + 1), "all of them");
	add_raw(UNPACK_FILE, (uint32_t)largest + 1, body, largest + 1);
	is_int(read_all(60000, &out, &e), -E_ARCHIVE, "one byte more");
	ok(strstr(e.msg, "too long"), "%s", e.msg);
	body[1] = '\0';
	add_raw(UNPACK_FILE, UNPACK_MAX_FILE + 3, body, UNPACK_MAX_FILE + 3);
	is_int(read_all(60000, &out, &e), -E_ARCHIVE, "more content than a file may have");
	add_raw(UNPACK_SKIPPED, UNPACK_MAX_TEXT + 3, body, UNPACK_MAX_TEXT + 3);
	is_int(read_all(60000, &out, &e), -E_ARCHIVE, "a reason without end");
	body[1] = 'x';
	add_raw(UNPACK_ERROR, UNPACK_MAX_TEXT + 1, body, UNPACK_MAX_TEXT + 1);
	is_int(read_all(60000, &out, &e), -E_ARCHIVE, "a message without end");
	ok(strstr(e.msg, "message that is too long"), "%s", e.msg);
}

static void expect(int code, const char *words, const char *what)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	struct err e = {0};

	is_int(read_all(4096, &out, &e), code, "%s", what);
	ok(strstr(e.msg, words), "%s", e.msg);
}

static void test_ends(void)
{
	ADD(UNPACK_ERROR, "it is \033[31mdamaged");
	expect(-E_ARCHIVE, "it is \\x1b[31mdamaged", "the worker's error");
	ADD(UNPACK_LIMIT, "it is large");
	expect(-E_LIMIT, "it is large", "a limit");
	expect(-E_ARCHIVE, "ended before", "nothing at all");
	ADD(UNPACK_FILE, "a\0b");
	expect(-E_ARCHIVE, "ended before", "an end without END");
	strbuf_addn(&stream, "\1\0\0", 3);
	expect(-E_ARCHIVE, "ended before", "an end within a header");
	add_raw(UNPACK_FILE, 100, "a\0b", 3);
	expect(-E_ARCHIVE, "ended before", "an end within a body");
	ADD(77, "?");
	expect(-E_ARCHIVE, "no record", "a type that is none");
	ADD(0, "");
	expect(-E_ARCHIVE, "no record", "type 0");
	add_raw(UNPACK_FILE, UINT32_MAX, "a\0b", 3);
	expect(-E_ARCHIVE, "too long", "a length beyond measure");
	ADD(UNPACK_FILE, "no end of the name");
	expect(-E_ARCHIVE, "without a name", "a name that does not end");
	ADD(UNPACK_FILE, "");
	expect(-E_ARCHIVE, "without a name", "a record without a body");
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_sound();
	test_large();
	test_ends();
	strbuf_free(&stream);
	return done_testing();
}
