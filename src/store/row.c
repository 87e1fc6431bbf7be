// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows as structs, by the description of a table. Knows how a field is bound, read, compared and
 * written; must not know what a table means. Statements are made from names of columns in this
 * program only.
 */
#include "store/row.h"

static const void *field(const struct column *c, const void *row)
{
	return (const char *)row + c->offset;
}

static const char *text_of(const struct column *c, const void *row)
{
	return *(const char *const *)field(c, row);
}

/* The number in a field; false when the field says NULL. */
static bool number_of(const struct column *c, const void *row, int64_t *ret)
{
	const void *f = field(c, row);

	switch (c->kind) {
	case COLUMN_TEXT: return false;
	case COLUMN_REF: *ret = *(const int64_t *)f; return *ret != 0;
	case COLUMN_MARK: *ret = *(const int64_t *)f; return *ret != -1;
	case COLUMN_INT: *ret = *(const int *)f; return true;
	case COLUMN_INT_ZERO: *ret = *(const int *)f; return *ret != 0;
	case COLUMN_INT_NEG: *ret = *(const int *)f; return *ret != -1;
	case COLUMN_BOOL: *ret = *(const bool *)f; return true;
	}
	return false;
}

static void bind(sqlite3_stmt *st, int i, const struct column *c, const void *row)
{
	int64_t number;

	if (c->kind == COLUMN_TEXT)
		sql_bind_text(st, i, text_of(c, row));
	else if (number_of(c, row, &number))
		sql_bind_int(st, i, number);
	else
		sqlite3_bind_null(st, i);
}

static bool is_null(sqlite3_stmt *st, int i)
{
	return sqlite3_column_type(st, i) == SQLITE_NULL;
}

static void read_field(const struct column *c, sqlite3_stmt *st, int i, struct arena *a, void *row)
{
	void *f = (char *)row + c->offset;
	int64_t number;

	if (c->kind == COLUMN_TEXT) {
		*(const char **)f = sql_column_text(st, i, a);
		return;
	}
	number = sqlite3_column_int64(st, i); /* 0 for NULL */
	switch (c->kind) {
	case COLUMN_TEXT: break;
	case COLUMN_REF: *(int64_t *)f = number; break;
	case COLUMN_MARK: *(int64_t *)f = is_null(st, i) ? -1 : number; break;
	case COLUMN_INT:
	case COLUMN_INT_ZERO: *(int *)f = (int)number; break;
	case COLUMN_INT_NEG: *(int *)f = is_null(st, i) ? -1 : (int)number; break;
	case COLUMN_BOOL: *(bool *)f = number != 0; break;
	}
}

int row_query(
	struct store *s, const struct table *t, const char *tail, sqlite3_stmt **ret, struct err *e)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	*ret = sql_find(s, t, tail);
	if (*ret)
		return 0;
	strbuf_add(&b, "SELECT ");
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct column *c = &t->columns[i];

		strbuf_addf(&b, "%s%s%s", i ? ", " : "", c->expr ? "" : "t.",
			c->expr ? c->expr : c->name);
	}
	strbuf_addf(&b, " FROM %s %s", t->from, tail);
	return sql_keep(s, t, tail, strbuf_str(&b), ret, e);
}

void row_read(const struct table *t, sqlite3_stmt *st, struct arena *a, void *row)
{
	for (size_t i = 0; i < t->n_columns; i++)
		read_field(&t->columns[i], st, (int)i, a, row);
}

int row_next(struct store *s, const struct table *t, sqlite3_stmt *st, struct arena *a, void *row,
	struct err *e)
{
	int r = sql_step(s, st, e);

	if (r > 0)
		row_read(t, st, a, row);
	return r;
}

int row_all(struct store *s, const struct table *t, sqlite3_stmt *st, struct arena *a, size_t size,
	struct row_list *ret, struct err *e)
{
	struct row_list l = {0};
	int r;

	while ((r = sql_step(s, st, e)) > 0) {
		void *row;

		l.items = arena_grow(a, l.items, l.n, &l.cap, size);
		row = (char *)l.items + l.n++ * size;
		memset(row, 0, size);
		row_read(t, st, a, row);
	}
	if (!r)
		*ret = l;
	return r;
}

static int insert_statement(
	struct store *s, const struct table *t, sqlite3_stmt **ret, struct err *e)
{
	static const char key[] = "insert";
	STRBUF_CLEANUP struct strbuf names = {0}, values = {0}, b = {0};

	*ret = sql_find(s, t, key);
	if (*ret)
		return 0;
	for (size_t i = 0; i < t->n_columns; i++) {
		if (t->columns[i].use == COLUMN_JOINED)
			continue;
		strbuf_addf(&names, "%s%s", names.len ? ", " : "", t->columns[i].name);
		strbuf_addf(&values, "%s?%zu", values.len ? ", " : "", i + 1);
	}
	strbuf_addf(&b, "INSERT INTO %s (%s) VALUES (%s)", t->name, strbuf_str(&names),
		strbuf_str(&values));
	return sql_keep(s, t, key, strbuf_str(&b), ret, e);
}

