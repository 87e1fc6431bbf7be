/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From argv to a command row, its options and its arguments. */
#ifndef WF_CMD_ARGS_H
#define WF_CMD_ARGS_H

#include "cmd/cmd.h"

extern const struct option_row global_options[];

enum args_wish { ARGS_RUN, ARGS_HELP, ARGS_OVERVIEW };

/*
 * Flags may stand anywhere, "--" ends them; names of options are exact. Fills row, options, global
 * flags, argc and argv (permuted in place). E_USAGE with "did you mean" in the hint.
 */
int args_parse(struct cmd *c, int argc, char **argv, enum args_wish *wish, struct err *e);

#endif
