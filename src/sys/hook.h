/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running one hook as wg-quick(8) does: by bash, with "set -e -o pipefail" and extglob, %i replaced.
 * Whether it may run is the caller's business.
 */
#ifndef WF_SYS_HOOK_H
#define WF_SYS_HOOK_H

#include <stddef.h>
#include "base/err.h"

#define HOOK_TIMEOUT_MS 30000

struct hook {
	const char *command; /* bytes of the file */
	size_t len;
	const char *ifname;  /* for %i, and $INTERFACE as in wg-quick */
	unsigned timeout_ms; /* 0 = HOOK_TIMEOUT_MS */
};

/*
 * Its output, all of it, goes to standard error; standard input is empty. The command is never part
 * of an argument vector, because it may hold a key. *status: as of spawn_wait. E_FAILED when it took
 * too long and was killed with all it had started, E_NOT_FOUND without bash.
 */
int hook_run(const struct hook *h, int *status, struct err *e);

#endif
