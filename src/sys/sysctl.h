/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel settings under /proc/sys/net, by dotted key, of the caller's network namespace. */
#ifndef WF_SYS_SYSCTL_H
#define WF_SYS_SYSCTL_H

#include "model/state.h"

int sysctl_read(const char *key, int32_t *ret, struct err *e);
int sysctl_write(const char *key, int32_t value, struct err *e);
/* Fills ret->sysctls for the scope's keys; missing ones are left out. */
int sysctl_snapshot(struct arena *a, const struct scope *scope, struct state *ret, struct err *e);

#endif
