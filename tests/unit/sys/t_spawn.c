// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a started program gets: its descriptors and no other, its environment and no other, no
 * blocked or ignored signal; and what is said when it cannot be started or does not end.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/tap.h"
#include "base/clock.h"
#include "base/str.h"
#include "sys/spawn.h"

/* Runs a program and gives what it wrote to standard output. */
static int run(struct spawn s, char *out, size_t size)
{
	int p[2], status = -1;
	size_t len = 0;
	struct err e;
	ssize_t n;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		return -1;
	s.stdout_fd = p[1];
	if (!ok(spawn_start(&s, &pid, &e) == 0, "%s starts", s.argv[0]))
		return -1;
	close(p[1]);
	while ((n = read(p[0], out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	close(p[0]);
	return spawn_wait(pid, 10000, &status, &e) < 0 ? -1 : status;
}

/* The same with a shell line. */
static int sh(const char *line, struct spawn s, char *out, size_t size)
{
	const char *argv[] = {"sh", "-c", line, NULL};

	s.argv = argv;
	return run(s, out, size);
}

/* Prints the shell's own descriptors up to 30; a glob would open one more. */
#define LIST_FDS "i=0; while [ $i -lt 30 ]; do [ ! -e /proc/$$/fd/$i ] || echo $i; i=$((i+1)); done"

#define NOTHING                                                                                    \
	{                                                                                          \
		.stdin_fd = -1, .stderr_fd = 2, .pass_fd = -1                                      \
	}

static void test_status(void)
{
	char out[4096];

	is_int(sh("exit 0", (struct spawn)NOTHING, out, sizeof(out)), 0, "success");
	is_int(sh("exit 7", (struct spawn)NOTHING, out, sizeof(out)), 7, "its exit status");
	is_int(sh("kill -TERM $$", (struct spawn)NOTHING, out, sizeof(out)), 128 + SIGTERM,
		"128 + the signal");
}

static void test_environment(void)
{
	const char *argv[] = {"env", NULL}, *own[] = {"ONE=1", NULL};
	struct spawn s = NOTHING;
	char out[4096], want[4096];

	setenv("WF_TEST_LEAK", "1", 1);
	s.argv = argv;
	run(s, out, sizeof(out));
	snprintf(want, sizeof(want), "PATH=%s\nLANG=C\n", spawn_search_path());
	is_str(out, want, "the small environment");
	s.env = own;
	run(s, out, sizeof(out));
	is_str(out, "ONE=1\n", "the environment given");
}

static void test_descriptors(void)
{
	const int stray = fcntl(1, F_DUPFD, 9); /* stays open across exec */
	struct spawn s = NOTHING;
	char out[4096];
	int p[2], q[2];

	sh(LIST_FDS, s, out, sizeof(out));
	is_str(out, "0\n1\n2\n", "no stray descriptor");
	sh("readlink /proc/self/fd/0", s, out, sizeof(out));
	is_str(out, "/dev/null\n", "no standard input is /dev/null");
	if (pipe2(p, O_CLOEXEC) < 0 || pipe2(q, O_CLOEXEC) < 0)
		return;
	s.stdin_fd = p[0];
	s.pass_fd = q[1];
	if (write(p[1], "in", 2) != 2)
		return;
	close(p[1]);
	sh("cat; echo passed >&3;" LIST_FDS, s, out, sizeof(out));
	is_str(out, "in0\n1\n2\n3\n", "standard input, and the one passed as 3");
	memset(out, 0, sizeof(out));
	ok(read(q[0], out, sizeof(out) - 1) > 0 && str_eq(out, "passed\n"), "and it is that one");
	close(p[0]);
	close(q[0]);
	close(q[1]);
	close(stray);
}

/* A source that lies where another one goes. */
static void test_crossed(void)
{
	const int saved = fcntl(0, F_DUPFD_CLOEXEC, 20);
	struct spawn s = NOTHING;
	char out[4096] = "";
	int p[2], q[2];

	if (pipe2(p, O_CLOEXEC) < 0 || pipe2(q, O_CLOEXEC) < 0)
		return;
	for (int i = 0; i < 2; i++) {
		int low[] = {p[i], q[i]};

		p[i] = fcntl(p[i], F_DUPFD_CLOEXEC, 20);
		q[i] = fcntl(q[i], F_DUPFD_CLOEXEC, 20);
		close(low[0]);
		close(low[1]);
	}
	/* p's reading end at 3 is to be 0, q's writing end at 0 is to be 3. */
	dup3(p[0], 3, O_CLOEXEC);
	dup2(q[1], 0);
	if (write(p[1], "crossed", 7) != 7)
		return;
	close(p[1]);
	s.stdin_fd = 3;
	s.pass_fd = 0;
	sh("cat >&3;" LIST_FDS, s, out, sizeof(out));
	is_str(out, "0\n1\n2\n3\n", "crossed descriptors leave none behind");
	memset(out, 0, sizeof(out));
	ok(read(q[0], out, sizeof(out) - 1) == 7 && str_eq(out, "crossed"), "each at its place");
	dup2(saved, 0);
}

static void test_signals(void)
{
	struct spawn s = NOTHING;
	sigset_t set, before;
	char out[4096];

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	signal(SIGPIPE, SIG_IGN);
	/* The last digits are enough; above them are the ones the C library keeps for itself. */
	sh("sed -En 's/^(Sig(Blk|Ign)).*(.{7})$/\\1 \\3/p' /proc/self/status", s, out, sizeof(out));
	is_str(out, "SigBlk 0000000\nSigIgn 0000000\n", "no signal is blocked or ignored");
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void test_detach(void)
{
	struct spawn s = NOTHING;
	char out[4096];

	s.detach = true;
	sh("pwd; set -- $(cat /proc/$$/stat); [ $6 = $$ ] && echo own", s, out, sizeof(out));
	is_str(out, "/\nown\n", "detached: in / and in a session of its own");
}

static void test_timeout(void)
{
	const char *argv[] = {"sleep", "600", NULL};
	const struct spawn s = {
		.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .pass_fd = -1};
	int64_t begin = clock_ms();
	int status = 42;
	struct err e;
	pid_t pid;

	if (!ok(spawn_start(&s, &pid, &e) == 0, "a program that does not end"))
		return;
	is_int(spawn_wait(pid, 50, &status, &e), -E_FAILED, "is an error");
	is_int(status, 42, "and the status is untouched");
	ok(clock_ms() - begin >= 50, "not before its time");
	ok(kill(pid, 0) < 0 && errno == ESRCH, "it is gone");
	ok(strstr(e.msg, "50 ms"), "%s", e.msg);
}

static void put_script(const char *path, mode_t mode)
{
	FILE *f = fopen(path, "w");

	fputs("#!/bin/sh\necho ran\n", f);
	fclose(f);
	chmod(path, mode);
}

/* In a process of its own, as the user given: finds the name in PATH? */
static bool finds_as(uid_t uid, const char *name)
{
	pid_t pid = fork();
	char path[4096];
	int status;

	if (pid == 0)
		_exit((uid && setuid(uid) < 0) || !spawn_find(name, path, sizeof(path)));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_search(void)
{
	char dir[] = "/tmp/wf-spawn-XXXXXX", good[64], bad[64], *before = strdup(getenv("PATH"));
	const char *argv[] = {bad, NULL};
	const struct spawn s = {
		.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .pass_fd = -1};
	struct err e;
	pid_t pid = 42;

	if (!mkdtemp(dir) || chmod(dir, 0755) < 0)
		return;
	snprintf(good, sizeof(good), "%s/wf-good", dir);
	snprintf(bad, sizeof(bad), "%s/wf-bad", dir);
	put_script(good, 0755);
	put_script(bad, 0644);
	is_int(spawn_start(&s, &pid, &e), -E_PERMISSION, "a file that may not be run");
	ok(strstr(e.msg, "not executable"), "%s", e.msg);
	argv[0] = "/nonexistent/wf";
	is_int(spawn_start(&s, &pid, &e), -E_NOT_FOUND, "a path that leads nowhere");
	argv[0] = "wf-no-such-program";
	is_int(spawn_start(&s, &pid, &e), -E_NOT_FOUND, "a name that is nowhere in PATH");
	is_int(pid, 42, "no process id then");
	argv[0] = "";
	is_int(spawn_start(&s, &pid, &e), -E_NOT_FOUND, "an empty name");
	setenv("PATH", dir, 1);
	if (getuid() == 0) {
		ok(!finds_as(0, "wf-good"), "root does not follow PATH");
		ok(finds_as(65534, "wf-good"), "others do");
		ok(!finds_as(65534, "wf-bad"), "but only to what they may run");
	} else {
		ok(finds_as(0, "wf-good"), "PATH is followed");
	}
	ok(chdir(dir) == 0 && setenv("PATH", ".:", 1) == 0 &&
			!finds_as(getuid() ? 0 : 65534, "wf-good"),
		"a relative directory in PATH is passed over");
	setenv("PATH", before, 1);
	unlink(good);
	unlink(bad);
	rmdir(dir);
	free(before);
}

int main(void)
{
	test_status();
	test_environment();
	test_descriptors();
	test_crossed();
	test_signals();
	test_detach();
	test_timeout();
	test_search();
	return done_testing();
}