int row_insert(struct store *s, const struct table *t, void *row, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = insert_statement(s, t, &st, e);

	if (r)
		return r;
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct column *c = &t->columns[i];

		if (c->use == COLUMN_TIME && !text_of(c, row))
			sql_bind_text(st, (int)i + 1, s->now);
		else if (c->use != COLUMN_JOINED)
			bind(st, (int)i + 1, c, row);
	}
	r = sql_run(s, st, e);
	if (!r)
		*(int64_t *)((char *)row + t->columns[0].offset) = sqlite3_last_insert_rowid(s->db);
	return r;
}

static bool may_change(const struct column *c)
{
	return c->use == COLUMN_PLAIN || c->use == COLUMN_SEALED;
}

/* The last column is updated_at then. */
static bool has_times(const struct table *t)
{
	return t->columns[t->n_columns - 1].use == COLUMN_TIME;
}

static int update_statement(
	struct store *s, const struct table *t, sqlite3_stmt **ret, struct err *e)
{
	static const char key[] = "update";
	STRBUF_CLEANUP struct strbuf b = {0};

	*ret = sql_find(s, t, key);
	if (*ret)
		return 0;
	strbuf_addf(&b, "UPDATE %s SET ", t->name);
	for (size_t i = 0; i < t->n_columns; i++)
		if (may_change(&t->columns[i]))
			strbuf_addf(&b, "%s = ?%zu, ", t->columns[i].name, i + 1);
	if (has_times(t))
		strbuf_addf(&b, "updated_at = ?%zu", t->n_columns);
	else
		strbuf_add(&b, "id = ?1");
	strbuf_add(&b, " WHERE id = ?1");
	return sql_keep(s, t, key, strbuf_str(&b), ret, e);
}

int row_update(struct store *s, const struct table *t, const void *row, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = update_statement(s, t, &st, e);

	if (r)
		return r;
	bind(st, 1, &t->columns[0], row);
	for (size_t i = 1; i < t->n_columns; i++)
		if (may_change(&t->columns[i]))
			bind(st, (int)i + 1, &t->columns[i], row);
	if (has_times(t))
		sql_bind_text(st, (int)t->n_columns, s->now);
	return sql_run(s, st, e);
}

int row_delete(struct store *s, const struct table *t, int64_t id, struct err *e)
{
	static const char key[] = "delete";
	SQL_CLEANUP sqlite3_stmt *st = sql_find(s, t, key);
	int r;

	if (!st) {
		STRBUF_CLEANUP struct strbuf b = {0};

		strbuf_addf(&b, "DELETE FROM %s WHERE id = ?1", t->name);
		r = sql_keep(s, t, key, strbuf_str(&b), &st, e);
		if (r)
			return r;
	}
	sql_bind_int(st, 1, id);
	return sql_run(s, st, e);
}

static void json_field(struct jsonw *j, const struct column *c, const void *row)
{
	int64_t number;

	if (c->kind == COLUMN_TEXT)
		jsonw_kv_str(j, c->name, text_of(c, row));
	else if (number_of(c, row, &number))
		jsonw_kv_int(j, c->name, number);
	else
		jsonw_kv_null(j, c->name);
}

static bool field_is_null(const struct column *c, const void *row)
{
	int64_t number;

	return c->kind == COLUMN_TEXT ? !text_of(c, row) : !number_of(c, row, &number);
}

void row_members(struct jsonw *j, const struct table *t, const void *row)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (t->columns[i].use != COLUMN_JOINED && !field_is_null(&t->columns[i], row))
			json_field(j, &t->columns[i], row);
}

void row_json(struct jsonw *j, const struct table *t, const void *row)
{
	jsonw_object(j);
	row_members(j, t, row);
	jsonw_object_end(j);
}

static bool same(const struct column *c, const void *a, const void *b)
{
	int64_t x = 0, y = 0;

	if (c->kind == COLUMN_TEXT)
		return str_eq(text_of(c, a), text_of(c, b));
	return number_of(c, a, &x) == number_of(c, b, &y) && x == y;
}

unsigned row_difference(
	struct jsonw *j, const struct table *t, const void *a, const void *b, bool clear)
{
	unsigned n = 0;

	jsonw_object(j);
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct column *c = &t->columns[i];

		if (!may_change(c) || same(c, a, b))
			continue;
		n++;
		if (!clear || c->use != COLUMN_SEALED)
			json_field(j, c, b);
	}
	jsonw_object_end(j);
	return n;
}
