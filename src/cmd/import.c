// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf import: what came in, what was left out and why, as text and as JSON. Long lists are cut for
 * people only. What a file means and where it goes is ops/import's.
 */
#include "ops/import.h"

#include "base/str.h"
#include "cmd/present.h"
#include "cmd/rows.h"

#define MAX_SHOWN 20 /* failures, changes or notes told one by one */

static const struct option_row options[] = {
	{"sponsor", 0, "NAME", "whose it is (else recognised, else asked)"},
	{"peer", 0, "NAME", "for which device (this machine)"},
	{"ssh-host", 0, "NAME", "the SSH host of a device that is new"},
	{"interface", 0, "NAME", "name of the interface (wg- and the sponsor)"},
	{"address", 0, "LIST", "Address for files that have none"},
	{"deployed", 0, NULL, "it is already in use on that device"},
	{"not-deployed", 0, NULL, "it is not"},
	{0},
};

static void patterns_json(struct jsonw *j, const struct import_config *i)
{
	jsonw_key(j, "patterns");
	jsonw_array(j);
	LIST_FOREACH (p, i, patterns) {
		jsonw_object(j);
		jsonw_kv_str(j, "pattern", pattern_name(p->pattern));
		jsonw_kv_str(j, "rationale", p->rationale);
		jsonw_kv_bool(j, "enabled", p->enabled);
		jsonw_kv_str(j, "flaw", p->flaw);
		jsonw_object_end(j);
	}
	jsonw_array_end(j);
}

static void config_json(struct cmd *c, const struct import_config *i)
{
	struct jsonw *j = &c->j;

	jsonw_object(j);
	jsonw_kv_str(j, "device", i->peer);
	jsonw_kv_str(j, "sponsor", i->sponsor);
	jsonw_kv_str(j, "name", i->name);
	jsonw_kv_bool(j, "this_machine", i->this_machine);
	jsonw_kv_bool(j, "new", i->is_new);
	jsonw_kv_str(j, "interface", i->interface_name);
	jsonw_kv_str(j, "device_label", i->device);
	jsonw_kv_str(j, "public_key", i->public_key);
	present_list(j, "ipv4", i->ipv4);
	present_list(j, "ipv6", i->ipv6);
	present_list(j, "dns", i->dns);
	jsonw_kv_str(j, "dialect", i->amneziawg ? "amneziawg" : "wireguard");
	jsonw_kv_bool(j, "deployed", i->deployed);
	jsonw_kv_uint(j, "files", i->files);
	jsonw_kv_uint(j, "servers", i->servers);
	jsonw_kv_uint(j, "countries", i->countries);
	jsonw_kv_uint(j, "added", i->added);
	jsonw_kv_uint(j, "changed", i->changed);
	jsonw_kv_uint(j, "unchanged", i->unchanged);
	jsonw_kv_uint(j, "own_keys", i->own_keys);
	jsonw_kv_bool(j, "kill_switch", i->kill_switch);
	jsonw_kv_uint(j, "hooks", i->hooks);
	jsonw_kv_uint(j, "held_back", i->held_back);
	patterns_json(j, i);
	present_strings(j, "changes", i->changes, i->n_changes);
	present_strings(j, "same_key", i->same_key, i->n_same_key);
	jsonw_object_end(j);
}

static void place_json(struct jsonw *j, const char *file, unsigned line, unsigned column)
{
	jsonw_kv_str(j, "file", str_empty(file) ? NULL : file);
	if (line) {
		jsonw_kv_uint(j, "line", line);
		jsonw_kv_uint(j, "column", column);
	} else {
		jsonw_kv_null(j, "line");
		jsonw_kv_null(j, "column");
	}
}

static void print_json(struct cmd *c, const struct import_report *rep)
{
	struct jsonw *j = &c->j;

	cmd_json(c, "wf.import/1");
	jsonw_kv_bool(j, "dry_run", c->dry_run);
	jsonw_kv_uint(j, "files", rep->files);
	jsonw_kv_uint(j, "ignored", rep->ignored);
	jsonw_key(j, "configs");
	jsonw_array(j);
	LIST_FOREACH (i, rep, configs)
		config_json(c, i);
	jsonw_array_end(j);
	jsonw_key(j, "notes");
	jsonw_array(j);
	LIST_FOREACH (n, rep, notes) {
		jsonw_object(j);
		place_json(j, n->file, n->line, n->column);
		jsonw_kv_str(j, "text", n->text);
		jsonw_kv_uint(j, "files", n->files);
		jsonw_object_end(j);
	}
	jsonw_array_end(j);
	jsonw_key(j, "errors");
	jsonw_array(j);
	LIST_FOREACH (f, rep, failures) {
		jsonw_object(j);
		jsonw_kv_str(j, "code", err_name(f->code));
		place_json(j, f->file, f->line, f->column);
		jsonw_kv_str(j, "message", f->message);
		jsonw_kv_str(j, "hint", f->hint[0] ? f->hint : NULL);
		jsonw_object_end(j);
	}
	jsonw_array_end(j);
	cmd_json_end(c);
}

