// SPDX-License-Identifier: GPL-2.0-or-later
/* Help text, made from the command table and nothing else. */
#include "cmd/args.h"

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

void help_overview(struct strbuf *out)
{
	strbuf_add(out,
		"wf keeps WireGuard configurations and makes them live.\n\n"
		"  wf import mullvad.zip      take in what a provider sent\n"
		"  wf up mullvad              connect\n"
		"  wf status                  what is up\n"
		"  wf down mullvad            disconnect\n\ncommands:\n");
	for (const struct command *const *r = commands; *r; r++) {
		char left[64];

		snprintf(left, sizeof(left), "%s %s", (*r)->name, (*r)->args);
		strbuf_addf(out, "  %-34s %s\n", left, (*r)->summary);
	}
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
