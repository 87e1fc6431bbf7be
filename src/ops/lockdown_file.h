/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lockdown's files; see ops/lockdown.h. Only for the boot's network namespace. */
#ifndef WF_OPS_LOCKDOWN_FILE_H
#define WF_OPS_LOCKDOWN_FILE_H

#include "ops/host.h"

bool lockdown_file_exists(void); /* either of the two */
/* *ret->name is NULL when there is none. */
int lockdown_file_read(struct arena *a, struct contribution *ret, struct err *e);
int lockdown_file_write(struct arena *a, const struct contribution *c, struct err *e);
/* Both go, and that for good (fsync). */
int lockdown_file_remove(struct err *e);
/* The compiled one: *ret is NULL when there is none. */
int lockdown_file_compiled(struct arena *a, char **ret, size_t *ret_len, struct err *e);
/*
 * For host_load: a lockdown that is in the files but not in the record (which died with the boot) is
 * a part of it again, as is the form of its table. Damaged files close everything.
 */
void lockdown_adopt(struct host *h);

#endif
