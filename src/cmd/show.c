// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf show: everything about one configuration. Keys are opened only for --show-secrets, into
 * guarded memory, and leave by a way of their own; JSON never holds one.
 */
#include <stdlib.h>

#include "base/str.h"
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ops/book.h"
#include "ops/hooks.h"
#include "ops/portable.h"

#define HIDDEN	    "(hidden)"
#define MAX_SECRETS (128 * 1024)

static const struct option_row options[] = {
	{"show-secrets", 0, NULL, "with the private and preshared keys"},
	{"rules", 0, NULL, "the firewall it asks for, as text for nft"},
	{0},
};

static bool holds_key(const struct conf_hook *h)
{
	return hooks_hold_key(h->command, h->len);
}

static void hooks_json(struct cmd *c, const struct conf *hooks)
{
	struct jsonw *j = &c->j;

	jsonw_key(j, "hooks");
	jsonw_array(j);
	LIST_FOREACH (h, hooks, hooks) {
		jsonw_object(j);
		jsonw_kv_str(j, "phase", hooks_phase_name(h->phase));
		jsonw_key(j, "command");
		if (holds_key(h))
			jsonw_null(j);
		else
			jsonw_strn(j, h->command, h->len);
		jsonw_kv_bool(j, "holds_key", holds_key(h));
		jsonw_object_end(j);
	}
	jsonw_array_end(j);
}

static void rows_json(struct cmd *c, const struct book_entry *b)
{
	struct jsonw *j = &c->j;

	jsonw_key(j, "patterns");
	jsonw_array(j);
	LIST_FOREACH (row, b, rows) {
		jsonw_object(j);
		jsonw_kv_str(j, "pattern", pattern_name(row->pattern));
		jsonw_kv_str(j, "meaning", row->says);
		jsonw_kv_str(j, "rationale", row->rationale);
		jsonw_kv_str(j, "from", row->user ? "set" : "file");
		jsonw_kv_bool(j, "enabled", row->enabled);
		jsonw_key(j, "hooks");
		jsonw_array(j);
		LIST_FOREACH (h, &row->hooks, items)
			jsonw_int(j, h->at);
		jsonw_array_end(j);
		jsonw_object_end(j);
	}
	jsonw_array_end(j);
	jsonw_kv_str(j, "hooks_hash", b->raw.hash);
	jsonw_kv_bool(j, "hooks_trusted", b->raw.trusted);
}

static void print_json(struct cmd *c, const struct book_entry *b)
{
	cmd_json(c, "wf.show/1");
	jsonw_key(&c->j, "config");
	present_config(&c->j, &b->config);
	present_slots(&c->j, "peers", &b->servers);
	hooks_json(c, &b->hooks);
	rows_json(c, b);
	present_strings(&c->j, "same_key", b->same_key, b->n_same_key);
	cmd_json_end(c);
}

static void print_slot(struct cmd *c, const struct server_slot *s, bool secrets)
{
	struct strbuf *out = &c->out;

	strbuf_addc(out, '\n');
	present_line(out, s->slot == 1 ? "server" : "  and peer",
		present_text(c->arena, s->slot == 1 ? s->server : s->name));
	present_line(out, "", present_place(c->arena, s->city, s->country));
	present_line(out, "public key", s->public_key);
	present_line(out, "endpoint", s->endpoint ? present_text(c->arena, s->endpoint) : NULL);
	present_line(out, "allowed IPs", s->allowed_ips);
	if (s->keepalive >= 0)
		present_line(out, "keepalive",
			s->keepalive ? arena_printf(c->arena, "%d s", s->keepalive) : "off");
	if (s->private_key) {
		present_line(out, "address", s->own_ipv4);
		present_line(out, "address", s->own_ipv6);
		present_line(out, "DNS", s->own_dns);
	}
	if (s->private_key && !secrets)
		present_line(out, "its own key", HIDDEN);
	if (s->preshared_key && !secrets)
		present_line(out, "preshared key", HIDDEN);
}

static void print_config(struct cmd *c, const struct config *i, bool secrets)
{
	struct strbuf *out = &c->out;
	struct arena *a = c->arena;

	strbuf_addf(out, "%s%s%s on %s%s\n", term_bold(&c->term), present_text(a, i->sponsor_name),
		term_off(&c->term), present_text(a, i->peer_name),
		i->this_machine ? " (this machine)" : "");
	if (!str_eq(i->name, i->sponsor_name))
		present_line(out, "name", present_text(a, i->name));
	present_line(out, "interface", i->interface_name);
	present_line(out, "public key", i->public_key);
	if (!secrets)
		present_line(out, "private key", HIDDEN);
	present_line(out, "address", i->assigned_ipv4);
	present_line(out, "address", i->assigned_ipv6);
	present_line(out, "DNS", i->dns_servers ? present_text(a, i->dns_servers) : NULL);
	if (i->mtu)
		present_line(out, "MTU", arena_printf(a, "%d", i->mtu));
	if (i->listen_port >= 0)
		present_line(out, "listen port", arena_printf(a, "%d", i->listen_port));
	if (i->fwmark >= 0)
		present_line(out, "fwmark", arena_printf(a, "0x%llx", (long long)i->fwmark));
	present_line(out, "table", i->table_setting ? present_text(a, i->table_setting) : NULL);
	present_line(out, "dialect", i->dialect);
	present_line(out, "servers", arena_printf(a, "%u", i->servers));
	present_line(out, "deployed", i->last_deployed_at ? i->last_deployed_at : "never");
	present_line(out, "file there", i->config_path ? present_text(a, i->config_path) : NULL);
	present_line(out, "notes", i->notes ? present_text(a, i->notes) : NULL);
}

