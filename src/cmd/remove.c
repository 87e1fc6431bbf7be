// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf remove: one configuration. The question and the check that it is down are ops/book's.
 */
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ops/book.h"

static int run(struct cmd *c, struct err *e)
{
	struct config config;
	bool removed;
	int r = book_remove(&c->ops, c->argv[0], &config, &removed, e);

	if (r)
		return r;
	if (c->json) {
		cmd_json(c, "wf.remove/1");
		jsonw_kv_str(&c->j, "device", config.peer_name);
		jsonw_kv_str(&c->j, "sponsor", config.sponsor_name);
		jsonw_kv_uint(&c->j, "servers", config.servers);
		jsonw_kv_bool(&c->j, "removed", removed && !c->dry_run);
		jsonw_kv_bool(&c->j, "dry_run", c->dry_run);
		cmd_json_end(c);
		return 0;
	}
	cmd_say(c, "%s %s/%s (%u server%s)",
		!removed	     ? "kept"
			: c->dry_run ? "would remove"
				     : "removed",
		present_text(c->arena, config.peer_name),
		present_text(c->arena, config.sponsor_name), config.servers,
		config.servers == 1 ? "" : "s");
	return 0;
}

const struct command cmd_remove = {
	.name = "remove",
	.args = "NAME",
	.summary = "remove a configuration with its key and servers",
	.help = "  Refused while it is up on this machine.\n",
	.examples = "  wf remove mullvad\n  wf remove laptop/mullvad --yes",
	.needs = NEED_DB_W,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = run,
};
