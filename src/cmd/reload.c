// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf reload: tells what changed, or that nothing did. Finding the difference is ops/reload's.
 */
#include "base/str.h"
#include "cmd/rows.h"
#include "ops/up.h"

static int run(struct cmd *c, struct err *e)
{
	struct reload_result res;
	char title[128];
	int r = ops_reload(&c->ops, c->argv[0], &res, e);

	if (r)
		return r;
	str_escape(title, sizeof(title), res.c->title);
	if (c->dry_run && (c->json || !res.unchanged)) {
		cmd_plan(c, "wf.reload/1", res.plan);
	} else if (c->json) {
		cmd_json(c, "wf.reload/1");
		jsonw_kv_str(&c->j, "name", res.c->name);
		jsonw_kv_bool(&c->j, "changed", !res.unchanged);
		cmd_json_end(c);
	} else if (res.unchanged) {
		strbuf_addf(&c->out, "%s  unchanged\n", title);
	} else {
		strbuf_addf(&c->out, "%s  reloaded:\n%s", title, res.changes);
	}
	return 0;
}

const struct command cmd_reload = {
	.name = "reload",
	.args = "NAME",
	.summary = "apply what changed in the database to a tunnel that is up",
	.help = "  Only the difference is applied; an unchanged tunnel is not touched.\n",
	.examples = "  wf reload mullvad\n  wf reload mullvad -n",
	.needs = NEED_DB_R | NEED_NET | NEED_SECRETS,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.run = run,
};
