// SPDX-License-Identifier: GPL-2.0-or-later
/* The command table: every command there is, in the order of the help. */
#include "cmd/rows.h"

#include "base/str.h"

const struct command *const commands[] = {
	&cmd_up,
	&cmd_down,
	&cmd_reload,
	&cmd_status,
	&cmd_lockdown,
	&cmd_verify,
	&cmd_import,
	&cmd_list,
	&cmd_show,
	&cmd_servers,
	&cmd_set,
	&cmd_trust,
	&cmd_generate,
	&cmd_remove,
	&cmd_sponsor_add,
	&cmd_sponsor_list,
	&cmd_sponsor_show,
	&cmd_sponsor_remove,
	&cmd_peer_add,
	&cmd_peer_list,
	&cmd_peer_show,
	&cmd_peer_remove,
	&cmd_ssh_host_add,
	&cmd_ssh_host_list,
	&cmd_ssh_host_show,
	&cmd_ssh_host_remove,
	&cmd_boot,
	&cmd_help,
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
