// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables by libsmartcols. Knows columns and cells; what is in them comes escaped-to-be from the
 * caller and is escaped here, so that no name from a file steers the terminal.
 */
#include "ui/table.h"

#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct table {
	struct libscols_table *tb;
	struct libscols_line *line;
	size_t next;
};

struct table *table_new(const struct term *term)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t || !(t->tb = scols_new_table()))
		err_oom();
	scols_table_enable_ascii(t->tb, !term->utf8);
	/* Not on a terminal nothing is cut: scripts and files get whole names. */
	scols_table_enable_nowrap(t->tb, term->tty_out);
	if (!term->tty_out)
		scols_table_set_termforce(t->tb, SCOLS_TERMFORCE_NEVER);
	return t;
}

void table_column(struct table *t, const char *title, bool right)
{
	if (!scols_table_new_column(t->tb, title, 0, right ? SCOLS_FL_RIGHT : 0))
		err_oom();
}

void table_row(struct table *t)
{
	t->line = scols_table_new_line(t->tb, NULL);
	if (!t->line)
		err_oom();
	t->next = 0;
}

void table_cell(struct table *t, const char *text)
{
	char buf[512];

	str_escape(buf, sizeof(buf), str_empty(text) ? "-" : text);
	if (scols_line_set_data(t->line, t->next++, buf))
		err_oom();
}

void table_print(struct table *t, struct strbuf *out)
{
	char *s = NULL;

	if (scols_print_table_to_string(t->tb, &s))
		err_oom();
	if (s && *s) {
		strbuf_add(out, s);
		if (s[strlen(s) - 1] != '\n')
			strbuf_addc(out, '\n');
	}
	free(s);
	scols_unref_table(t->tb);
	free(t);
}
