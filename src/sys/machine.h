/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This machine: its name and its id, and whether a process still lives. */
#ifndef WF_SYS_MACHINE_H
#define WF_SYS_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"

/* Hex hash of /etc/machine-id (never the id itself, see machine-id(5)); of the host's name when
 * there is none. */
int machine_id(struct arena *a, const char **ret, struct err *e);
const char *machine_name(struct arena *a); /* host name up to the first dot */
/* Whether the kernel was started with this word ("wf.open=1") on its command line (proc(5)). */
bool machine_boot_word(const char *word);
/* Start time of a process in clock ticks since boot (proc(5), stat field 22); 0 = no such process.
 */
int64_t process_start(int64_t pid);
static inline bool process_lives(int64_t pid, int64_t start)
{
	return pid > 0 && process_start(pid) == start && start != 0;
}

#endif
