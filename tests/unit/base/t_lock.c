// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lock file between processes: the second comer waits, is told who holds it, and gets it when
 * the holder lets go or dies.
 */
#include "base/lock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/tap.h"

static char path[] = "/tmp/wf-lock-XXXXXX";

/* A child that takes the lock, says so by closing the pipe, and holds it for `hold_ms`. */
static pid_t hold(const char *verb, useconds_t hold_ms)
{
	int p[2];
	char c;
	pid_t pid;

	if (pipe(p) < 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		struct lock l = {.fd = -1};
		struct err e;

		close(p[0]);
		if (lock_take(path, verb, 0, &l, &e))
			_exit(1);
		close(p[1]);
		usleep(hold_ms * 1000);
		lock_drop(&l);
		_exit(0);
	}
	close(p[1]);
	if (read(p[0], &c, 1) != 0)
		exit(1);
	close(p[0]);
	return pid;
}

static void test_alone(void)
{
	LOCK_CLEANUP struct lock l = {.fd = -1};
	struct stat st;
	struct err e;
	mode_t old = umask(0);

	is_int(lock_take(path, "up", 0, &l, &e), 0, "a free lock is taken");
	umask(old);
	ok(l.fd >= 0, "it is held");
	ok(fcntl(l.fd, F_GETFD) & FD_CLOEXEC, "the descriptor does not survive exec");
	is_int(stat(path, &st), 0, "the file is there");
	is_int(st.st_mode & 0777, 0600, "nobody else may open it, whatever the umask");
	lock_drop(&l);
	is_int(l.fd, -1, "dropped");
	lock_drop(&l);
	is_int(lock_take(path, "up", 0, &l, &e), 0, "and taken again");
}

static void test_busy(void)
{
	struct lock l = {.fd = -1};
	char want[64];
	struct err e;
	pid_t pid = hold("import a b", 60000);
	int64_t before = clock_ms();

	is_int(lock_take(path, "up", 50, &l, &e), -E_BUSY, "a held lock is refused");
	ok(clock_ms() - before >= 50, "after the whole time was waited");
	is_int(l.fd, -1, "the output is untouched");
	snprintf(want, sizeof(want), "'import a b' (pid %d) has held it for ", (int)pid);
	ok(strncmp(e.msg, want, strlen(want)) == 0, "the holder is named: %s", e.msg);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	is_int(lock_take(path, "up", 0, &l, &e), 0, "a killed holder leaves it free");
	lock_drop(&l);
}

static void test_wait(void)
{
	struct lock l = {.fd = -1};
	struct err e;
	pid_t pid = hold("down", 100);

	is_int(lock_take(path, "up", 10000, &l, &e), 0, "the second comer gets it in time");
	lock_drop(&l);
	waitpid(pid, NULL, 0);
}

static void test_refused(void)
{
	struct lock l = {.fd = -1};
	char link[64];
	struct err e;

	snprintf(link, sizeof(link), "%s.link", path);
	is_int(symlink(path, link), 0, "a symbolic link in its place");
	is_int(lock_take(link, "up", 0, &l, &e), -E_IO, "is not followed");
	unlink(link);
	is_int(lock_take("/nonexistent/lock", "up", 0, &l, &e), -E_IO, "no directory, no lock");
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	unlink(path);
	test_alone();
	test_busy();
	test_wait();
	test_refused();
	unlink(path);
	return done_testing();
}
