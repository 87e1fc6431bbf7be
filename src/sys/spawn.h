/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts a program from a fixed argument vector, without a shell: closed descriptors but those
 * given, empty signal mask, a small environment.
 */
#ifndef WF_SYS_SPAWN_H
#define WF_SYS_SPAWN_H

#include <sys/types.h>
#include "base/err.h"

struct spawn {
	const char *const *argv; /* argv[0] is a path, or a name looked for in PATH */
	const char *const *env;	 /* NULL = PATH, LANG=C only */
	int stdin_fd, stdout_fd, stderr_fd; /* -1 = /dev/null */
	int pass_fd;		 /* becomes descriptor 3 of the child; -1 = none */
};

int spawn_start(const struct spawn *s, pid_t *ret, struct err *e);
/* Waits; *status is the exit status, or 128 + signal. Kills after timeout_ms (0 = never). */
int spawn_wait(pid_t pid, unsigned timeout_ms, int *status, struct err *e);

#endif