static const char *plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

static void print_servers(struct cmd *c, const struct import_config *i)
{
	strbuf_addf(&c->out, "%u server%s", i->servers, plural(i->servers));
	if (i->countries > 1)
		strbuf_addf(&c->out, " in %u countries", i->countries);
	if (!i->is_new)
		strbuf_addf(&c->out, " (%u added, %u changed, %u as before)", i->added, i->changed,
			i->unchanged);
}

static void print_changes(struct cmd *c, const struct import_config *i)
{
	size_t shown = i->n_changes < MAX_SHOWN ? i->n_changes : MAX_SHOWN;

	for (size_t k = 0; k < shown; k++)
		strbuf_addf(&c->out, "  ~ %s\n", present_text(c->arena, i->changes[k]));
	if (shown < i->n_changes)
		strbuf_addf(&c->out, "  ~ … and %zu more\n", i->n_changes - shown);
}

static void add_known(struct cmd *c, const struct import_config *i, enum pattern what)
{
	const struct hook_pattern *first = NULL;
	unsigned n = 0;

	LIST_FOREACH (p, i, patterns) {
		if (p->pattern != what || p->inert)
			continue;
		first = first ? first : p;
		n++;
	}
	if (!n)
		return;
	strbuf_addf(&c->out, "%u known %s%s became %s%s; ", n, present_pattern(what), plural(n),
		n == 1 ? "the native one" : "native ones",
		first->enabled ? "" : ", which your settings overrule");
}

/* "1 known kill switch became the native one; 0 held back" */
static void print_hooks(struct cmd *c, const struct import_config *i)
{
	strbuf_add(&c->out, "  hooks     ");
	if (!i->n_patterns) {
		strbuf_addf(&c->out, "%u as before\n", i->hooks);
		return;
	}
	for (enum pattern p = PATTERN_KILL_SWITCH; p < PATTERN_RAW_SHELL; p++)
		add_known(c, i, p);
	strbuf_addf(&c->out, "%u held back%s\n", i->held_back,
		i->held_back ? arena_printf(c->arena, " ('wf show %s' shows them)",
				       present_name(c->arena, i->peer, i->sponsor, i->this_machine))
			     : "");
}

static void print_config(struct cmd *c, const struct import_config *i)
{
	struct arena *a = c->arena;

	strbuf_addf(&c->out, "%s%s%s%s%s  ", term_bold(&c->term),
		i->this_machine ? "" : present_text(a, i->peer), i->this_machine ? "" : "/",
		present_text(a, i->sponsor), term_off(&c->term));
	print_servers(c, i);
	strbuf_add(&c->out, "   ");
	if (i->device)
		strbuf_addf(&c->out, "device \"%s\", ", present_text(a, i->device));
	strbuf_addf(&c->out, "key %s\n", present_key(a, i->public_key));
	strbuf_addf(&c->out, "  interface %s   %s%s%s", i->interface_name,
		i->ipv4		   ? i->ipv4
			: !i->ipv6 ? "no Address (--address supplies one)"
				   : "",
		i->ipv4 && i->ipv6 ? ", " : "", i->ipv6 ? i->ipv6 : "");
	if (i->dns)
		strbuf_addf(&c->out, "   DNS %s", present_text(a, i->dns));
	strbuf_addf(&c->out, "   kill switch %s\n", i->kill_switch ? "on" : "off");
	if (i->own_keys)
		strbuf_addf(&c->out, "  keys      %u server%s with a key of %s own\n", i->own_keys,
			plural(i->own_keys), i->own_keys == 1 ? "its" : "their");
	if (i->hooks)
		print_hooks(c, i);
	for (size_t k = 0; k < i->n_same_key; k++)
		strbuf_addf(&c->out,
			"  ! %s has the same key: of two devices with one key only one works at a "
			"time\n",
			present_text(a, i->same_key[k]));
	print_changes(c, i);
}

static void print_place(struct strbuf *out, const char *file, unsigned line, unsigned column)
{
	if (str_empty(file))
		return;
	if (line)
		strbuf_addf(out, "%s:%u:%u: ", file, line, column ? column : 1);
	else
		strbuf_addf(out, "%s: ", file);
}

