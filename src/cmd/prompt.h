/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a command talks: notes, warnings, progress, questions; struct ops_ui on a terminal. */
#ifndef WF_CMD_PROMPT_H
#define WF_CMD_PROMPT_H

#include "cmd/cmd.h"

/* Catches SIGINT and SIGTERM: the first sets a flag for waiting ops, SIGPIPE is ignored. */
void prompt_catch_signals(void);
const struct ops_ui *prompt_ui(struct cmd *c);

#endif
