// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf up: what was asked for, and how far it got. Says "connected" only of what ops/up saw answer;
 * what is done to the kernel, and in which order, is not known here.
 */

#include "base/str.h"
#include "cmd/rows.h"
#include "ops/up.h"

static const struct option_row options[] = {
	{"wait", 0, "SECONDS", "how long to wait for the handshake (5)"},
	{"no-wait", 0, NULL, "do not wait for it"},
	{"or-down", 0, NULL, "without a handshake take it down again"},
	{"via", 0, "NAME", "send its encrypted packets through that tunnel"},
	{"no-keep-ssh", 0, NULL, "route SSH connections into the tunnel as well"},
	{"confirm", 0, "lose-ssh", "confirms --no-keep-ssh"},
	{"run-hooks", 0, NULL, "run hooks that are not trusted, this once"},
	{0},
};

static int read_wait(struct cmd *c, struct up_request *req, struct err *e)
{
	const char *wait = cmd_option(c, "wait");
	uint32_t seconds = 5;

	if (wait && cmd_flag(c, "no-wait"))
		return err_set(e, E_USAGE, "--wait and --no-wait contradict each other");
	if (wait && !str_to_u32(wait, 1, 3600, &seconds))
		return err_set(e, E_USAGE, "--wait wants seconds, not '%s'", wait);
	req->wait_ms = cmd_flag(c, "no-wait") ? 0 : seconds * 1000;
	return 0;
}

static int read_ssh(struct cmd *c, struct up_request *req, struct err *e)
{
	const char *confirm = cmd_option(c, "confirm");

	if (confirm && !str_eq(confirm, "lose-ssh"))
		return err_set(e, E_USAGE, "--confirm wants lose-ssh here, not '%s'", confirm);
	req->no_keep_ssh = cmd_flag(c, "no-keep-ssh");
	req->lose_ssh = req->no_keep_ssh && confirm;
	return 0;
}

