// SPDX-License-Identifier: GPL-2.0-or-later
/* The command table: every command there is, in the order of the help. */
#include "cmd/rows.h"

#include "base/str.h"

const struct command *const commands[] = {
	&cmd_up,
	&cmd_down,
	&cmd_reload,
	&cmd_status,
	&cmd_version,
	NULL,
};

const struct command *command_find(const char *name)
{
	for (const struct command *const *r = commands; *r; r++)
		if (str_eq((*r)->name, name))
			return *r;
	return NULL;
}
