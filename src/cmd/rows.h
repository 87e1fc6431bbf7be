/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows, each defined in the file of its noun or verb. */
#ifndef WF_CMD_ROWS_H
#define WF_CMD_ROWS_H

#include "cmd/cmd.h"

extern const struct command cmd_boot;
extern const struct command cmd_down;
extern const struct command cmd_generate;
extern const struct command cmd_import;
extern const struct command cmd_list;
extern const struct command cmd_lockdown;
extern const struct command cmd_peer_add;
extern const struct command cmd_peer_list;
extern const struct command cmd_peer_remove;
extern const struct command cmd_peer_show;
extern const struct command cmd_reload;
extern const struct command cmd_remove;
extern const struct command cmd_servers;
extern const struct command cmd_set;
extern const struct command cmd_show;
extern const struct command cmd_sponsor_add;
extern const struct command cmd_sponsor_list;
extern const struct command cmd_sponsor_remove;
extern const struct command cmd_sponsor_show;
extern const struct command cmd_ssh_host_add;
extern const struct command cmd_ssh_host_list;
extern const struct command cmd_ssh_host_remove;
extern const struct command cmd_ssh_host_show;
extern const struct command cmd_status;
extern const struct command cmd_trust;
extern const struct command cmd_up;
extern const struct command cmd_verify;
extern const struct command cmd_help;
extern const struct command cmd_version;

#endif
