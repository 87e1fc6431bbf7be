// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables. Knows columns and cells; what is in them comes as it is from the caller and is escaped
 * here, so that no name from a file steers the terminal. On a terminal libsmartcols cuts the lines
 * to its width; elsewhere nothing is cut, and padding is all there is to do.
 */
#include "ui/table.h"

#include <libsmartcols.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/arena.h"
#include "base/err.h"

#define MAX_CELL 512 /* bytes, escaped */

struct column {
	const char *title;
	bool right;
	size_t width; /* in character cells */
};

struct cell {
	const char *text;
	size_t width;
};

struct table {
	const struct term *term;
	struct arena *arena;
	LIST(struct column, columns);
	LIST(struct cell, cells); /* row by row */
};

struct table *table_new(const struct term *term)
{
	struct arena *a = arena_new();
	struct table *t = ARENA_NEW(a, struct table);

	t->arena = a;
	t->term = term;
	return t;
}

void table_column(struct table *t, const char *title, bool right)
{
	struct column *c = LIST_PUSH(t->arena, t, columns);

	c->title = title;
	c->right = right;
	c->width = strlen(title);
}

void table_row(struct table *t)
{
	/* A row that was not filled to its end is filled with what stands for nothing. */
	while (t->n_cells % t->n_columns)
		table_cell(t, NULL);
}

/* Only for what needs it: loading the locale takes longer than printing most tables. */
static void use_locale(void)
{
	static bool done;

	if (!done)
		setlocale(LC_CTYPE, "");
	done = true;
}

static size_t width_of(const char *s, size_t len)
{
	wchar_t wide[MAX_CELL];
	size_t n = 0;
	int width;

	while (n < len && (unsigned char)s[n] < 0x80)
		n++;
	if (n == len)
		return len;
	use_locale();
	n = mbstowcs(wide, s, MAX_CELL);
	width = n == (size_t)-1 ? -1 : wcswidth(wide, n);
	return width < 0 ? len : (size_t)width;
}

void table_cell(struct table *t, const char *text)
{
	struct column *c = &t->columns[t->n_cells % t->n_columns];
	struct cell *cell = LIST_PUSH(t->arena, t, cells);
	char buf[MAX_CELL];
	size_t len = str_escape(buf, sizeof(buf), str_empty(text) ? "-" : text);

	cell->text = arena_strndup(t->arena, buf, len);
	cell->width = width_of(buf, len);
	if (cell->width > c->width)
		c->width = cell->width;
}

static void add_spaces(struct strbuf *out, size_t n)
{
	static const char spaces[] = "                                ";
	const size_t most = sizeof(spaces) - 1;

	for (; n > most; n -= most)
		strbuf_addn(out, spaces, most);
	strbuf_addn(out, spaces, n);
}

static void add_padded(
	struct strbuf *out, const struct table *t, size_t column, const char *text, size_t width)
{
	const struct column *c = &t->columns[column];
	bool last = column + 1 == t->n_columns;

	if (c->right)
		add_spaces(out, c->width - width);
	strbuf_add(out, text);
	if (!c->right && !last)
		add_spaces(out, c->width - width);
	strbuf_addc(out, last ? '\n' : ' ');
}

static void print_whole(const struct table *t, struct strbuf *out)
{
	for (size_t i = 0; i < t->n_columns; i++)
		add_padded(out, t, i, t->columns[i].title, strlen(t->columns[i].title));
	for (size_t i = 0; i < t->n_cells; i++)
		add_padded(out, t, i % t->n_columns, t->cells[i].text, t->cells[i].width);
}

static void print_fitted(const struct table *t, struct strbuf *out)
{
	struct libscols_table *tb = scols_new_table();
	struct libscols_line *line = NULL;
	char *s = NULL;

	if (!tb)
		err_oom();
	use_locale();
	scols_table_enable_ascii(tb, !t->term->utf8);
	scols_table_enable_nowrap(tb, 1);
	LIST_FOREACH (c, t, columns)
		if (!scols_table_new_column(tb, c->title, 0, c->right ? SCOLS_FL_RIGHT : 0))
			err_oom();
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t column = i % t->n_columns;

		if (!column && !(line = scols_table_new_line(tb, NULL)))
			err_oom();
		if (scols_line_set_data(line, column, t->cells[i].text))
			err_oom();
	}
	if (scols_print_table_to_string(tb, &s))
		err_oom();
	if (s && *s) {
		strbuf_add(out, s);
		if (s[strlen(s) - 1] != '\n')
			strbuf_addc(out, '\n');
	}
	free(s);
	scols_unref_table(tb);
}

void table_print(struct table *t, struct strbuf *out)
{
	if (t->n_cells && t->term->tty_out)
		print_fitted(t, out);
	else if (t->n_cells)
		print_whole(t, out);
	arena_free(t->arena);
}
