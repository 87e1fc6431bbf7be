// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf ssh-host add|list|show|remove: hosts that are reached by SSH. Knows their usual values; must
 * not connect to any.
 */
#include "base/str.h"
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ops/nouns.h"
#include "ui/table.h"

static const struct option_row add_options[] = {
	{"host", 0, "ADDRESS", "name or address (NAME)"},
	{"port", 0, "NUMBER", "port (22)"},
	{"user", 0, "NAME", "login name"},
	{"key", 0, "PATH", "file of the private key"},
	{"config-directory", 0, "PATH", "where its files lie (/etc/wireguard)"},
	{"jump", 0, "NAME", "the SSH host it is reached through"},
	{"sudo", 0, "HOW", "none, sudo or doas (none)"},
	{"notes", 0, "TEXT", "a remark of yours"},
	{0},
};

static void host_json(struct jsonw *j, const struct ssh_host_entry *i)
{
	const struct ssh_host *h = &i->host;

	jsonw_object(j);
	jsonw_kv_str(j, "name", h->name);
	jsonw_kv_str(j, "host", h->host);
	jsonw_kv_int(j, "port", h->port);
	jsonw_kv_str(j, "user", h->user);
	jsonw_kv_str(j, "key", h->key_path);
	jsonw_kv_str(j, "config_directory", h->config_directory);
	jsonw_kv_str(j, "jump", i->jump);
	jsonw_kv_str(j, "sudo", h->sudo);
	jsonw_kv_str(j, "host_key_type", h->host_key_type);
	jsonw_kv_str(j, "host_key", h->host_key);
	jsonw_kv_str(j, "last_ok_at", h->last_ok_at);
	jsonw_kv_str(j, "notes", h->notes);
	present_strings(j, "used_by", i->users, i->n_users);
	jsonw_kv_str(j, "created_at", h->created_at);
	jsonw_kv_str(j, "updated_at", h->updated_at);
	jsonw_object_end(j);
}

static void one_json(struct cmd *c, const char *schema, const struct ssh_host_entry *i)
{
	cmd_json(c, schema);
	jsonw_key(&c->j, "ssh_host");
	host_json(&c->j, i);
}

static const char *target(struct cmd *c, const struct ssh_host *h)
{
	return present_text(c->arena,
		arena_printf(c->arena, strchr(h->host, ':') ? "%s%s[%s]:%d" : "%s%s%s:%d",
			h->user ? h->user : "", h->user ? "@" : "", h->host, h->port));
}

static int add(struct cmd *c, struct err *e)
{
	const char *port = cmd_option(c, "port"), *sudo = cmd_option(c, "sudo");
	const char *host = cmd_option(c, "host");
	const char *directory = cmd_option(c, "config-directory");
	struct ssh_host_entry i = {.jump = cmd_option(c, "jump")};
	uint32_t number = 22;
	int r;

	if (port && !str_to_u32(port, 1, 65535, &number))
		return err_set(e, E_USAGE, "--port wants a number from 1 to 65535, not '%s'", port);
	if (sudo && !str_eq(sudo, "none") && !str_eq(sudo, "sudo") && !str_eq(sudo, "doas"))
		return err_set(e, E_USAGE, "--sudo wants none, sudo or doas, not '%s'", sudo);
	i.host = (struct ssh_host){
		.name = c->argv[0],
		.host = host ? host : c->argv[0],
		.port = (int)number,
		.user = cmd_option(c, "user"),
		.key_path = cmd_option(c, "key"),
		.config_directory = directory ? directory : "/etc/wireguard",
		.sudo = sudo ? sudo : "none",
		.notes = cmd_option(c, "notes"),
	};
	if ((r = ops_ssh_host_add(&c->ops, &i.host, i.jump, e)))
		return r;
	if (c->json) {
		one_json(c, "wf.ssh-host.add/1", &i);
		jsonw_kv_bool(&c->j, "dry_run", c->dry_run);
		cmd_json_end(c);
	} else {
		cmd_say(c, "%s SSH host %s, %s", c->dry_run ? "would add" : "added",
			present_text(c->arena, i.host.name), target(c, &i.host));
	}
	return 0;
}

static const char *users(struct cmd *c, const struct ssh_host_entry *i)
{
	return arena_join(c->arena, i->users, i->n_users);
}

