/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows, each defined in the file of its noun or verb. */
#ifndef WF_CMD_ROWS_H
#define WF_CMD_ROWS_H

#include "cmd/cmd.h"

extern const struct command cmd_down;
extern const struct command cmd_reload;
extern const struct command cmd_status;
extern const struct command cmd_up;
extern const struct command cmd_version;

#endif
