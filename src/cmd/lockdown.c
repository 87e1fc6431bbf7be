// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf lockdown: on, off, status, and load for the boot. Knows words and JSON; what is closed, and
 * that off always opens, is ops/lockdown's business.
 */
#include "base/clock.h"
#include "base/str.h"
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ops/lockdown.h"

static const struct option_row options[] = {
	{"allow", 0, "WHAT,...", "on: lan, ssh, a local PREFIX, tcp/PORT, udp/PORT stay open"},
	{"confirm", 0, "lose-ssh", "on: SSH logins may be cut"},
	{"check", 0, NULL, "status: exit 3 when it is off or not in force"},
	{0},
};

static const char release[] =
	"'wf lockdown off' opens; so does " LOCKDOWN_OPEN " on the kernel's command line";

/* "lan, tcp/22" */
static const char *allowed_text(struct cmd *c, const struct firewall *f)
{
	struct {
		LIST(const char *, words);
	} l = {0};
	char text[IP_TEXT_SIZE];

	if (firewall_is_whole_lan(f->lan, f->n_lan))
		*LIST_PUSH(c->arena, &l, words) = "lan";
	else
		LIST_FOREACH (p, f, lan)
			*LIST_PUSH(c->arena, &l, words) =
				arena_strdup(c->arena, ip_prefix_format(p, text));
	LIST_FOREACH (p, f, inbound)
		*LIST_PUSH(c->arena, &l, words) =
			arena_printf(c->arena, "%s/%u", fw_proto_name(p->proto), p->port);
	if (f->n_logins)
		*LIST_PUSH(c->arena, &l, words) = arena_printf(
			c->arena, "%zu SSH connection%s", f->n_logins, f->n_logins == 1 ? "" : "s");
	return l.n_words ? arena_join(c->arena, l.words, l.n_words) : NULL;
}

static void json_allowed(struct cmd *c, const struct firewall *f)
{
	char text[IP_TEXT_SIZE];

	jsonw_key(&c->j, "lan");
	jsonw_array(&c->j);
	LIST_FOREACH (p, f, lan)
		jsonw_str(&c->j, ip_prefix_format(p, text));
	jsonw_array_end(&c->j);
	jsonw_key(&c->j, "inbound");
	jsonw_array(&c->j);
	LIST_FOREACH (p, f, inbound)
		jsonw_str(&c->j, arena_printf(c->arena, "%s/%u", fw_proto_name(p->proto), p->port));
	jsonw_array_end(&c->j);
	jsonw_kv_uint(&c->j, "logins", f->n_logins);
}

static int run_on(struct cmd *c, struct err *e)
{
	struct lockdown_request req = {.allow = cmd_option(c, "allow")};
	const char *confirm = cmd_option(c, "confirm"), *allowed;
	struct lockdown_result res;
	int r;

	if (confirm && !str_eq(confirm, "lose-ssh"))
		return err_set(e, E_USAGE, "--confirm wants lose-ssh here, not '%s'", confirm);
	req.lose_ssh = confirm;
	if ((r = ops_lockdown_on(&c->ops, &req, &res, e)))
		return r;
	if (res.plan) {
		cmd_plan(c, "wf.lockdown/1", res.plan);
		return 0;
	}
	if (c->json) {
		cmd_json(c, "wf.lockdown/1");
		jsonw_kv_bool(&c->j, "on", true);
		json_allowed(c, &res.c->own.firewall);
		cmd_json_end(c);
		return 0;
	}
	allowed = allowed_text(c, &res.c->own.firewall);
	strbuf_addf(&c->out, "%s lockdown on: nothing leaves but through tunnels%s%s\n",
		term_sign(&c->term, TERM_BLOCKED), allowed ? "; open: " : "",
		allowed ? allowed : "");
	cmd_flush(c);
	cmd_say(c, "%s", release);
	return 0;
}

static int run_off(struct cmd *c, struct err *e)
{
	struct lockdown_result res;
	int r = ops_lockdown_off(&c->ops, &res, e);

	if (r)
		return r;
	if (res.plan) {
		cmd_plan(c, "wf.lockdown/1", res.plan);
	} else if (c->json) {
		cmd_json(c, "wf.lockdown/1");
		jsonw_kv_bool(&c->j, "on", false);
		jsonw_kv_bool(&c->j, "changed", !res.nothing);
		cmd_json_end(c);
	} else if (res.nothing) {
		cmd_say(c, "the lockdown is off already");
	} else {
		strbuf_add(&c->out, "lockdown off\n");
	}
	return 0;
}

static const char *unit_text(enum unit_state s)
{
	switch (s) {
	case UNIT_NO_SYSTEMD: return "no-systemd";
	case UNIT_MISSING: return "missing";
	case UNIT_DISABLED: return "disabled";
	case UNIT_ENABLED: return "enabled";
	}
	return "missing";
}

static void json_status(struct cmd *c, const struct lockdown_status *s)
{
	static const struct firewall nothing;

	cmd_json(c, "wf.lockdown/1");
	jsonw_kv_bool(&c->j, "on", s->c);
	jsonw_kv_str(&c->j, "since", s->c ? s->c->since : NULL);
	jsonw_kv_bool(&c->j, "in_force", s->in_force);
	jsonw_kv_bool(&c->j, "kill_switch", s->kill_switch);
	json_allowed(c, s->c ? &s->c->own.firewall : &nothing);
	jsonw_kv_bool(&c->j, "lasting", s->lasting);
	jsonw_kv_str(&c->j, "unit", unit_text(s->unit));
	jsonw_key(&c->j, "stopped");
	jsonw_object(&c->j);
	for (enum stopped i = 0; i < STOPPED_COUNT; i++)
		jsonw_kv_uint(&c->j, stopped_name(i), s->firewall.stopped[i]);
	jsonw_object_end(&c->j);
	cmd_json_end(c);
}

