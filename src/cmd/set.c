// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf set: shows the settings of a configuration, and what a change changed. What the keys are and
 * what they take is ops/set's.
 */
#include "ops/set.h"

#include "base/str.h"
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ui/table.h"

static const struct option_row options[] = {
	{"now", 0, NULL, "apply every change to a tunnel that is up at once"},
	{0},
};

static void print_json(struct cmd *c, const struct set_result *r)
{
	struct jsonw *j = &c->j;

	cmd_json(c, "wf.set/1");
	jsonw_kv_str(j, "device", r->config.peer_name);
	jsonw_kv_str(j, "sponsor", r->config.sponsor_name);
	jsonw_key(j, "settings");
	jsonw_object(j);
	LIST_FOREACH (s, r, settings)
		jsonw_kv_str(j, s->key, s->value);
	jsonw_object_end(j);
	jsonw_key(j, "changes");
	jsonw_array(j);
	LIST_FOREACH (s, r, changes) {
		jsonw_object(j);
		jsonw_kv_str(j, "key", s->key);
		jsonw_kv_str(j, "old", s->old);
		jsonw_kv_str(j, "new", s->fresh);
		jsonw_object_end(j);
	}
	jsonw_array_end(j);
	jsonw_kv_bool(j, "up", r->up);
	jsonw_kv_bool(j, "applied", r->applied);
	jsonw_kv_bool(j, "dry_run", c->dry_run);
	cmd_json_end(c);
}

static void print_settings(struct cmd *c, const struct set_result *r)
{
	struct table *t = table_new(&c->term);

	table_column(t, "SETTING", false);
	table_column(t, "VALUE", false);
	table_column(t, "TAKES", false);
	table_column(t, "MEANS", false);
	for (size_t i = 0; i < r->n_settings; i++) {
		const struct setting_help *help = ops_set_help(i);

		table_row(t);
		table_cell(t, r->settings[i].key);
		table_cell(t, r->settings[i].value);
		table_cell(t, help->values);
		table_cell(t, help->what);
	}
	table_print(t, &c->out);
}

static void print_changes(struct cmd *c, const struct set_result *r)
{
	const char *name = present_text(c->arena, r->config.name);

	if (!r->n_changes && !r->applied)
		strbuf_addf(&c->out, "%s  unchanged\n", name);
	LIST_FOREACH (s, r, changes)
		strbuf_addf(&c->out, "%s  %s %s → %s%s\n", name, s->key,
			present_text(c->arena, s->old), present_text(c->arena, s->fresh),
			c->dry_run ? "  (not kept: dry run)" : "");
	cmd_flush(c);
	if (r->note)
		cmd_say(c, "note: %s", r->note);
	if (r->applied)
		cmd_say(c, "note: applied to the running tunnel");
	else if (r->up && r->n_changes && !c->dry_run)
		cmd_say(c, "note: the tunnel is up; 'wf reload %s' applies it",
			present_name(c->arena, r->config.peer_name, r->config.sponsor_name, true));
}

static int run(struct cmd *c, struct err *e)
{
	struct set_result res;
	int r = ops_set(
		&c->ops, c->argv[0], c->argv + 1, (size_t)c->argc - 1, cmd_flag(c, "now"), &res, e);

	if (r)
		return r;
	if (c->json)
		print_json(c, &res);
	else if (c->argc == 1)
		print_settings(c, &res);
	else
		print_changes(c, &res);
	return 0;
}

const struct command cmd_set = {
	.name = "set",
	.args = "NAME [KEY=VALUE...]",
	.summary = "show or change settings: kill switch, DNS, split tunnel, MTU …",
	.help = "  What protects (kill-switch, allow-lan, allow-in, dns-leak, dns, split) is in "
		"force "
		"at\n  once when the tunnel is up. 'wf set NAME' shows every key and what it "
		"takes.\n",
	.examples = "  wf set mullvad\n  wf set mullvad kill-switch=on allow-lan=192.168.1.0/24\n"
		    "  wf set mullvad split=user:backup,10.20.0.0/16 dns=keep\n"
		    "  wf set work mtu=1380 --now",
	.options = options,
	.needs = NEED_DB_W,
	.min_args = 1,
	.max_args = -1,
	.json = true,
	.extramural = true,
	.run = run,
};
