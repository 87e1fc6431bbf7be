/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What outlives the kernel's state: put right by whatever command comes next, or at boot. */
#ifndef WF_OPS_BOOT_H
#define WF_OPS_BOOT_H

#include "ops/host.h"

/*
 * Under the host's lock, the record being read: gives back a resolv.conf for which no tunnel stands
 * any more, here or in another network namespace. A failure is a warning: it keeps no command from
 * its work. Costs one system call when there is nothing. With dry_run nothing is done.
 */
void boot_repair(struct host *h);

/* wf boot: only that. */
int ops_boot(struct ops *o, struct err *e);

#endif
