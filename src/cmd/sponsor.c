// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf sponsor add|list|show|remove: who offers the other end. What a removal takes along is decided
 * in ops/book.
 */
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ops/nouns.h"
#include "ui/table.h"

static const struct option_row add_options[] = {
	{"website", 0, "URL", "its web page"},
	{"support-url", 0, "URL", "where keys are changed and help is had"},
	{"notes", 0, "TEXT", "a remark of yours"},
	{0},
};

static const struct option_row remove_options[] = {
	{"confirm", 0, "NAME", "removes it although it has configurations, and them"},
	{0},
};

static void one_json(struct cmd *c, const char *schema, const struct sponsor *s)
{
	cmd_json(c, schema);
	jsonw_key(&c->j, "sponsor");
	present_sponsor(&c->j, s);
}

static int add(struct cmd *c, struct err *e)
{
	struct sponsor s = {
		.name = c->argv[0],
		.website = cmd_option(c, "website"),
		.support_url = cmd_option(c, "support-url"),
		.notes = cmd_option(c, "notes"),
	};
	int r = ops_sponsor_add(&c->ops, &s, e);

	if (r)
		return r;
	if (c->json) {
		one_json(c, "wf.sponsor.add/1", &s);
		jsonw_kv_bool(&c->j, "dry_run", c->dry_run);
		cmd_json_end(c);
	} else {
		cmd_say(c, "%s sponsor %s", c->dry_run ? "would add" : "added",
			present_text(c->arena, s.name));
	}
	return 0;
}

static void print_table(struct cmd *c, const struct sponsor_list *l)
{
	struct table *t = table_new(&c->term);

	table_column(t, "SPONSOR", false);
	table_column(t, "CONFIGS", true);
	table_column(t, "WEBSITE", false);
	LIST_FOREACH (s, l, items) {
		table_row(t);
		table_cell(t, s->name);
		table_cell(t, arena_printf(c->arena, "%u", s->configs));
		table_cell(t, s->website);
	}
	table_print(t, &c->out);
}

static int list(struct cmd *c, struct err *e)
{
	struct sponsor_list l = {0};
	int r = ops_sponsor_list(&c->ops, &l, e);

	if (r)
		return r;
	if (c->json) {
		cmd_json(c, "wf.sponsor.list/1");
		jsonw_key(&c->j, "sponsors");
		jsonw_array(&c->j);
		LIST_FOREACH (s, &l, items)
			present_sponsor(&c->j, s);
		jsonw_array_end(&c->j);
		cmd_json_end(c);
	} else if (l.n_items) {
		print_table(c, &l);
	} else {
		cmd_say(c, "there is no sponsor; 'wf import' makes one, or 'wf sponsor add'");
	}
	return 0;
}

static int show(struct cmd *c, struct err *e)
{
	struct config_list l = {0};
	struct sponsor s;
	int r = ops_sponsor_show(&c->ops, c->argv[0], &s, &l, e);

	if (r)
		return r;
	if (c->json) {
		one_json(c, "wf.sponsor.show/1", &s);
		present_configs(&c->j, &l);
		cmd_json_end(c);
		return 0;
	}
	strbuf_addf(&c->out, "%s\n", present_text(c->arena, s.name));
	present_line(&c->out, "website", s.website ? present_text(c->arena, s.website) : NULL);
	present_line(
		&c->out, "support", s.support_url ? present_text(c->arena, s.support_url) : NULL);
	present_line(&c->out, "notes", s.notes ? present_text(c->arena, s.notes) : NULL);
	LIST_FOREACH (i, &l, items)
		present_line(&c->out, i == l.items ? "devices" : "",
			arena_printf(c->arena, "%s  [%s]", present_text(c->arena, i->peer_name),
				present_text(c->arena, i->active_server)));
	return 0;
}

static int take_out(struct cmd *c, struct err *e)
{
	struct sponsor s;
	int r = ops_sponsor_remove(&c->ops, c->argv[0], cmd_option(c, "confirm"), &s, e);

	if (r)
		return r;
	if (c->json) {
		one_json(c, "wf.sponsor.remove/1", &s);
		jsonw_kv_bool(&c->j, "removed", !c->dry_run);
		jsonw_kv_bool(&c->j, "dry_run", c->dry_run);
		cmd_json_end(c);
	} else {
		cmd_say(c, "%s sponsor %s and %u configuration%s",
			c->dry_run ? "would remove" : "removed", present_text(c->arena, s.name),
			s.configs, s.configs == 1 ? "" : "s");
	}
	return 0;
}

const struct command cmd_sponsor_add = {
	.name = "sponsor add",
	.args = "NAME",
	.summary = "add a sponsor: a provider, an employer, a friend",
	.help = "",
	.examples = "  wf sponsor add \"New VPN\" --website https://vpn.example",
	.options = add_options,
	.needs = NEED_DB_W,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = add,
};

const struct command cmd_sponsor_list = {
	.name = "sponsor list",
	.args = "",
	.summary = "list the sponsors",
	.help = "",
	.examples = "  wf sponsor list",
	.needs = NEED_DB_R,
	.json = true,
	.extramural = true,
	.run = list,
};

const struct command cmd_sponsor_show = {
	.name = "sponsor show",
	.args = "NAME",
	.summary = "show a sponsor and the devices that have it",
	.help = "",
	.examples = "  wf sponsor show mullvad",
	.needs = NEED_DB_R,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = show,
};

const struct command cmd_sponsor_remove = {
	.name = "sponsor remove",
	.args = "NAME",
	.summary = "remove a sponsor",
	.help = "  One that has configurations goes with them, and only with --confirm=NAME.\n",
	.examples =
		"  wf sponsor remove \"Old VPN\"\n  wf sponsor remove mullvad --confirm=mullvad",
	.options = remove_options,
	.needs = NEED_DB_W,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = take_out,
};
