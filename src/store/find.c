// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looking rows up by name and number. Knows that a table has a name and an id; must not know more
 * of it. Names are matched by the database's own collation, so that what is unique and what is
 * found are the same.
 */
#include "store/find.h"

static int name_missing(
	struct store *s, const struct table *t, const char *what, const char *name, struct err *e)
{
	static const char key[] = "names";
	SQL_CLEANUP sqlite3_stmt *st = sql_find(s, t, key);
	STRBUF_CLEANUP struct strbuf b = {0};
	struct near near = {.wanted = name};
	int r = 0;

	if (!st) {
		strbuf_addf(&b, "SELECT name FROM %s", t->name);
		r = sql_keep(s, t, key, strbuf_str(&b), &st, e);
	}
	while (!r && (r = sql_step(s, st, e)) > 0) {
		near_offer(&near, (const char *)sqlite3_column_text(st, 0));
		r = 0;
	}
	if (r)
		return r;
	err_set(e, E_NOT_FOUND, "there is no %s '%s'", what, name);
	return near_hint(&near, e);
}

int find_by_name(struct store *s, const struct table *t, struct arena *a, const char *what,
	const char *name, void *row, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = row_query(s, t, "WHERE t.name = ?1", &st, e);

	if (r)
		return r;
	sql_bind_text(st, 1, name);
	r = row_next(s, t, st, a, row, e);
	return r > 0 ? 0 : r < 0 ? r : name_missing(s, t, what, name, e);
}

int find_by_id(struct store *s, const struct table *t, struct arena *a, int64_t id, void *row,
	struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = row_query(s, t, "WHERE t.id = ?2", &st, e);

	if (r)
		return r;
	sql_bind_int(st, 2, id);
	r = row_next(s, t, st, a, row, e);
	if (r == 0)
		return err_set(
			e, E_NOT_FOUND, "there is no %s with number %lld", t->name, (long long)id);
	return r < 0 ? r : 0;
}

int find_all(struct store *s, const struct table *t, struct arena *a, size_t size,
	struct row_list *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = row_query(s, t, "ORDER BY t.name", &st, e);

	return r ? r : row_all(s, t, st, a, size, ret, e);
}

int find_texts(struct store *s, sqlite3_stmt *st, struct arena *a, const char ***ret, size_t *ret_n,
	struct err *e)
{
	struct {
		LIST(const char *, texts);
	} l = {0};
	int r;

	while ((r = sql_step(s, st, e)) > 0)
		*LIST_PUSH(a, &l, texts) = sql_column_text(st, 0, a);
	if (r)
		return r;
	*ret = l.texts;
	*ret_n = l.n_texts;
	return 0;
}

int find_near(struct store *s, const char *text, int64_t id, struct near *near, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s, text, &st, e);

	if (r)
		return r;
	if (sqlite3_bind_parameter_count(st))
		sql_bind_int(st, 1, id);
	while ((r = sql_step(s, st, e)) > 0)
		near_offer(near, (const char *)sqlite3_column_text(st, 0));
	return r;
}
