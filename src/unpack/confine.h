/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives up everything but reading descriptor 0 and writing descriptor 1. */
#ifndef WF_UNPACK_CONFINE_H
#define WF_UNPACK_CONFINE_H

#include "base/err.h"

/*
 * Not to be undone. From here on the process is nobody (when it was root), has no network, opens no
 * file, starts no process, and is killed when it tries or uses more than its share of memory and
 * time. Fails only when a privilege could not be given up; a kernel without seccomp confines by
 * user and limits alone.
 */
int confine(struct err *e);

#endif
