// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much memory a command and everything it starts need: the sum of each process' own peak, which
 * is at least what they needed together at any moment. The kernel keeps the peak of a process
 * (VmHWM, proc(5)) only as long as it lives, so each is stopped at its exit and looked at.
 *
 * Usage: peak COMMAND [ARG]... prints KiB; the command's own output goes to standard error.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static long field(pid_t pid, const char *name)
{
	char path[64], line[256];
	long value = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0)
			value = strtol(line + strlen(name), NULL, 10);
	fclose(f);
	return value;
}

static void start(char **argv)
{
	dup2(STDERR_FILENO, STDOUT_FILENO);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	execvp(argv[0], argv);
	fprintf(stderr, "peak: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* One stop of one process; returns the signal it goes on with. */
static int stopped(pid_t pid, int status, long *sum)
{
	const int event = status >> 16, sig = WSTOPSIG(status);

	/* Only the last thread of a process takes the memory away with it. */
	if (event == PTRACE_EVENT_EXIT && field(pid, "Tgid:") == pid)
		*sum += field(pid, "VmHWM:");
	return event || sig == SIGTRAP || sig == SIGSTOP ? 0 : sig;
}

int main(int argc, char **argv)
{
	const long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
	int status, result = 1;
	pid_t first, pid;
	long sum = 0;

	if (argc < 2)
		return 2;
	first = fork();
	if (first < 0)
		return 1;
	if (first == 0)
		start(argv + 1);
	if (waitpid(first, &status, 0) != first || !WIFSTOPPED(status) ||
		ptrace(PTRACE_SETOPTIONS, first, NULL, options) < 0 ||
		ptrace(PTRACE_CONT, first, NULL, NULL) < 0)
		return 1;
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			ptrace(PTRACE_CONT, pid, NULL, (intptr_t)stopped(pid, status, &sum));
		else if (pid == first)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	printf("%ld\n", sum);
	return result;
}
