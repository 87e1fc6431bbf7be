// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files of tests/samples/conf against expected.tsv there: what is accepted, what is refused
 * where and why, and for every accepted one its facts. Each row is what users' files taught.
 */
#include "conf_test.h"

#include <dirent.h>

#include "base/file.h"

#define DIR_NAME TOP_SRCDIR "/tests/samples/conf"

struct row {
	char *file, *verdict, *code;
	unsigned line, column;
	char *wants[16]; /* "note=…", "no-note", "message=…", "hint=…", "fact=…", "print=…" */
	size_t n_wants;
};

static char *cell(char **at)
{
	return strsep(at, "\t");
}

static bool read_row(char *line, struct row *row)
{
	char *at = line, *number, *want;

	memset(row, 0, sizeof(*row));
	row->file = cell(&at);
	row->verdict = cell(&at);
	row->code = cell(&at);
	number = cell(&at);
	if (!number || !str_to_u32(number, 0, 65535, &row->line))
		return false;
	number = cell(&at);
	if (!number || !str_to_u32(number, 0, 65535, &row->column))
		return false;
	while ((want = cell(&at)) && row->n_wants < 16)
		row->wants[row->n_wants++] = want;
	return !want;
}

static void check_refused(const struct row *row, const struct reading *rd)
{
	if (!ok(rd->r < 0, "%s is refused", row->file))
		return;
	is_str(err_name(rd->e.code), row->code, "%s: the code", row->file);
	is_int(rd->e.line, row->line, "%s: the line", row->file);
	is_int(rd->e.column, row->column, "%s: the column", row->file);
	is_str(rd->e.file, row->file, "%s: the file", row->file);
	ok(rd->e.hint[0], "%s: there is a way out", row->file);
}

/* "\n" stands for a line's end. */
static char *unescape(const char *s)
{
	struct strbuf b = {0};

	for (; *s; s++) {
		bool newline = s[0] == '\\' && s[1] == 'n';

		strbuf_addc(&b, newline ? '\n' : *s);
		s += newline;
	}
	return b.s;
}

static bool holds(const struct row *row, const char *want, const struct reading *rd)
{
	struct err e;
	char *text, *part;
	bool found;

	if (str_istarts(want, "message="))
		return strstr(rd->e.msg, want + 8);
	if (str_istarts(want, "hint="))
		return strstr(rd->e.hint, want + 5);
	if (rd->r < 0)
		return false;
	if (str_istarts(want, "note="))
		return note_with(&rd->c, want + 5);
	if (str_eq(want, "no-note"))
		return rd->c.n_notes == 0;
	text = str_istarts(want, "fact=") ? facts_of(&rd->c) : print_conf(&rd->c, &e);
	part = unescape(strchr(want, '=') + 1);
	found = text && strstr(text, part);
	if (!found)
		diag("%s: %s", row->file, text);
	free(part);
	free(text);
	return found;
}

static void check_row(const struct row *row)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct reading rd = {.a = arena_new()};
	char *path = arena_printf(a, "%s/%s", DIR_NAME, row->file), *text;
	size_t len;

	if (!ok(file_read(a, path, CONF_MAX_SIZE + 1, &text, &len, &rd.e) == 0, "%s: read",
		    row->file))
		return;
	rd.r = conf_parse(rd.a, row->file, text, len, &rd.c, &rd.e);
	if (str_eq(row->verdict, "accept"))
		ok(rd.r == 0, "%s is accepted %s", row->file, rd.r ? rd.e.msg : "");
	else
		check_refused(row, &rd);
	for (size_t i = 0; i < row->n_wants; i++)
		if (!ok(holds(row, row->wants[i], &rd), "%s: %s", row->file, row->wants[i]))
			diag("%s\n%s", rd.e.msg, rd.e.hint);
	ok(!reading_leaks(&rd), "%s: no key is shown", row->file);
	if (rd.r < 0)
		memset(&rd.c, 0, sizeof(rd.c));
	end_reading(&rd);
}

static unsigned count_files(void)
{
	DIR *d = opendir(DIR_NAME);
	struct dirent *entry;
	unsigned n = 0;

	while (d && (entry = readdir(d)))
		n += str_iends(entry->d_name, ".conf");
	if (d)
		closedir(d);
	return n;
}

int main(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct err e;
	struct row row;
	char *text, *line;
	unsigned rows = 0;
	size_t len;

	if (!ok(file_read(a, DIR_NAME "/expected.tsv", 1 << 20, &text, &len, &e) == 0,
		    "the table is there"))
		return done_testing();
	while ((line = strsep(&text, "\n"))) {
		if (!line[0] || line[0] == '#')
			continue;
		if (ok(read_row(line, &row), "the row '%.20s' is understood", line))
			check_row(&row);
		rows++;
	}
	is_int(rows, count_files(), "every sample has its row");
	return done_testing();
}