static void print_remarks(struct cmd *c, const struct import_report *rep)
{
	size_t shown = rep->n_failures < MAX_SHOWN ? rep->n_failures : MAX_SHOWN;

	LIST_FOREACH (n, rep, notes) {
		strbuf_add(&c->out, "  note: ");
		print_place(&c->out, present_text(c->arena, n->file), n->line, n->column);
		strbuf_add(&c->out, present_text(c->arena, n->text));
		if (n->files > 1)
			strbuf_addf(&c->out, " (and %u more)", n->files - 1);
		strbuf_addc(&c->out, '\n');
	}
	if (rep->more_notes)
		strbuf_addf(&c->out, "  note: … and %u more notes\n", rep->more_notes);
	for (size_t k = 0; k < shown; k++) {
		const struct import_failure *f = &rep->failures[k];

		strbuf_add(&c->out, "  ! ");
		print_place(&c->out, f->file, f->line, f->column);
		strbuf_addf(&c->out, "%s; skipped  [%s]\n", f->message, err_name(f->code));
		if (f->hint[0])
			strbuf_addf(&c->out, "      %s\n", f->hint);
	}
	if (shown < rep->n_failures)
		strbuf_addf(&c->out, "  ! … and %zu more files\n", rep->n_failures - shown);
	if (rep->ignored)
		strbuf_addf(&c->out, "  %u other member%s of the archive ignored\n", rep->ignored,
			plural(rep->ignored));
}

static void print_text(struct cmd *c, const struct import_report *rep)
{
	LIST_FOREACH (i, rep, configs)
		print_config(c, i);
	print_remarks(c, rep);
	if (c->dry_run)
		strbuf_add(&c->out, "nothing was kept (--dry-run)\n");
	else
		LIST_FOREACH (i, rep, configs)
			strbuf_addf(&c->out, "next: wf %s %s\n",
				i->this_machine ? "up" : "generate",
				present_name(c->arena, i->peer, i->sponsor, i->this_machine));
}

/* Nothing went in, and of several files each has its own reason. */
static void print_failures(struct cmd *c, const struct import_report *rep)
{
	for (size_t k = 0; k < rep->n_failures && k < MAX_SHOWN; k++) {
		const struct import_failure *f = &rep->failures[k];
		struct err one = {0};

		err_set(&one, f->code, "%s", f->message);
		if (f->hint[0])
			err_hint(&one, "%s", f->hint);
		err_at(&one, f->file, f->line, f->column);
		c->ops.ui->warn(c->ops.ui->ctx, &one);
	}
}

static int run(struct cmd *c, struct err *e)
{
	struct import_options opt = {
		.paths = (const char *const *)c->argv,
		.n_paths = (size_t)c->argc,
		.sponsor = cmd_option(c, "sponsor"),
		.peer = cmd_option(c, "peer"),
		.ssh_host = cmd_option(c, "ssh-host"),
		.interface_name = cmd_option(c, "interface"),
		.address = cmd_option(c, "address"),
	};
	struct import_report rep = {0};
	int r;

	if (cmd_flag(c, "deployed") && cmd_flag(c, "not-deployed"))
		return err_set(e, E_USAGE, "--deployed and --not-deployed contradict each other");
	if (cmd_flag(c, "deployed"))
		opt.deployed = IMPORT_DEPLOYED_YES;
	else if (cmd_flag(c, "not-deployed"))
		opt.deployed = IMPORT_DEPLOYED_NO;
	r = import_run(&c->ops, &opt, &rep, e);
	if (r) {
		if (rep.n_failures > 1 && r == -E_FAILED)
			print_failures(c, &rep);
		return r;
	}
	if (c->json)
		print_json(c, &rep);
	else
		print_text(c, &rep);
	if (!rep.n_failures)
		return 0;
	return err_set(e, E_PARTLY, "%zu of %zu files %s left out", rep.n_failures,
		rep.n_failures + rep.files, rep.n_failures == 1 ? "was" : "were");
}

const struct command cmd_import = {
	.name = "import",
	.args = "PATH...",
	.summary = "take in what a provider sent",
	.help = "  PATH is a .conf, a directory of them, an archive (zip, tar.*), or - for "
		"standard\n"
		"  input. Files with the same key become one configuration with many servers.\n",
	.examples = "  wf import mullvad.zip\n  wf import work.conf --sponsor Work\n"
		    "  wf import phone.conf --sponsor Mullvad --peer phone",
	.options = options,
	.needs = NEED_DB_W | NEED_SECRETS,
	.min_args = 1,
	.max_args = -1,
	.json = true,
	.extramural = true,
	.run = run,
};
