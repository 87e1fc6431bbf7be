/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was connected before a kill switch came. */
#ifndef WF_OPS_SOCKETS_H
#define WF_OPS_SOCKETS_H

#include "ops/host.h"

/*
 * After a command that put a full tunnel with a kill switch in force: connections that were open
 * before and can never send again are ended (net/sockets.h). What cannot be ended is no error.
 */
void sockets_end_cut(struct host *h);

#endif