static const char *state_of(const struct book_entry *b, const struct book_row *row)
{
	if (row->pattern != PATTERN_RAW_SHELL)
		return row->enabled ? "on" : "off";
	return b->raw.trusted ? "trusted" : "held back";
}

static void print_rows(struct cmd *c, const struct book_entry *b, bool secrets)
{
	if (b->n_rows)
		strbuf_addc(&c->out, '\n');
	LIST_FOREACH (row, b, rows) {
		strbuf_addf(&c->out, "  %-14s %s: %s%s\n", present_pattern(row->pattern),
			state_of(b, row), present_text(c->arena, row->says),
			row->user ? " (set)" : "");
		LIST_FOREACH (h, &row->hooks, items) {
			if (holds_key(&h->hook) && secrets)
				continue;
			strbuf_addf(&c->out, "    %-8s %s\n", hooks_phase_name(h->hook.phase),
				present_text(c->arena,
					hooks_masked(c->arena, h->hook.command, h->hook.len)));
		}
	}
	if (b->raw.n_hooks && !b->raw.trusted)
		cmd_say(c, "note: what was not understood is not run before 'wf trust %s'",
			present_name(c->arena, b->config.peer_name, b->config.sponsor_name,
				b->config.this_machine));
}

static void print_text(struct cmd *c, const struct book_entry *b, bool secrets)
{
	print_config(c, &b->config, secrets);
	LIST_FOREACH (s, &b->servers, items)
		print_slot(c, s, secrets);
	print_rows(c, b, secrets);
	for (size_t i = 0; i < b->n_same_key; i++)
		cmd_say(c,
			"note: %s has the same key; of two devices with one key only one works "
			"at a time",
			b->same_key[i]);
	if (b->config.pending_remote_update)
		cmd_say(c, "note: the key is new; until %s has it this will not connect",
			b->config.sponsor_name);
}

static int add_key(
	struct cmd *c, const char *label, const char *sealed, struct secret_text *t, struct err *e)
{
	int r;

	if (!sealed)
		return 0;
	if ((r = secret_text_addf(t, e, "  %-14s ", label)) ||
		(r = book_open_key(&c->ops, sealed, t, e)))
		return r;
	return secret_text_add(t, "\n", e);
}

/* Keys never pass through the ordinary output buffer. */
static int write_secrets(struct cmd *c, const struct book_entry *b, struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text t = {0};
	int r;

	if ((r = secret_text_new(MAX_SECRETS, &t, e)) || (r = secret_text_add(&t, "\n", e)) ||
		(r = add_key(c, "private key", b->config.private_key, &t, e)))
		return r;
	LIST_FOREACH (s, &b->servers, items)
		if ((r = add_key(c, "its own key", s->private_key, &t, e)) ||
			(r = add_key(c, "preshared key", s->preshared_key, &t, e)))
			return r;
	LIST_FOREACH (h, &b->hooks, hooks)
		if (holds_key(h) &&
			(r = secret_text_addf(&t, e, "    %-8s %.*s\n", hooks_phase_name(h->phase),
				 (int)h->len, h->command)))
			return r;
	cmd_flush(c);
	cmd_write(t.s, t.len);
	return 0;
}

static int print_rules(struct cmd *c, struct err *e)
{
	const char *text;
	int r = portable_rules(&c->ops, c->argv[0], &text, e);

	if (r)
		return r;
	if (!c->json) {
		strbuf_add(&c->out, text);
		return 0;
	}
	cmd_json(c, "wf.show.rules/1");
	jsonw_kv_str(&c->j, "name", c->argv[0]);
	jsonw_kv_str(&c->j, "nft", text);
	cmd_json_end(c);
	return 0;
}

static int run(struct cmd *c, struct err *e)
{
	bool secrets = cmd_flag(c, "show-secrets") || str_eq(getenv("WG_HIDE_KEYS"), "never");
	struct book_entry b;
	int r;

	if (c->json && cmd_flag(c, "show-secrets"))
		return err_set(
			e, E_USAGE, "JSON never holds a key; leave --json or --show-secrets away");
	if (cmd_flag(c, "rules"))
		return print_rules(c, e);
	if ((r = book_show(&c->ops, c->argv[0], &b, e)))
		return r;
	if (c->json) {
		print_json(c, &b);
		return 0;
	}
	print_text(c, &b, secrets);
	return secrets ? write_secrets(c, &b, e) : 0;
}

const struct command cmd_show = {
	.name = "show",
	.args = "NAME[@SERVER]",
	.summary = "show a configuration",
	.help = "",
	.examples = "  wf show mullvad\n  wf show laptop/mullvad@se-got-wg-001\n"
		    "  wf show mullvad --show-secrets\n  wf show mullvad --rules",
	.options = options,
	.needs = NEED_DB_R | NEED_SECRETS,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = run,
};
