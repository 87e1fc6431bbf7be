// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lock file. Knows flock and the one line in which the holder names itself; must not know what
 * the lock guards. The line is a help for people only: who holds the lock is decided by the kernel,
 * so a line left by a killed holder never locks anybody out.
 */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define LINE_SIZE   160
#define FIRST_PAUSE 2 /* milliseconds; doubled up to LAST_PAUSE */
#define LAST_PAUSE  64

/* "PID SINCE VERB\n", SINCE in seconds since 1970; the verb comes last since it may hold spaces. */
static void say_holder(int fd, const char *verb)
{
	char line[LINE_SIZE];
	int len = snprintf(line, sizeof(line), "%ld %" PRId64 " %.80s\n", (long)getpid(),
		clock_wall(), verb ? verb : "wf");

	bool said = ftruncate(fd, 0) == 0 && pwrite(fd, line, (size_t)len, 0) == len;

	/* Without the line the lock still holds; only the other's message would be poorer. */
	(void)said;
}

static int busy(int fd, const char *path, struct err *e)
{
	char line[LINE_SIZE], verb[LINE_SIZE], age[32];
	ssize_t len = pread(fd, line, sizeof(line) - 1, 0);
	int64_t since;
	long pid;

	line[len > 0 ? len : 0] = '\0';
	if (sscanf(line, "%ld %" SCNd64 " %159[^\n]", &pid, &since, verb) != 3)
		return err_set(e, E_BUSY, "another command holds '%s'", path);
	clock_age(clock_wall() - since, age, sizeof(age));
	return err_set(e, E_BUSY, "'%s' (pid %ld) has held it for %s", verb, pid, age);
}

static void pause_ms(int64_t ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&ts, NULL);
}

/* flock has no deadline of its own and a signal for it would meddle with the caller's: so ask
 * again. */
static int wait_for(int fd, const char *path, unsigned timeout_ms, struct err *e)
{
	int64_t end = clock_ms() + timeout_ms, step = FIRST_PAUSE;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int64_t left = end - clock_ms();

		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return err_errno(e, E_IO, errno, "cannot lock '%s'", path);
		if (left <= 0)
			return busy(fd, path, e);
		pause_ms(step < left ? step : left);
		step = step < LAST_PAUSE ? 2 * step : LAST_PAUSE;
	}
	return 0;
}

int lock_take(
	const char *path, const char *verb, unsigned timeout_ms, struct lock *ret, struct err *e)
{
	FD_CLEANUP int fd = -1;
	int r;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	if (fd < 0)
		return err_errno(
			e, errno == EACCES ? E_PERMISSION : E_IO, errno, "cannot lock '%s'", path);
	r = wait_for(fd, path, timeout_ms, e);
	if (r)
		return r;
	say_holder(fd, verb);
	ret->fd = fd;
	fd = -1;
	return 0;
}

void lock_drop(struct lock *l)
{
	int ignored;

	if (l->fd < 0)
		return;
	/* An empty file names nobody, should the next holder be asked before it has written. */
	ignored = ftruncate(l->fd, 0);
	(void)ignored;
	close(l->fd);
	l->fd = -1;
}
