// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starting the userspace implementation. Knows how wireguard-go and its like behave as programs:
 * arguments, environment, socket; must not know the protocol spoken over that socket. What the
 * program says is shown only when it failed, and is never read without a bound.
 */
#include "sys/userspace.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "sys/spawn.h"

#define START_MS   5000
#define END_MS	   1000
#define POLL_MS	   5
#define WORDS_SIZE (16 * 1024) /* how much of what it says is kept */
#define SHOWN	   3	       /* how many lines of that go into an error */

const char *userspace_program(void)
{
	const char *name = getenv("WG_QUICK_USERSPACE_IMPLEMENTATION");

	return str_empty(name) ? "wireguard-go" : name;
}

/* A name, or a path that means the same wherever one stands. */
static bool is_sound(const char *program)
{
	return program[0] == '/' || !strchr(program, '/');
}

bool userspace_available(void)
{
	const char *program = userspace_program();
	char path[4096];

	return is_sound(program) && spawn_find(program, path, sizeof(path));
}

static bool socket_address(const char *ifname, struct sockaddr_un *ret)
{
	size_t size = sizeof(ret->sun_path);

	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	return ifname[0] && !strchr(ifname, '/') &&
		(size_t)snprintf(ret->sun_path, size, USERSPACE_DIR "/%s.sock", ifname) < size;
}

/* 0 when somebody serves it (also one too busy to take us), else a negative errno. */
static int try_connect(const struct sockaddr_un *sa)
{
	FD_CLEANUP int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) < 0 && errno != EAGAIN)
		return -errno;
	return 0;
}

/*
 * Where its words go: memory of a fixed size. A pipe would break once we stop reading, and kill a
 * program that still writes; here such a write just fails.
 */
static int words_open(void)
{
	int fd = memfd_create("words", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 &&
		(ftruncate(fd, WORDS_SIZE) < 0 ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) < 0))
		file_closep(&fd);
	return fd;
}

/* wireguard-go draws a box of advice around every start; its lines begin with U+2500 to U+257F. */
static bool is_advice(const char *line)
{
	return strncmp(line, "\xe2\x94", 2) == 0 || strncmp(line, "\xe2\x95", 2) == 0;
}

/* The last lines that say something, as one. */
static void words_read(int fd, struct strbuf *ret)
{
	char text[WORDS_SIZE + 1] = "", *save = NULL;
	const char *lines[SHOWN];
	size_t n = 0;

	/* What was never written is zero, so the text ends where the words do. */
	if (pread(fd, text, WORDS_SIZE, 0) < 0)
		return;
	for (char *l = strtok_r(text, "\r\n", &save); l; l = strtok_r(NULL, "\r\n", &save))
		if (!is_advice(l) && l[strspn(l, " \t")])
			lines[n++ % SHOWN] = l;
	for (size_t i = n > SHOWN ? n - SHOWN : 0; i < n; i++)
		strbuf_addf(ret, "%s%s", ret->len ? "; " : ": ", lines[i % SHOWN]);
}

static int await_socket(const char *program, const struct sockaddr_un *sa, struct err *e)
{
	int64_t end = clock_ms() + START_MS;
	int r = try_connect(sa);

	while (r < 0 && clock_ms() < end) {
		poll(NULL, 0, POLL_MS);
		r = try_connect(sa);
	}
	if (r < 0)
		return err_errno(
			e, E_FAILED, -r, "'%s' does not answer on '%s'", program, sa->sun_path);
	return 0;
}

/* It puts itself into the background, so the process we start ends when it is ready. */
static int run(const char *program, const char *ifname, int words, struct err *e)
{
	STRBUF_CLEANUP struct strbuf path = {0}, said = {0};
	const char *argv[] = {program, ifname, NULL};
	const char *env[] = {NULL, "LANG=C", "LOG_LEVEL=error", NULL};
	const struct spawn s = {.argv = argv,
		.env = env,
		.stdin_fd = -1,
		.stdout_fd = words,
		.stderr_fd = words,
		.pass_fd = -1,
		.detach = true};
	int r, status;
	pid_t pid;

	strbuf_addf(&path, "PATH=%s", spawn_search_path());
	env[0] = path.s;
	r = spawn_start(&s, &pid, e);
	if (r < 0)
		return r;
	r = spawn_wait(pid, START_MS, &status, e);
	if (r == 0 && status == 0)
		return 0;
	words_read(words, &said);
	if (r < 0)
		return err_set(e, E_FAILED, "'%s' did not go into the background%s", program,
			strbuf_str(&said));
	return err_set(
		e, E_FAILED, "'%s' ended with status %d%s", program, status, strbuf_str(&said));
}

/* The process of a link that was deleted a moment ago is on its way out and still holds the socket.
 */
static void await_end(const struct sockaddr_un *sa)
{
	int64_t end = clock_ms() + END_MS;

	while (try_connect(sa) == 0 && clock_ms() < end)
		poll(NULL, 0, POLL_MS);
}

int userspace_start(const char *ifname, struct err *e)
{
	const char *program = userspace_program();
	FD_CLEANUP int words = -1;
	struct sockaddr_un sa;
	int r;

	if (!socket_address(ifname, &sa))
		return err_set(e, E_NAME, "'%s' cannot be the name of an interface", ifname);
	if (!is_sound(program))
		return err_set(e, E_NAME,
			"WG_QUICK_USERSPACE_IMPLEMENTATION='%s' is neither a name nor an absolute "
			"path",
			program);
	words = words_open();
	if (words < 0)
		return err_errno(e, E_FAILED, errno, "cannot start '%s'", program);
	await_end(&sa);
	r = run(program, ifname, words, e);
	return r < 0 ? r : await_socket(program, &sa, e);
}

void userspace_tidy(const char *ifname)
{
	struct sockaddr_un sa;

	if (socket_address(ifname, &sa) && try_connect(&sa) == -ECONNREFUSED)
		unlink(sa.sun_path);
}
