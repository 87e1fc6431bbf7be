// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starting other programs. Knows posix_spawn, PATH and pidfds; must not know which program does
 * what. No descriptor reaches a child by accident, and root never runs what a caller's PATH names.
 */
#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"

#define ROOT_PATH    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define N_FDS	     4 /* standard input, output, error, and the one passed */
#define PATH_SIZE    4096
#define ASK_AGAIN_MS 5

const char *spawn_search_path(void)
{
	const char *path = geteuid() == 0 ? NULL : getenv("PATH");

	return str_empty(path) ? ROOT_PATH : path;
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

bool spawn_find(const char *name, char *ret, size_t size)
{
	const char *dir = spawn_search_path();
	char path[PATH_SIZE];

	if (strchr(name, '/'))
		return is_program(name) && str_copy(ret, size, name) == strlen(name);
	for (size_t len; !str_empty(name); dir += len + 1) {
		len = strcspn(dir, ":");
		/* A relative directory would make it depend on where one stands. */
		if (dir[0] == '/' &&
			(size_t)snprintf(path, sizeof(path), "%.*s/%s", (int)len, dir, name) <
				sizeof(path) &&
			is_program(path))
			return str_copy(ret, size, path) == strlen(path);
		if (!dir[len])
			break;
	}
	return false;
}

/*
 * Each wanted descriptor at its place. A source that lies where another one goes would be lost on
 * the way, so such a source is moved up first; `moved` is what has to be closed afterwards.
 */
static int place_fds(posix_spawn_file_actions_t *fa, const int want[N_FDS], int moved[N_FDS])
{
	int r = 0;

	for (int i = 0; i < N_FDS && !r; i++) {
		int fd = want[i];

		if (fd >= 0 && fd < N_FDS && fd != i) {
			fd = moved[i] = fcntl(fd, F_DUPFD_CLOEXEC, N_FDS);
			if (fd < 0)
				return errno;
		}
		if (fd >= 0)
			r = posix_spawn_file_actions_adddup2(fa, fd, i);
		else if (i <= STDERR_FILENO)
			r = posix_spawn_file_actions_addopen(fa, i, "/dev/null", O_RDWR, 0);
	}
	if (!r)
		r = posix_spawn_file_actions_addclosefrom_np(fa, want[3] < 0 ? 3 : N_FDS);
	return r;
}

static void close_moved(int moved[N_FDS])
{
	for (int i = 0; i < N_FDS; i++)
		file_closep(&moved[i]);
}

static int set_attributes(posix_spawnattr_t *attr, bool detach)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	if (detach)
		flags |= POSIX_SPAWN_SETSID;
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	return posix_spawnattr_setflags(attr, flags);
}

static int run(const char *path, const struct spawn *s, char *const *env, pid_t *ret)
{
	const int want[N_FDS] = {s->stdin_fd, s->stdout_fd, s->stderr_fd, s->pass_fd};
	int r, moved[N_FDS] = {-1, -1, -1, -1};
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;

	if (posix_spawn_file_actions_init(&fa) || posix_spawnattr_init(&attr))
		err_oom();
	r = place_fds(&fa, want, moved);
	if (!r && s->detach)
		r = posix_spawn_file_actions_addchdir_np(&fa, "/");
	if (!r)
		r = set_attributes(&attr, s->detach);
	if (!r)
		r = posix_spawn(ret, path, &fa, &attr, (char *const *)s->argv, env);
	close_moved(moved);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	return r;
}

int spawn_start(const struct spawn *s, pid_t *ret, struct err *e)
{
	STRBUF_CLEANUP struct strbuf search = {0};
	char path[PATH_SIZE], lang[] = "LANG=C";
	char *small[] = {NULL, lang, NULL};
	pid_t pid;
	int r;

	if (!spawn_find(s->argv[0], path, sizeof(path))) {
		if (strchr(s->argv[0], '/') && access(s->argv[0], F_OK) == 0)
			return err_set(
				e, E_PERMISSION, "cannot run '%s': not executable", s->argv[0]);
		return err_set(
			e, E_NOT_FOUND, "cannot run '%s': there is no such program", s->argv[0]);
	}
	strbuf_addf(&search, "PATH=%s", spawn_search_path());
	small[0] = search.s;
	r = run(path, s, s->env ? (char *const *)s->env : small, &pid);
	if (r)
		return err_errno(
			e, r == EACCES ? E_PERMISSION : E_FAILED, r, "cannot run '%s'", path);
	*ret = pid;
	return 0;
}

/*
 * Whether it ended in time. A kernel without pidfds (before 5.3), or one that is emulated, is asked
 * again and again.
 */
static bool await_end(pid_t pid, unsigned timeout_ms)
{
	FD_CLEANUP int fd = pidfd_open(pid, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int64_t left, end = clock_ms() + timeout_ms;
	siginfo_t info = {0};

	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		info.si_pid != pid) {
		left = end - clock_ms();
		if (left <= 0)
			return false;
		poll(&p, 1, fd < 0 ? ASK_AGAIN_MS : (int)left);
	}
	return true;
}

static int reap(pid_t pid, int *ret)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*ret = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}

int spawn_wait(pid_t pid, unsigned timeout_ms, int *status, struct err *e)
{
	int r, killed;

	if (timeout_ms && !await_end(pid, timeout_ms)) {
		kill(pid, SIGKILL);
		reap(pid, &killed);
		return err_set(e, E_FAILED, "process %d did not end within %u ms and was killed",
			(int)pid, timeout_ms);
	}
	r = reap(pid, status);
	if (r < 0)
		return err_errno(e, E_FAILED, -r, "cannot wait for process %d", (int)pid);
	return 0;
}
