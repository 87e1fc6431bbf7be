// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf down: one tunnel or all. Knows nothing of databases: what is up is in the record, and ops/down
 * reads it.
 */
#include "base/str.h"
#include "cmd/rows.h"
#include "ops/up.h"

static const struct option_row options[] = {
	{"all", 0, NULL, "every tunnel that is up here"},
	{"run-hooks", 0, NULL, "run hooks that are not trusted, this once"},
	{0},
};

static void print_json(struct cmd *c, const struct down_result *res)
{
	cmd_json(c, "wf.down/1");
	jsonw_key(&c->j, "down");
	jsonw_array(&c->j);
	LIST_FOREACH (t, res, titles)
		jsonw_str(&c->j, *t);
	jsonw_array_end(&c->j);
	jsonw_kv_uint(&c->j, "failed_hooks", res->failed_hooks);
	jsonw_kv_bool(&c->j, "resolver_left", res->resolver_left);
	cmd_json_end(c);
}

/* The tunnel is down all the same. */
static int judge(const struct down_result *res, struct err *e)
{
	if (res->resolver_left) {
		err_set(e, E_PARTLY,
			"it is down, but the resolver of this machine could not be set back");
		return err_hint(e, "until it is, names may not be found");
	}
	if (!res->failed_hooks)
		return 0;
	return err_set(e, E_PARTLY, "it is down, but %u hook%s failed", res->failed_hooks,
		res->failed_hooks == 1 ? "" : "s");
}

static int run(struct cmd *c, struct err *e)
{
	bool all = cmd_flag(c, "all");
	struct down_result res;
	int r;

	if (all == (c->argc > 0)) {
		err_set(e, E_USAGE, "'wf down' needs one NAME or --all");
		return err_hint(e, "usage: wf down NAME|--all");
	}
	if ((r = ops_down(&c->ops, all ? NULL : c->argv[0], cmd_flag(c, "run-hooks"), &res, e)))
		return r;
	if (res.plan) {
		cmd_plan(c, "wf.down/1", res.plan);
		return 0;
	}
	if (c->json) {
		print_json(c, &res);
		return judge(&res, e);
	}
	if (res.nothing)
		cmd_say(c, "%s is %sup", all ? "nothing" : c->argv[0], all ? "" : "not ");
	LIST_FOREACH (t, &res, titles) {
		char title[128];

		str_escape(title, sizeof(title), *t);
		strbuf_addf(&c->out, "%s  %s down\n", title, term_sign(&c->term, TERM_DOWN));
	}
	return judge(&res, e);
}

const struct command cmd_down = {
	.name = "down",
	.args = "NAME|--all",
	.summary = "take a tunnel down",
	.help = "  Works without the database, and when the interface is gone already.\n",
	.examples = "  wf down mullvad\n  wf down --all",
	.options = options,
	.needs = NEED_NET,
	.max_args = 1,
	.json = true,
	.run = run,
};
