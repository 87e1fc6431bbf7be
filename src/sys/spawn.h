/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts a program from a fixed argument vector, without a shell: closed descriptors but those
 * given, empty signal mask, default signal actions, a small environment.
 */
#ifndef WF_SYS_SPAWN_H
#define WF_SYS_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>
#include "base/err.h"

struct spawn {
	const char *const *argv;	    /* argv[0] is a path, or a name looked for in PATH */
	const char *const *env;		    /* NULL = PATH, LANG=C only */
	int stdin_fd, stdout_fd, stderr_fd; /* -1 = /dev/null */
	int pass_fd;			    /* becomes descriptor 3 of the child; -1 = none */
	bool detach; /* a session of its own, in "/": it outlives the terminal */
};

/* E_NOT_FOUND when there is no such program, E_PERMISSION when it may not be run. */
int spawn_start(const struct spawn *s, pid_t *ret, struct err *e);
/*
 * Waits; *status is the exit status, or 128 + signal. A child that has not ended after timeout_ms
 * (0 = never) is killed and reaped, which is E_FAILED.
 */
int spawn_wait(pid_t pid, unsigned timeout_ms, int *status, struct err *e);

/* Where names are looked for: the caller's PATH, but a fixed one when we are root. */
const char *spawn_search_path(void);
/* Finds an executable as spawn_start does; false when there is none. */
bool spawn_find(const char *name, char *ret, size_t size);

#endif