/* "12 dns, 3 out" */
static const char *stopped_text(struct cmd *c, const struct firewall_status *f)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	for (enum stopped i = 0; i < STOPPED_COUNT; i++)
		if (f->stopped[i])
			strbuf_addf(&b, "%s%llu %s", b.len ? ", " : "",
				(unsigned long long)f->stopped[i], stopped_name(i));
	return b.len ? arena_printf(c->arena, "%s packets", b.s) : NULL;
}

static void print_boot(struct cmd *c, const struct lockdown_status *s)
{
	if (!s->lasting)
		present_line(&c->out, "after a boot", "open: it ends with this network namespace");
	else if (s->unit == UNIT_ENABLED)
		present_line(&c->out, "after a boot", "closed again (" LOCKDOWN_UNIT ")");
	else
		present_line(&c->out, "after a boot",
			arena_printf(c->arena, "%s closes nothing by itself (%s)", LOCKDOWN_UNIT,
				unit_text(s->unit)));
}

static void print_status(struct cmd *c, const struct lockdown_status *s)
{
	const char *allowed = s->c ? allowed_text(c, &s->c->own.firewall) : NULL;

	if (!s->c) {
		strbuf_addf(&c->out, "lockdown off%s%s\n",
			s->kill_switch ? "; a tunnel's kill switch is on" : "",
			s->boot_only ? "; this boot was told to stay open (" LOCKDOWN_OPEN
				       "), the next one is closed"
				     : "");
		return;
	}
	strbuf_addf(&c->out, "%s lockdown on since %s: nothing leaves but through tunnels\n",
		term_sign(&c->term, TERM_BLOCKED), s->c->since ? s->c->since : "the boot");
	if (!s->in_force)
		present_line(&c->out, "WARNING",
			s->firewall.gone
				? "the kernel has no such table: nothing is stopped; 'wf lockdown "
				  "on' mends it"
				: "somebody changed the table; 'wf lockdown on' mends it");
	present_line(&c->out, "open", allowed ? allowed : "nothing");
	present_line(&c->out, "stopped", stopped_text(c, &s->firewall));
	print_boot(c, s);
	present_line(&c->out, "release", release);
}

static int run_status(struct cmd *c, struct err *e)
{
	struct lockdown_status s;
	int r = ops_lockdown_status(&c->ops, &s, e);

	if (r)
		return r;
	if (c->json)
		json_status(c, &s);
	else
		print_status(c, &s);
	if (cmd_flag(c, "check") && !s.in_force) {
		*e = (struct err){.code = E_NO};
		return -E_NO;
	}
	return 0;
}

/* Goes to the console and the journal: whoever sits at a machine that is closed has to find out. */
static int run_load(struct cmd *c, struct err *e)
{
	enum lockdown_loaded how;
	struct err why = {0};
	int r = ops_lockdown_load(&c->ops, &how, &why, e);

	if (r)
		return err_wrap(e, "the lockdown is on, but the network could not be closed");
	if (why.msg[0])
		cmd_print_err(c, "wf: ", &why);
	switch (how) {
	case LOCKDOWN_NONE: cmd_say(c, "wf: the lockdown is off"); return 0;
	case LOCKDOWN_TOLD_NOT:
		cmd_say(c, "wf: " LOCKDOWN_OPEN ": the lockdown does not close this boot");
		return 0;
	case LOCKDOWN_LOADED:
	case LOCKDOWN_REBUILT: break;
	case LOCKDOWN_STRICT:
		cmd_say(c, "wf: what the lockdown allows cannot be read, so nothing is");
		break;
	}
	cmd_say(c, "wf: LOCKDOWN: nothing leaves this machine but through tunnels ('wf up').");
	cmd_say(c, "wf: %s", release);
	return 0;
}

static int run(struct cmd *c, struct err *e)
{
	const char *verb = c->argc ? c->argv[0] : "status";
	bool on = str_eq(verb, "on"), status = str_eq(verb, "status");

	if ((cmd_flag(c, "allow") || cmd_flag(c, "confirm")) && !on)
		return err_set(e, E_USAGE, "--allow and --confirm belong to 'wf lockdown on'");
	if (cmd_flag(c, "check") && !status)
		return err_set(e, E_USAGE, "--check belongs to 'wf lockdown status'");
	if (on)
		return run_on(c, e);
	if (status)
		return run_status(c, e);
	if (str_eq(verb, "off"))
		return run_off(c, e);
	if (str_eq(verb, "load"))
		return run_load(c, e);
	err_set(e, E_USAGE, "'wf lockdown' does not know '%s'", verb);
	return err_hint(e, "usage: wf lockdown on|off|status");
}

const struct command cmd_lockdown = {
	.name = "lockdown",
	.args = "[on|off|status]",
	.summary = "let nothing out but through tunnels, also after a reboot",
	.help = "  It holds without a tunnel, without wf, after a crash and from the first moment "
		"of "
		"a boot.\n  'off' needs no database; " LOCKDOWN_OPEN
		" on the kernel's command line opens as well.\n",
	.examples = "  wf lockdown on --allow lan,ssh\n  wf lockdown status\n  wf lockdown off",
	.options = options,
	.needs = NEED_NET,
	.max_args = 1,
	.json = true,
	.run = run,
};