static int list(struct cmd *c, struct err *e)
{
	struct ssh_host_entry *all = NULL;
	struct table *t;
	size_t n;
	int r = ops_ssh_host_list(&c->ops, &all, &n, e);

	if (r)
		return r;
	if (c->json) {
		cmd_json(c, "wf.ssh-host.list/1");
		jsonw_key(&c->j, "ssh_hosts");
		jsonw_array(&c->j);
		for (size_t i = 0; i < n; i++)
			host_json(&c->j, &all[i]);
		jsonw_array_end(&c->j);
		cmd_json_end(c);
		return 0;
	}
	if (!n) {
		cmd_say(c, "there is no SSH host; 'wf ssh-host add NAME --host ADDRESS' adds one");
		return 0;
	}
	t = table_new(&c->term);
	table_column(t, "SSH HOST", false);
	table_column(t, "TARGET", false);
	table_column(t, "DIRECTORY", false);
	table_column(t, "USED BY", false);
	for (size_t i = 0; i < n; i++) {
		table_row(t);
		table_cell(t, all[i].host.name);
		table_cell(t, target(c, &all[i].host));
		table_cell(t, all[i].host.config_directory);
		table_cell(t, users(c, &all[i]));
	}
	table_print(t, &c->out);
	return 0;
}

static int show(struct cmd *c, struct err *e)
{
	struct ssh_host_entry i = {0};
	const struct ssh_host *h = &i.host;
	int r = ops_ssh_host_show(&c->ops, c->argv[0], &i, e);

	if (r)
		return r;
	if (c->json) {
		one_json(c, "wf.ssh-host.show/1", &i);
		cmd_json_end(c);
		return 0;
	}
	strbuf_addf(&c->out, "%s\n", present_text(c->arena, h->name));
	present_line(&c->out, "target", target(c, h));
	present_line(&c->out, "key", h->key_path ? present_text(c->arena, h->key_path) : NULL);
	present_line(&c->out, "directory", present_text(c->arena, h->config_directory));
	present_line(&c->out, "through", i.jump ? present_text(c->arena, i.jump) : NULL);
	present_line(&c->out, "sudo", h->sudo);
	present_line(&c->out, "host key", h->host_key ? present_text(c->arena, h->host_key) : NULL);
	present_line(&c->out, "last reached", h->last_ok_at);
	present_line(&c->out, "notes", h->notes ? present_text(c->arena, h->notes) : NULL);
	present_line(
		&c->out, "used by", i.n_users ? present_text(c->arena, users(c, &i)) : "nobody");
	return 0;
}

static int take_out(struct cmd *c, struct err *e)
{
	struct ssh_host_entry i = {0};
	bool removed;
	int r = ops_ssh_host_remove(&c->ops, c->argv[0], &i, &removed, e);

	if (r)
		return r;
	if (c->json) {
		one_json(c, "wf.ssh-host.remove/1", &i);
		jsonw_kv_bool(&c->j, "removed", removed && !c->dry_run);
		jsonw_kv_bool(&c->j, "dry_run", c->dry_run);
		cmd_json_end(c);
		return 0;
	}
	cmd_say(c, "%s SSH host %s",
		!removed	     ? "kept"
			: c->dry_run ? "would remove"
				     : "removed",
		present_text(c->arena, i.host.name));
	if (removed && i.n_users)
		cmd_say(c, "note: it was used by %s", users(c, &i));
	return 0;
}

const struct command cmd_ssh_host_add = {
	.name = "ssh-host add",
	.args = "NAME",
	.summary = "add a host that is reached by SSH",
	.help = "",
	.examples = "  wf ssh-host add catapult --host catapult.local --user root\n"
		    "  wf ssh-host add inner --host 10.0.0.7 --jump catapult --sudo sudo",
	.options = add_options,
	.needs = NEED_DB_W,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.run = add,
};

const struct command cmd_ssh_host_list = {
	.name = "ssh-host list",
	.args = "",
	.summary = "list the SSH hosts",
	.help = "",
	.examples = "  wf ssh-host list",
	.needs = NEED_DB_R,
	.json = true,
	.run = list,
};

const struct command cmd_ssh_host_show = {
	.name = "ssh-host show",
	.args = "NAME",
	.summary = "show an SSH host and who uses it",
	.help = "",
	.examples = "  wf ssh-host show catapult",
	.needs = NEED_DB_R,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.run = show,
};

const struct command cmd_ssh_host_remove = {
	.name = "ssh-host remove",
	.args = "NAME",
	.summary = "remove an SSH host",
	.help = "  Asks when a device or another host uses it.\n",
	.examples = "  wf ssh-host remove catapult",
	.needs = NEED_DB_W,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.run = take_out,
};
