// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables. Knows columns and cells; what is in them comes as it is from the caller and is escaped
 * here, so that no name from a file steers the terminal. On a terminal a line is cut to its width;
 * elsewhere nothing is cut.
 */
#include "ui/table.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/arena.h"
#include "base/err.h"

#define MAX_CELL 512 /* bytes, escaped */
#define NARROW	 10  /* a column is not cut below this; no title is longer */

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
	char text[MAX_CELL];
	size_t n = 0;
	int width;

	while (n < len && (unsigned char)s[n] < 0x80)
		n++;
	if (n == len)
		return len;
	use_locale();
	memcpy(text, s, len);
	text[len] = '\0';
	n = mbstowcs(wide, text, MAX_CELL);
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

static void print_lines(const struct table *t, struct strbuf *out)
{
	for (size_t i = 0; i < t->n_columns; i++)
		add_padded(out, t, i, t->columns[i].title, strlen(t->columns[i].title));
	for (size_t i = 0; i < t->n_cells; i++)
		add_padded(out, t, i % t->n_columns, t->cells[i].text, t->cells[i].width);
}

/* Columns of the terminal; 0 = nothing has to fit. */
static size_t room_of(const struct term *term)
{
	struct winsize ws;

	return term->tty_out && ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 ? ws.ws_col : 0;
}

/* Takes from the widest column, cell by cell, until a line fits or all are narrow. */
static void fit(struct table *t, size_t room)
{
	size_t total = t->n_columns - 1;

	LIST_FOREACH (c, t, columns)
		total += c->width;
	while (total > room) {
		struct column *widest = t->columns;

		LIST_FOREACH (c, t, columns)
			if (c->width > widest->width)
				widest = c;
		if (widest->width <= NARROW)
			return;
		widest->width--;
		total--;
	}
}

/* As much of the cell as its column shows, with a sign that there is more. */
static void cut(const struct table *t, struct cell *cell, size_t width)
{
	const char *more = t->term->utf8 ? "\u2026" : "~";
	size_t len = strlen(cell->text);

	if (cell->width <= width)
		return;
	while (len && width_of(cell->text, len) >= width)
		do
			len--;
		while (len && ((unsigned char)cell->text[len] & 0xc0) == 0x80);
	cell->width = width_of(cell->text, len) + 1;
	cell->text = arena_printf(t->arena, "%.*s%s", (int)len, cell->text, more);
}

void table_print(struct table *t, struct strbuf *out)
{
	size_t room = room_of(t->term);

	if (room && t->n_cells) {
		fit(t, room);
		for (size_t i = 0; i < t->n_cells; i++)
			cut(t, &t->cells[i], t->columns[i % t->n_columns].width);
	}
	if (t->n_cells)
		print_lines(t, out);
	arena_free(t->arena);
}
