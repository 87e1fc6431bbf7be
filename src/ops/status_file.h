/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /run/wf/status.json (the boot namespace's; another's is status-COOKIE.json): names, states,
 * servers, ages, for everybody (0644). No key and no endpoint address. Rewritten by every command
 * that changes kernel state.
 */
#ifndef WF_OPS_STATUS_FILE_H
#define WF_OPS_STATUS_FILE_H

#include "ops/host.h"

const char *status_file_path(const struct host *h);
int status_file_write(struct host *h, struct err *e);
/* Its text, for `status --brief`; NULL when nothing was ever up. Needs neither root nor database. */
int status_file_read(struct ops *o, char **ret, struct err *e);

#endif
