// SPDX-License-Identifier: GPL-2.0-or-later
/* wf boot: what wf-boot.service runs before the network comes up. Plumbing; nobody has to type it.
 */
#include "cmd/rows.h"
#include "ops/boot.h"

static int run(struct cmd *c, struct err *e)
{
	return ops_boot(&c->ops, e);
}

const struct command cmd_boot = {
	.name = "boot",
	.args = "",
	.summary = "put right what a reboot left behind",
	.help = "  Gives back the /etc/resolv.conf of before, when the tunnel it was replaced for "
		"went with\n"
		"  the machine. Every other command does so, too; this is for wf-boot.service.\n",
	.examples = "  wf boot",
	.needs = NEED_NET,
	.max_args = 0,
	.hidden = true,
	.run = run,
};
