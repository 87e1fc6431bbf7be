// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands a config brings for up and down. Knows the row; must not know what a command does or
 * whether it may run. What is stored are the bytes as they were read.
 */
#include "store/entities.h"
#include "store/find.h"
#include "store/log.h"

static const struct column columns[] = {
	COLUMN(struct command_pair, id, "id", REF, FIXED),
	/* The design document's general reference, kept beside the one with a foreign key. */
	COLUMN(struct command_pair, config_id, "entity_id", REF, FIXED),
	COLUMN(struct command_pair, config_id, "extramural_config_id", REF, FIXED),
	COLUMN(struct command_pair, pattern_name, "pattern_name", TEXT, PLAIN),
	COLUMN(struct command_pair, rationale, "rationale", TEXT, PLAIN),
	COLUMN(struct command_pair, scope, "scope", TEXT, PLAIN),
	COLUMN(struct command_pair, up_phase, "up_phase", TEXT, PLAIN),
	COLUMN(struct command_pair, down_phase, "down_phase", TEXT, PLAIN),
	COLUMN(struct command_pair, up_commands, "up_commands", TEXT, SEALED),
	COLUMN(struct command_pair, down_commands, "down_commands", TEXT, SEALED),
	COLUMN(struct command_pair, variables, "variables", TEXT, SEALED),
	COLUMN(struct command_pair, execution_order, "execution_order", INT, PLAIN),
	COLUMN(struct command_pair, enabled, "enabled", BOOL, PLAIN),
	COLUMN(struct command_pair, trusted_hash, "trusted_hash", TEXT, PLAIN),
	COLUMN(struct command_pair, trusted_at, "trusted_at", TEXT, PLAIN),
};
const struct table command_table = TABLE("command_pair", "command_pair t", columns);

static void json_commands(struct jsonw *j, const struct command_pair *rows, size_t n)
{
	jsonw_key(j, "commands");
	jsonw_array(j);
	for (size_t i = 0; i < n; i++)
		row_json(j, &command_table, &rows[i]);
	jsonw_array_end(j);
}

static const char *commands_json(struct strbuf *b, const struct command_pair *rows, size_t n)
{
	struct jsonw j;

	if (!n)
		return NULL;
	jsonw_begin(&j, b);
	jsonw_object(&j);
	json_commands(&j, rows, n);
	jsonw_object_end(&j);
	return strbuf_str(b);
}

/* What stood there and what stands there now; either may be none. */
static int log_commands(struct store *s, int64_t config_id, const struct command_pair_list *old,
	const struct command_pair_list *fresh, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf was = {0}, is = {0};
	const char *name;
	int r;

	if (config_id >= s->fresh_config)
		return 0;
	r = config_full_name(s, a, config_id, &name, e);
	if (r)
		return r;
	return log_json(s, "config_edited", "config", config_id, name,
		old ? commands_json(&was, old->items, old->n_items) : NULL,
		fresh ? commands_json(&is, fresh->items, fresh->n_items) : NULL, e);
}

static struct command_pair_list list_of(const struct command_pair *p)
{
	return (struct command_pair_list){.items = (struct command_pair *)p, .n_items = 1};
}

int store_command_add(struct store *s, struct command_pair *p, struct err *e)
{
	struct command_pair_list fresh;
	int r = change_prepare(s, e);

	if (!r)
		r = row_insert(s, &command_table, p, e);
	if (r)
		return r;
	fresh = list_of(p);
	return log_commands(s, p->config_id, NULL, &fresh, e);
}

int store_command_update(struct store *s, const struct command_pair *p, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf b = {0};
	struct command_pair_list was, is = list_of(p);
	struct command_pair old;
	struct jsonw j;
	int r = change_prepare(s, e);

	if (r || (r = find_by_id(s, &command_table, a, p->id, &old, e)))
		return r;
	jsonw_begin(&j, &b);
	if (!row_difference(&j, &command_table, &old, p, false))
		return 0;
	was = list_of(&old);
	r = row_update(s, &command_table, p, e);
	return r ? r : log_commands(s, p->config_id, &was, &is, e);
}

int store_command_remove(struct store *s, const struct command_pair_list *l, struct err *e)
{
	int r = 0;

	if (!l->n_items || (r = change_prepare(s, e)))
		return r;
	LIST_FOREACH (p, l, items)
		if ((r = row_delete(s, &command_table, p->id, e)))
			return r;
	return log_commands(s, l->items[0].config_id, l, NULL, e);
}

int store_command_list(struct store *s, struct arena *a, int64_t config_id,
	struct command_pair_list *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	struct row_list l;
	int r = row_query(s, &command_table,
		"WHERE t.extramural_config_id = ?1 ORDER BY t.execution_order, t.id", &st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, config_id);
	r = row_all(s, &command_table, st, a, sizeof(struct command_pair), &l, e);
	if (!r)
		ROW_LIST_GIVE(l, ret);
	return r;
}

int command_members(struct store *s, struct jsonw *j, int64_t config_id, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct command_pair_list l = {0};
	int r = store_command_list(s, a, config_id, &l, e);

	if (!r)
		json_commands(j, l.items, l.n_items);
	return r;
}
