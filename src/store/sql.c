// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statements and errors of SQLite. Knows how a statement is prepared once and used often; must not
 * know a table. No text from outside ever becomes part of a statement: values are bound.
 */
#include "store/sql.h"

#include <stdlib.h>

static enum err_code code_of(int rc)
{
	switch (rc) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY: return E_EXISTS;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
	case SQLITE_CONSTRAINT_TRIGGER: return E_IN_USE;
	case SQLITE_IOERR_NOMEM: err_oom();
	}
	switch (rc & 0xff) {
	case SQLITE_NOMEM: err_oom();
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return E_BUSY;
	case SQLITE_PERM:
	case SQLITE_AUTH: return E_PERMISSION;
	default: return E_DB; /* SQLite's list of codes grows */
	}
}

int sql_error(struct store *s, struct err *e)
{
	enum err_code code = code_of(sqlite3_extended_errcode(s->db));

	if (code == E_BUSY)
		return err_set(e, code, "another program holds the database '%s'", s->path);
	return err_set(e, code, "database '%s': %s", s->path, sqlite3_errmsg(s->db));
}

sqlite3_stmt *sql_find(struct store *s, const void *owner, const char *text)
{
	for (size_t i = 0; i < s->n_cached; i++)
		if (s->cached[i].text == text && s->cached[i].owner == owner)
			return s->cached[i].st;
	return NULL;
}

int sql_keep(struct store *s, const void *owner, const char *text, const char *sql,
	sqlite3_stmt **ret, struct err *e)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK)
		return sql_error(s, e);
	if (s->n_cached == s->cap_cached) {
		size_t cap = s->cap_cached ? 2 * s->cap_cached : 16;
		struct sql_cached *more = reallocarray(s->cached, cap, sizeof(*more));

		if (!more)
			err_oom();
		s->cached = more;
		s->cap_cached = cap;
	}
	s->cached[s->n_cached++] = (struct sql_cached){.owner = owner, .text = text, .st = st};
	*ret = st;
	return 0;
}

int sql_get(struct store *s, const char *text, sqlite3_stmt **ret, struct err *e)
{
	sqlite3_stmt *st = sql_find(s, NULL, text);

	if (!st)
		return sql_keep(s, NULL, text, text, ret, e);
	*ret = st;
	return 0;
}

void sql_bind_text(sqlite3_stmt *st, int i, const char *text)
{
	if (text)
		sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, i);
}

void sql_bind_int(sqlite3_stmt *st, int i, int64_t value)
{
	sqlite3_bind_int64(st, i, value);
}

int sql_step(struct store *s, sqlite3_stmt *st, struct err *e)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : sql_error(s, e);
}

int sql_run(struct store *s, sqlite3_stmt *st, struct err *e)
{
	int r = sql_step(s, st, e);

	if (r > 0)
		return err_set(e, E_INTERNAL, "a statement gave a row where none can be");
	return r;
}

int sql_exec(struct store *s, const char *text, struct err *e)
{
	return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_error(s, e);
}

int sql_number(struct store *s, const char *text, int64_t *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s, text, &st, e);

	if (r)
		return r;
	r = sql_step(s, st, e);
	if (r < 0)
		return r;
	*ret = r ? sqlite3_column_int64(st, 0) : 0;
	return 0;
}

const char *sql_column_text(sqlite3_stmt *st, int i, struct arena *a)
{
	/* As a blob, because column_text would first make a terminated copy of its own. */
	const char *text = sqlite3_column_blob(st, i);

	if (text)
		return arena_strndup(a, text, (size_t)sqlite3_column_bytes(st, i));
	return sqlite3_column_type(st, i) == SQLITE_NULL ? NULL : "";
}

int sql_need_transaction(struct store *s, struct err *e)
{
	if (s->write && s->open_transaction)
		return 0;
	return err_set(e, E_INTERNAL, "a row can only be changed in a transaction");
}
