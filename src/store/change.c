// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one door for changes. Knows the history's three tables and how a snapshot of all others is
 * made; must not know what a change means. The snapshot a change names is older than the change,
 * and both stand in the transaction that changes the row, or neither does.
 */
#include "store/change.h"

#include "store/row.h"

static const struct table *const tables[] = {&ssh_host_table, &sponsor_table, &local_peer_table,
	&config_table, &server_table, &command_table};

/* By SQLite itself: a large database is never turned into structs for this. */
static void add_snapshot_sql(struct strbuf *b, const struct table *t)
{
	const char *comma = "";

	strbuf_addf(b, ", '%s', json_object('columns', json_array(", t->name);
	for (size_t i = 0; i < t->n_columns; i++, comma = ", ")
		if (t->columns[i].use != COLUMN_JOINED)
			strbuf_addf(b, "%s'%s'", comma, t->columns[i].name);
	strbuf_add(b, "), 'rows', (SELECT json_group_array(json_array(");
	comma = "";
	for (size_t i = 0; i < t->n_columns; i++, comma = ", ")
		if (t->columns[i].use != COLUMN_JOINED)
			strbuf_addf(b, "%s%s", comma, t->columns[i].name);
	strbuf_addf(b, ")) FROM %s))", t->name);
}

static int snapshot_statement(struct store *s, sqlite3_stmt **ret, struct err *e)
{
	static const char key[] = "snapshot";
	STRBUF_CLEANUP struct strbuf b = {0};

	*ret = sql_find(s, NULL, key);
	if (*ret)
		return 0;
	strbuf_add(&b,
		"INSERT INTO extramural_state_snapshot (created_at, description, snapshot_data)"
		" VALUES (?1, ?2, json_object('schema', 'wf.snapshot/1'");
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		add_snapshot_sql(&b, tables[i]);
	strbuf_add(&b, "))");
	return sql_keep(s, NULL, key, strbuf_str(&b), ret, e);
}

int change_snapshot(struct store *s, const char *description, int64_t *ret_id, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_need_transaction(s, e);

	if (!r)
		r = snapshot_statement(s, &st, e);
	if (r)
		return r;
	sql_bind_text(st, 1, s->now);
	sql_bind_text(st, 2, description);
	r = sql_run(s, st, e);
	if (r)
		return err_wrap(e, "cannot make a snapshot");
	s->snapshot_id = sqlite3_last_insert_rowid(s->db);
	*ret_id = s->snapshot_id;
	return 0;
}

int change_prepare(struct store *s, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int64_t ignored;
	int r = sql_need_transaction(s, e);

	if (r || s->snapshot_id)
		return r;
	r = sql_get(s,
		"SELECT id FROM extramural_state_snapshot WHERE id ="
		" (SELECT max(id) FROM extramural_state_snapshot)"
		" AND substr(created_at, 1, 10) >= substr(?1, 1, 10)",
		&st, e);
	if (r)
		return r;
	sql_bind_text(st, 1, s->now);
	r = sql_step(s, st, e);
	if (r == 0)
		return change_snapshot(s, NULL, &ignored, e);
	if (r > 0)
		s->snapshot_id = sqlite3_column_int64(st, 0);
	return r < 0 ? r : 0;
}

int event_record(struct store *s, const struct event *v, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_need_transaction(s, e);

	if (!r)
		r = sql_get(s,
			"INSERT INTO event (at, actor, verb, noun, object, old, new, result)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
			&st, e);
	if (r)
		return r;
	sql_bind_text(st, 1, s->now);
	sql_bind_text(st, 2, s->actor);
	sql_bind_text(st, 3, s->verb);
	sql_bind_text(st, 4, v->noun);
	sql_bind_text(st, 5, v->object);
	sql_bind_text(st, 6, v->old);
	sql_bind_text(st, 7, v->new);
	sql_bind_text(st, 8, v->result);
	return sql_run(s, st, e);
}

int change_record(struct store *s, const struct change *c, struct err *e)
{
	const struct event v = {.noun = c->entity_type,
		.object = c->entity_name,
		.old = c->clear_old,
		.new = c->clear_new,
		.result = "ok"};
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = change_prepare(s, e);

	if (!r)
		r = sql_get(s,
			"INSERT INTO extramural_state_change (snapshot_id, change_type, "
			"entity_type,"
			" entity_id, entity_name, old_value, new_value, created_at)"
			" VALUES (?1, ?2, ?3, nullif(?4, 0), ?5, ?6, ?7, ?8)",
			&st, e);
	if (r)
		return r;
	sql_bind_int(st, 1, s->snapshot_id);
	sql_bind_text(st, 2, c->type);
	sql_bind_text(st, 3, c->entity_type);
	sql_bind_int(st, 4, c->entity_id);
	sql_bind_text(st, 5, c->entity_name);
	sql_bind_text(st, 6, c->old_value);
	sql_bind_text(st, 7, c->new_value);
	sql_bind_text(st, 8, s->now);
	r = sql_run(s, st, e);
	return r ? r : event_record(s, &v, e);
}
