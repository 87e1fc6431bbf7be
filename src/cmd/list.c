// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf list: the configurations, one per line. Knows columns, not how they are filled.
 */
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ops/book.h"
#include "ui/table.h"

static const struct option_row options[] = {
	{"sponsor", 0, "NAME", "only this sponsor's"},
	{"peer", 0, "NAME", "only this device's"},
	{0},
};

static void print_table(struct cmd *c, const struct config_list *l)
{
	struct table *t = table_new(&c->term);

	table_column(t, "SPONSOR", false);
	table_column(t, "DEVICE", false);
	table_column(t, "SERVER", false);
	table_column(t, "SERVERS", true);
	table_column(t, "INTERFACE", false);
	table_column(t, "DEPLOYED", false);
	LIST_FOREACH (i, l, items) {
		char servers[16];

		snprintf(servers, sizeof(servers), "%u", i->servers);
		table_row(t);
		table_cell(t, i->sponsor_name);
		table_cell(t,
			i->this_machine ? arena_printf(c->arena, "%s (here)", i->peer_name)
					: i->peer_name);
		table_cell(t, i->active_server);
		table_cell(t, servers);
		table_cell(t, i->interface_name);
		table_cell(t, i->last_deployed_at);
	}
	table_print(t, &c->out);
}

static int run(struct cmd *c, struct err *e)
{
	struct config_list l = {0};
	int r = book_list(&c->ops, cmd_option(c, "sponsor"), cmd_option(c, "peer"), &l, e);

	if (r)
		return r;
	if (c->json) {
		cmd_json(c, "wf.list/1");
		present_configs(&c->j, &l);
		cmd_json_end(c);
	} else if (l.n_items) {
		print_table(c, &l);
		LIST_FOREACH (i, &l, items)
			if (i->pending_remote_update)
				cmd_say(c,
					"note: %s/%s has a new key that the sponsor must be told",
					i->peer_name, i->sponsor_name);
	} else {
		cmd_say(c, "there is no configuration; 'wf import PATH' takes one in");
	}
	return 0;
}

const struct command cmd_list = {
	.name = "list",
	.args = "",
	.summary = "list the configurations",
	.help = "",
	.examples = "  wf list\n  wf list --sponsor mullvad\n  wf list --peer laptop --json",
	.options = options,
	.needs = NEED_DB_R,
	.json = true,
	.extramural = true,
	.run = run,
};
