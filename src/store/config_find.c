// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding configs, by what a person types or by what they have in common. Knows the grammar
 * "SPONSOR" and "PEER/SPONSOR"; must not know '@' and what stands behind it. Nothing is changed
 * here.
 */
#include "store/entities.h"
#include "store/find.h"

static int by_names(const void *a, const void *b)
{
	const struct config *x = a, *y = b;
	int d = str_icmp(x->sponsor_name, y->sponsor_name);

	return d ? d : str_icmp(x->peer_name, y->peer_name);
}

int store_config_list(struct store *s, struct arena *a, const struct config_filter *f,
	struct config_list *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	bool all = !f->sponsor && !f->peer && !f->only_this;
	struct row_list l;
	int r = row_query(s, &config_list_table,
		all ? ""
		    : "WHERE (?2 IS NULL OR s.name = ?2) AND (?3 IS NULL OR p.name = ?3)"
		      " AND (?4 = 0 OR p.machine_id = ?1)",
		&st, e);

	if (r)
		return r;
	sql_bind_text(st, 1, f->machine_id);
	if (!all) {
		sql_bind_text(st, 2, f->sponsor);
		sql_bind_text(st, 3, f->peer);
		sql_bind_int(st, 4, f->only_this);
	}
	r = row_all(s, &config_list_table, st, a, sizeof(struct config), &l, e);
	if (r)
		return r;
	/* Here, because SQLite would carry whole rows through its sorter. */
	if (l.n)
		qsort(l.items, l.n, sizeof(struct config), by_names);
	ROW_LIST_GIVE(l, ret);
	return 0;
}

/* A name without a device that only other devices have is the likeliest mistake; it goes first. */
static int on_other_devices(
	struct store *s, struct arena *a, const char *sponsor, const char **ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s,
		"SELECT group_concat('''' || p.name || '/' || s.name || '''', ', ')"
		" FROM extramural_config t JOIN local_peer p ON p.id = t.local_peer_id"
		" JOIN sponsor s ON s.id = t.sponsor_id WHERE s.name = ?1",
		&st, e);

	if (r)
		return r;
	sql_bind_text(st, 1, sponsor);
	r = sql_step(s, st, e);
	if (r > 0)
		*ret = sql_column_text(st, 0, a);
	return r < 0 ? r : 0;
}

static int not_found(struct store *s, const char *name, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct near near = {.wanted = name};
	const char *others = NULL;
	int r = on_other_devices(s, a, name, &others, e);

	if (!r && !others)
		r = find_near(s,
			"SELECT s.name FROM sponsor s"
			" WHERE EXISTS (SELECT 1 FROM extramural_config WHERE sponsor_id = s.id)"
			" UNION ALL SELECT p.name || '/' || s.name FROM extramural_config t"
			" JOIN local_peer p ON p.id = t.local_peer_id"
			" JOIN sponsor s ON s.id = t.sponsor_id",
			0, &near, e);
	if (r)
		return r;
	if (!others) {
		err_set(e, E_NOT_FOUND, "there is no config '%s'", name);
		return near_hint(&near, e);
	}
	err_set(e, E_NOT_FOUND, "this machine has no config at '%s'", name);
	return err_hint(e, "other devices do: %s", others);
}

int store_config_get(struct store *s, struct arena *a, const char *name, const char *machine_id,
	struct config *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	const char *slash = strchr(name, '/');
	int r = slash
		? row_query(s, &config_table, "WHERE p.name = ?3 AND s.name = ?2", &st, e)
		: row_query(s, &config_table, "WHERE p.machine_id = ?1 AND s.name = ?2", &st, e);

	if (r)
		return r;
	sql_bind_text(st, 1, machine_id);
	sql_bind_text(st, 2, slash ? slash + 1 : name);
	if (slash)
		sql_bind_text(st, 3, arena_strndup(a, name, (size_t)(slash - name)));
	r = row_next(s, &config_table, st, a, ret, e);
	return r > 0 ? 0 : r < 0 ? r : not_found(s, name, e);
}

int store_config_find(struct store *s, struct arena *a, int64_t peer_id, int64_t sponsor_id,
	struct config *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = row_query(
		s, &config_table, "WHERE t.local_peer_id = ?2 AND t.sponsor_id = ?3", &st, e);

	if (r)
		return r;
	sql_bind_int(st, 2, peer_id);
	sql_bind_int(st, 3, sponsor_id);
	r = row_next(s, &config_table, st, a, ret, e);
	if (r == 0)
		return err_set(e, E_NOT_FOUND, "the device has no config at this sponsor");
	return r < 0 ? r : 0;
}

int store_config_same_key(struct store *s, struct arena *a, const char *public_key,
	int64_t except_id, const char ***ret, size_t *ret_n, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s,
		"SELECT p.name || '/' || s.name FROM extramural_config t"
		" JOIN local_peer p ON p.id = t.local_peer_id JOIN sponsor s ON s.id = t.sponsor_id"
		" WHERE t.local_public_key = ?1 AND t.id <> ?2 ORDER BY p.name, s.name",
		&st, e);

	if (r)
		return r;
	sql_bind_text(st, 1, public_key);
	sql_bind_int(st, 2, except_id);
	return find_texts(s, st, a, ret, ret_n, e);
}

static int interface_taken(
	struct store *s, int64_t peer_id, const char *name, bool *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s,
		"SELECT 1 FROM extramural_config WHERE local_peer_id = ?1 AND interface_name = ?2",
		&st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, peer_id);
	sql_bind_text(st, 2, name);
	r = sql_step(s, st, e);
	*ret = r > 0;
	return r < 0 ? r : 0;
}

int store_interface_name(struct store *s, struct arena *a, int64_t peer_id, const char *wanted,
	const char **ret, struct err *e)
{
	const int max = 15; /* IFNAMSIZ without the end */
	const char *name = NULL, *end = "";
	bool taken = true;
	int r = 0;

	for (unsigned n = 1; taken; n++) {
		if (n > 1)
			end = arena_printf(a, "-%u", n);
		name = arena_printf(a, "%.*s%s", max - (int)strlen(end), wanted, end);
		r = store_interface_check(name, e);
		if (!r)
			r = interface_taken(s, peer_id, name, &taken, e);
		if (r)
			return r;
	}
	*ret = name;
	return 0;
}