static const char *place_of(struct cmd *c, const struct contribution *t)
{
	char city[128], country[8];

	if (!t->country)
		return "";
	str_escape(country, sizeof(country), t->country);
	for (char *p = country; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	if (!t->city)
		return arena_printf(c->arena, " (%s)", country);
	str_escape(city, sizeof(city), t->city);
	return arena_printf(c->arena, " (%s, %s)", city, country);
}

static void verifying(void *ctx, const struct contribution *t)
{
	struct cmd *c = ctx;
	char title[128], server[128];

	if (!c->term.tty_err)
		return;
	str_escape(title, sizeof(title), t->title);
	str_escape(server, sizeof(server), t->server ? t->server : "");
	cmd_say(c, "%s  %s %s  link, %zu address%s, %zu route%s, %s … verifying", title,
		term_sign(&c->term, TERM_WAITING), server, t->own.n_addrs,
		t->own.n_addrs == 1 ? "" : "es", t->own.n_routes, t->own.n_routes == 1 ? "" : "s",
		kill_switch_is_on(t->kill_switch) ? "kill switch" : "no kill switch");
}

static void print_json(struct cmd *c, const struct up_result *r)
{
	const struct contribution *t = r->c;

	cmd_json(c, "wf.up/1");
	jsonw_kv_str(&c->j, "name", t->name);
	jsonw_kv_str(&c->j, "interface", t->ifname);
	jsonw_kv_str(&c->j, "server", t->server);
	jsonw_kv_bool(&c->j, "already", r->already);
	jsonw_kv_bool(&c->j, "connected", r->connected);
	jsonw_kv_bool(&c->j, "userspace", t->kind == LINK_USERSPACE);
	jsonw_kv_uint(&c->j, "peers", r->peers);
	jsonw_kv_uint(&c->j, "answered", r->answered);
	jsonw_key(&c->j, "handshake_ms");
	if (r->handshake_ms < 0)
		jsonw_null(&c->j);
	else
		jsonw_int(&c->j, r->handshake_ms);
	jsonw_kv_bool(&c->j, "kill_switch", kill_switch_is_on(t->kill_switch));
	jsonw_kv_str(&c->j, "kill_switch_scope", kill_switch_scope(t->kill_switch));
	jsonw_kv_uint(&c->j, "held_back", r->held_back);
	jsonw_key(&c->j, "notes");
	jsonw_array(&c->j);
	LIST_FOREACH (note, t, notes)
		jsonw_str(&c->j, *note);
	jsonw_array_end(&c->j);
	cmd_json_end(c);
}

/* Of a full tunnel, and of one whose file meant a kill switch, it is never left open. */
static void say_kill_switch(struct cmd *c, const struct contribution *t)
{
	switch (t->kill_switch) {
	case KILL_SWITCH_ALL: cmd_say(c, "note: the kill switch is on"); return;
	case KILL_SWITCH_NETWORKS:
		cmd_say(c,
			"note: the kill switch is on for the tunnel's networks: they leave by it "
			"or not at all");
		return;
	case KILL_SWITCH_ONLY:
		cmd_say(c,
			"note: the kill switch is on for those that alone use the tunnel: they "
			"take no other way");
		return;
	case KILL_SWITCH_NONE:
		if (!t->full)
			return;
		break;
	case KILL_SWITCH_OFF: break;
	}
	cmd_say(c, "note: the kill switch is off%s",
		t->config_id ? arena_printf(c->arena, "; 'wf set %s kill-switch=on'",
				       tunnel_typed_name(c->arena, t->name))
			     : "");
}

static void print_text(struct cmd *c, const struct up_result *r)
{
	const struct contribution *t = r->c;
	char title[128], server[128];

	str_escape(title, sizeof(title), t->title);
	str_escape(server, sizeof(server), t->server ? t->server : "its server");
	if (r->already) {
		strbuf_addf(&c->out, "%s  %s is up already, by way of %s\n", title,
			term_sign(&c->term, TERM_UP), server);
		return;
	}
	if (r->connected)
		strbuf_addf(&c->out,
			"%s  %s%s%s connected to %s%s in %lld.%03lld s   handshake %s ms%s\n",
			title, term_green(&c->term), term_sign(&c->term, TERM_UP),
			term_off(&c->term), server, place_of(c, t), (long long)(r->total_ms / 1000),
			(long long)(r->total_ms % 1000),
			r->handshake_ms ? arena_printf(c->arena, "%lld", (long long)r->handshake_ms)
					: "<1",
			t->full6	   ? "   IPv6 in tunnel"
				: t->full4 ? "   IPv6 stopped"
					   : "");
	else
		strbuf_addf(&c->out, "%s  %s up on %s, by way of %s%s\n", title,
			term_sign(&c->term, TERM_WAITING), t->ifname, server, place_of(c, t));
	if (t->kind == LINK_USERSPACE)
		cmd_say(c, "note: this kernel has no WireGuard; a userspace program does the work");
	if (t->n_dns && !t->own.n_resolvers && !t->holder.n_resolvers)
		cmd_say(c,
			"note: the resolver of this machine is not set; lookups go where they went "
			"before");
	say_kill_switch(c, t);
	if (r->held_back)
		cmd_say(c, "note: %u hook%s held back; %s", r->held_back,
			r->held_back == 1 ? " is" : "s are",
			t->config_id ? arena_printf(c->arena, "'wf trust %s' lets %s run",
					       tunnel_typed_name(c->arena, t->name),
					       r->held_back == 1 ? "it" : "them")
				     : "--run-hooks runs them");
}

static int run(struct cmd *c, struct err *e)
{
	struct up_request req = {.name = c->argv[0], .via = cmd_option(c, "via"), .ctx = c};
	struct up_result res;
	int r;

	req.verifying = c->json ? NULL : verifying;
	if ((r = read_wait(c, &req, e)) || (r = read_ssh(c, &req, e)))
		return r;
	req.or_down = cmd_flag(c, "or-down");
	req.run_hooks = cmd_flag(c, "run-hooks");
	r = ops_up(&c->ops, &req, &res, e);
	if (res.plan && !r) {
		cmd_plan(c, "wf.up/1", res.plan);
		return 0;
	}
	if (!res.c || (r && r != -E_NO_HANDSHAKE))
		return r;
	if (c->json)
		print_json(c, &res);
	else
		print_text(c, &res);
	return r;
}

const struct command cmd_up = {
	.name = "up",
	.args = "NAME[@SERVER]",
	.summary = "bring a tunnel up on this machine",
	.help = "  Waits for the handshake: \"connected\" is said only then (exit 7 without "
		"one).\n",
	.examples = "  wf up mullvad\n  wf up mullvad@de-fra-wg-001\n  wf up work --via mullvad",
	.options = options,
	.needs = NEED_DB_R | NEED_NET | NEED_SECRETS,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.run = run,
};
