// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf peer add|list|show|remove: the devices. Knows which of them is this machine by the id that ops
 * gives; what a removal takes along is decided in ops/book.
 */
#include "base/str.h"
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ops/nouns.h"
#include "ui/table.h"

static const struct option_row add_options[] = {
	{"ssh-host", 0, "NAME", "the SSH host it is reached by"},
	{"notes", 0, "TEXT", "a remark of yours"},
	{0},
};

static const struct option_row remove_options[] = {
	{"confirm", 0, "NAME", "removes it although it has configurations, and them"},
	{0},
};

static bool is_here(const struct cmd *c, const struct local_peer *p)
{
	return p->machine_id && str_eq(p->machine_id, c->ops.machine);
}

static void one_json(struct cmd *c, const char *schema, const struct local_peer *p)
{
	cmd_json(c, schema);
	jsonw_key(&c->j, "peer");
	present_peer(&c->j, p, is_here(c, p));
}

static int add(struct cmd *c, struct err *e)
{
	struct local_peer p;
	int r = ops_peer_add(
		&c->ops, c->argv[0], cmd_option(c, "ssh-host"), cmd_option(c, "notes"), &p, e);

	if (r)
		return r;
	if (c->json) {
		one_json(c, "wf.peer.add/1", &p);
		jsonw_kv_bool(&c->j, "dry_run", c->dry_run);
		cmd_json_end(c);
	} else {
		cmd_say(c, "%s device %s%s", c->dry_run ? "would add" : "added",
			present_text(c->arena, p.name), is_here(c, &p) ? " (this machine)" : "");
	}
	return 0;
}

static void print_table(struct cmd *c, const struct local_peer_list *l)
{
	struct table *t = table_new(&c->term);

	table_column(t, "DEVICE", false);
	table_column(t, "CONFIGS", true);
	table_column(t, "SSH HOST", false);
	table_column(t, "NOTES", false);
	LIST_FOREACH (p, l, items) {
		table_row(t);
		table_cell(
			t, is_here(c, p) ? arena_printf(c->arena, "%s (here)", p->name) : p->name);
		table_cell(t, arena_printf(c->arena, "%u", p->configs));
		table_cell(t, p->ssh_host_name);
		table_cell(t, p->notes);
	}
	table_print(t, &c->out);
}

static int list(struct cmd *c, struct err *e)
{
	struct local_peer_list l = {0};
	int r = ops_peer_list(&c->ops, &l, e);

	if (r)
		return r;
	if (c->json) {
		cmd_json(c, "wf.peer.list/1");
		jsonw_key(&c->j, "peers");
		jsonw_array(&c->j);
		LIST_FOREACH (p, &l, items)
			present_peer(&c->j, p, is_here(c, p));
		jsonw_array_end(&c->j);
		cmd_json_end(c);
	} else if (l.n_items) {
		print_table(c, &l);
	} else {
		cmd_say(c, "there is no device yet; 'wf import' adds this machine");
	}
	return 0;
}

static int show(struct cmd *c, struct err *e)
{
	struct config_list l = {0};
	struct local_peer p;
	int r = ops_peer_show(&c->ops, c->argv[0], &p, &l, e);

	if (r)
		return r;
	if (c->json) {
		one_json(c, "wf.peer.show/1", &p);
		present_configs(&c->j, &l);
		cmd_json_end(c);
		return 0;
	}
	strbuf_addf(&c->out, "%s%s\n", present_text(c->arena, p.name),
		is_here(c, &p) ? " (this machine)" : "");
	present_line(&c->out, "SSH host",
		p.ssh_host_name ? present_text(c->arena, p.ssh_host_name) : NULL);
	present_line(&c->out, "notes", p.notes ? present_text(c->arena, p.notes) : NULL);
	LIST_FOREACH (i, &l, items)
		present_line(&c->out, i == l.items ? "configs" : "",
			arena_printf(c->arena, "%s  [%s]", present_text(c->arena, i->sponsor_name),
				present_text(c->arena, i->active_server)));
	return 0;
}

static int take_out(struct cmd *c, struct err *e)
{
	struct local_peer p;
	int r = ops_peer_remove(&c->ops, c->argv[0], cmd_option(c, "confirm"), &p, e);

	if (r)
		return r;
	if (c->json) {
		one_json(c, "wf.peer.remove/1", &p);
		jsonw_kv_bool(&c->j, "removed", !c->dry_run);
		jsonw_kv_bool(&c->j, "dry_run", c->dry_run);
		cmd_json_end(c);
	} else {
		cmd_say(c, "%s device %s and %u configuration%s",
			c->dry_run ? "would remove" : "removed", present_text(c->arena, p.name),
			p.configs, p.configs == 1 ? "" : "s");
	}
	return 0;
}

const struct command cmd_peer_add = {
	.name = "peer add",
	.args = "NAME",
	.summary = "add a device of yours",
	.help = "  An SSH host of the same name is offered. The name of this host is this "
		"machine.\n",
	.examples = "  wf peer add phone\n  wf peer add catapult --ssh-host catapult",
	.options = add_options,
	.needs = NEED_DB_W,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = add,
};

const struct command cmd_peer_list = {
	.name = "peer list",
	.args = "",
	.summary = "list your devices",
	.help = "",
	.examples = "  wf peer list",
	.needs = NEED_DB_R,
	.json = true,
	.extramural = true,
	.run = list,
};

const struct command cmd_peer_show = {
	.name = "peer show",
	.args = "NAME",
	.summary = "show a device and its configurations",
	.help = "",
	.examples = "  wf peer show phone",
	.needs = NEED_DB_R,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = show,
};

const struct command cmd_peer_remove = {
	.name = "peer remove",
	.args = "NAME",
	.summary = "remove a device",
	.help = "  One that has configurations goes with them, and only with --confirm=NAME. Its "
		"SSH\n"
		"  host stays.\n",
	.examples = "  wf peer remove phone\n  wf peer remove catapult --confirm=catapult",
	.options = remove_options,
	.needs = NEED_DB_W,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = take_out,
};
