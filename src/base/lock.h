/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lock in a file of its own (flock), which says who holds it: pid, verb, since. Freed by the
 * kernel when the holder dies. The descriptor is close-on-exec.
 */
#ifndef WF_BASE_LOCK_H
#define WF_BASE_LOCK_H

#include "base/err.h"

struct lock {
	int fd; /* -1 = not held */
};

/* Waits up to timeout_ms; then E_BUSY with the words "'VERB' (pid N) has held it for A". */
int lock_take(const char *path, const char *verb, unsigned timeout_ms, struct lock *ret,
	struct err *e);
void lock_drop(struct lock *l); /* fine when not held */
#define LOCK_CLEANUP __attribute__((cleanup(lock_drop)))

#endif
