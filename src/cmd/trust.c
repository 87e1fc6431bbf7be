// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf trust: shows other people's shell before it may run as root, and asks. --yes does not answer
 * this question; the hash does, because it can only be known by who has seen them.
 */
#include "ops/trust.h"

#include "base/str.h"
#include "cmd/present.h"
#include "cmd/rows.h"

static const struct option_row options[] = {
	{"hash", 0, "SHA256:...", "trust them without a question when they hash to this"},
	{"revoke", 0, NULL, "trust them no more"},
	{0},
};

static void print_json(struct cmd *c, const struct config *config, const struct hook_set *s)
{
	struct jsonw *j = &c->j;

	cmd_json(c, "wf.trust/1");
	jsonw_kv_str(j, "device", config->peer_name);
	jsonw_kv_str(j, "sponsor", config->sponsor_name);
	jsonw_key(j, "hooks");
	jsonw_array(j);
	LIST_FOREACH (h, s, hooks) {
		jsonw_object(j);
		jsonw_kv_str(j, "phase", hooks_phase_name(h->phase));
		jsonw_kv_str(j, "command", hooks_masked(c->arena, h->command, h->len));
		jsonw_kv_bool(j, "holds_key", hooks_hold_key(h->command, h->len));
		jsonw_object_end(j);
	}
	jsonw_array_end(j);
	jsonw_kv_str(j, "hash", s->hash);
	jsonw_kv_bool(j, "trusted", s->trusted);
	jsonw_kv_str(j, "trusted_at", s->trusted_at);
	cmd_json_end(c);
}

/* Whole, whatever its length: what is not seen cannot be trusted. */
static void print_hooks(struct cmd *c, const struct hook_set *s)
{
	LIST_FOREACH (h, s, hooks) {
		size_t size = 8 * h->len + 1;
		char *safe = arena_alloc(c->arena, size);

		str_escape(safe, size, hooks_masked(c->arena, h->command, h->len));
		strbuf_addf(&c->out, "  %-8s %s\n", hooks_phase_name(h->phase), safe);
	}
	strbuf_addf(&c->out, "  %s\n", s->hash);
}

static int ask(struct cmd *c, const struct hook_set *s, bool *ret, struct err *e)
{
	enum ops_answer answer = OPS_NO;
	int r = c->ops.ui->confirm(c->ops.ui->ctx,
		arena_printf(c->arena, "Run %s as root at each up and down?",
			s->n_hooks == 1 ? "this command" : "these commands"),
		OPS_NO, arena_printf(c->arena, "--hash '%s'", s->hash), &answer, e);

	*ret = answer == OPS_YES;
	return r;
}

static int trust(struct cmd *c, struct hook_set *s, struct err *e)
{
	const char *hash = cmd_option(c, "hash");
	bool yes = hash;
	int r;

	if (!c->json)
		print_hooks(c, s);
	cmd_flush(c);
	if (!hash && !s->trusted && (r = ask(c, s, &yes, e)))
		return r;
	if (yes && (r = ops_trust_set(&c->ops, c->argv[0], hash ? hash : s->hash, e)))
		return r;
	if (!c->dry_run)
		s->trusted |= yes;
	return 0;
}

static int run(struct cmd *c, struct err *e)
{
	bool revoke = cmd_flag(c, "revoke");
	struct config config;
	struct hook_set s;
	int r;

	if (revoke && cmd_option(c, "hash"))
		return err_set(e, E_USAGE, "--revoke and --hash contradict each other");
	/* Opened to write at once: what is shown is what will be trusted. */
	if ((r = ops_store(&c->ops, true, false, e)) ||
		(r = ops_trust_show(&c->ops, c->argv[0], &config, &s, e)))
		return r;
	if (revoke && (r = ops_trust_set(&c->ops, c->argv[0], NULL, e)))
		return r;
	s.trusted &= !revoke || c->dry_run;
	if (!revoke && s.n_hooks && (r = trust(c, &s, e)))
		return r;
	if (c->json)
		print_json(c, &config, &s);
	else
		cmd_say(c, "%s: %s", present_text(c->arena, config.name),
			!s.n_hooks	    ? "no hook needs trust"
				: s.trusted ? "its hooks are trusted"
					    : "its hooks are held back");
	return 0;
}

const struct command cmd_trust = {
	.name = "trust",
	.args = "NAME",
	.summary = "show the hooks that were not understood, and let them run",
	.help = "  Trust holds for exactly these bytes; any change withdraws it. --yes does not "
		"give "
		"it.\n",
	.examples =
		"  wf trust work\n  wf trust work --hash SHA256:4fJx…\n  wf trust work --revoke",
	.options = options,
	.needs = NEED_DB_W | NEED_SECRETS,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = run,
};
