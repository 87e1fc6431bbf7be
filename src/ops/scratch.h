/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A database that dies with the command, for --dry-run where there is none yet: it lies in memory
 * (/dev/shm), with a sealing key of its own, and nothing is ever committed to it.
 */
#ifndef WF_OPS_SCRATCH_H
#define WF_OPS_SCRATCH_H

#include "ops/ops.h"

/* Opens it as o->store; *dir names it for scratch_remove. */
int scratch_open(struct ops *o, const char **dir, struct err *e);
/* Closes o->store and removes what there is. NULL is fine. */
void scratch_remove(struct ops *o, const char *dir);

#endif
