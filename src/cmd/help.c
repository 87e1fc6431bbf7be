// SPDX-License-Identifier: GPL-2.0-or-later
/* wf help, and help text in general: made from the command table and nothing else. */
#include <string.h>

#include "cmd/args.h"
#include "cmd/rows.h"

#include "base/str.h"

static void options_text(struct strbuf *out, const struct option_row *o)
{
	for (; o && o->name; o++) {
		char left[48];

		snprintf(left, sizeof(left), "%s%c%s--%s%s%s", o->letter ? "-" : "",
			o->letter ? o->letter : ' ', o->letter ? ", " : "   ", o->name,
			o->arg ? " " : "", o->arg ? o->arg : "");
		strbuf_addf(out, "  %-27s %s\n", left, o->help);
	}
}

static void row_text(struct strbuf *out, const struct command *row)
{
	char left[64];

	snprintf(left, sizeof(left), "%s %s", row->name, row->args);
	strbuf_addf(out, "  %-34s %s\n", left, row->summary);
}

void help_overview(struct strbuf *out)
{
	strbuf_add(out,
		"wf keeps WireGuard configurations and makes them live.\n\n"
		"  wf import mullvad.zip      take in what a provider sent\n"
		"  wf up mullvad              connect\n"
		"  wf status                  what is up\n"
		"  wf down mullvad            disconnect\n\ncommands:\n");
	for (const struct command *const *r = commands; *r; r++)
		if (!(*r)->hidden)
			row_text(out, *r);
	strbuf_add(out, "\nflags, anywhere:\n");
	options_text(out, global_options);
}

void help_command(struct strbuf *out, const struct command *row)
{
	strbuf_addf(out, "%s\nwf %s%s%s\n  %s\n", row->examples, row->name, row->args[0] ? " " : "",
		row->args, row->summary);
	if (row->help[0])
		strbuf_addf(out, "%s", row->help);
	options_text(out, row->options);
	strbuf_add(out, "Global flags: wf --help.\n");
}

/* The verbs of a noun; false when it is none. */
static bool noun_text(struct strbuf *out, const char *noun)
{
	size_t n = strlen(noun), found = 0;

	for (const struct command *const *r = commands; *r; r++)
		if (strncmp((*r)->name, noun, n) == 0 && (*r)->name[n] == ' ') {
			row_text(out, *r);
			found++;
		}
	return found;
}

static int run(struct cmd *c, struct err *e)
{
	const char *name = c->argc ? c->argv[0] : NULL;
	const struct command *row;

	if (c->argc > 1)
		name = arena_printf(c->arena, "%s %s", c->argv[0], c->argv[1]);
	row = name ? command_find(name) : NULL;
	if (!name)
		help_overview(&c->out);
	else if (row)
		help_command(&c->out, row);
	else if (!noun_text(&c->out, name))
		return err_hint((err_set(e, E_NOT_FOUND, "there is no command '%s'", name), e),
			"'wf help' lists the commands");
	return 0;
}

const struct command cmd_help = {
	.name = "help",
	.args = "[VERB]",
	.summary = "help for a command, or all of them in short",
	.help = "",
	.examples = "  wf help up\n  wf help sponsor add",
	.max_args = 2,
	.run = run,
};
