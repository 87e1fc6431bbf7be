// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a confined process can still do, each tried in a process of its own: what a worker that was
 * taken over would try first.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/tap.h"
#include "unpack/confine.h"

#define KILLED (128 + SIGSYS)

static int try_read_write(void)
{
	int p[2] = {0, 1};
	char c = 0;

	return write(p[1], "x", 1) == 1 && read(p[0], &c, 1) == 1 && c == 'x' ? 0 : 1;
}

static int try_memory(void)
{
	char *small = malloc(1024 * 1024), *large = malloc(300u * 1024 * 1024);

	/* Written to, so that neither is optimised away. */
	if (small)
		memset(small, 1, 1024 * 1024);
	return !small || large;
}

static int try_open(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
}

static int try_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0);
}

static int try_fork(void)
{
	return fork();
}

static int try_exec(void)
{
	char *argv[] = {(char[]){"true"}, NULL};

	return execv("/bin/true", argv);
}

static int try_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0) == MAP_FAILED;
}

static int try_make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int try_kill(void)
{
	return kill(getppid(), 0);
}

static int try_ptrace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, 0, 0);
}

static int try_unlink(void)
{
	return unlink("/nonexistent");
}

/* Status of a confined process that calls f, with a pipe as its descriptors 0 and 1. */
static int confined(int (*f)(void))
{
	int status, p[2], stray = dup(2);
	struct err e;
	pid_t pid;

	if (pipe(p) < 0)
		exit(99);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		const struct rlimit none = {0, 0};

		setrlimit(RLIMIT_CORE, &none);
		dup2(p[0], 0);
		dup2(p[1], 1);
		if (confine(&e) < 0)
			_exit(98);
		if (write(stray, "", 0) == 0)
			_exit(97);
		_exit(f());
	}
	close(stray);
	close(p[0]);
	close(p[1]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Its user and limits, seen from outside: the filter does not let it ask. */
static void test_identity(void)
{
	char path[64], text[8192];
	struct err e;
	int p[2], fd;
	ssize_t n;
	pid_t pid;

	if (pipe(p) < 0)
		exit(99);
	pid = fork();
	if (pid == 0) {
		dup2(p[0], 0);
		confine(&e);
		_exit((int)read(0, path, 1));
	}
	close(p[0]);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	for (int tries = 0; tries < 5000; tries++) {
		fd = open(path, O_RDONLY);
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n : 0] = '\0';
		if (strstr(text, "\nSeccomp:\t2"))
			break;
		usleep(1000);
	}
	ok(strstr(text, "\nSeccomp:\t2"), "system calls are filtered");
	ok(strstr(text, "\nNoNewPrivs:\t1"), "no new privileges");
	if (getuid() == 0) {
		ok(strstr(text, "\nUid:\t65534\t65534\t65534\t65534\n"), "it is nobody");
		ok(strstr(text, "\nGid:\t65534\t65534\t65534\t65534\n"), "and nobody's group");
		ok(strstr(text, "\nGroups:\t \n") || strstr(text, "\nGroups:\t\n"), "and no other");
		ok(strstr(text, "\nCapEff:\t0000000000000000"), "without any capability");
	}
	close(p[1]);
	waitpid(pid, NULL, 0);
}

int main(void)
{
#ifdef __SANITIZE_ADDRESS__
	printf("1..0 # SKIP the sanitizers make calls of their own\n");
	return 77;
#endif
	is_int(confined(try_read_write), 0,
		"it reads and writes, and every other descriptor is closed");
	is_int(confined(try_memory), 0, "it has memory, but not much");
	is_int(confined(try_open), 0, "opening a file fails");
	is_int(confined(try_socket), KILLED, "a socket");
	is_int(confined(try_fork), KILLED, "a process");
	is_int(confined(try_exec), KILLED, "a program");
	is_int(confined(try_code), KILLED, "memory to execute");
	is_int(confined(try_make_code), KILLED, "making memory executable");
	is_int(confined(try_kill), KILLED, "a signal");
	is_int(confined(try_ptrace), KILLED, "tracing");
	is_int(confined(try_unlink), KILLED, "removing a file");
	test_identity();
	return done_testing();
}
