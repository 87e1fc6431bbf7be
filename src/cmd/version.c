// SPDX-License-Identifier: GPL-2.0-or-later
/* wf version */
#include "cmd/rows.h"

static int run(struct cmd *c, struct err *e)
{
	(void)e;
	if (c->json) {
		cmd_json(c, "wf.version/1");
		jsonw_kv_str(&c->j, "version", PACKAGE_VERSION);
		cmd_json_end(c);
	} else {
		strbuf_add(&c->out, "wf " PACKAGE_VERSION "\n");
	}
	return 0;
}

const struct command cmd_version = {
	.name = "version",
	.args = "",
	.summary = "print the version",
	.help = "",
	.examples = "  wf version",
	.max_args = 0,
	.json = true,
	.run = run,
};
