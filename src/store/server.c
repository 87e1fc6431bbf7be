// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Servers and their slots. Knows that all slots of one server are active together and that a config
 * with servers always has an active one; the triggers of the schema hold the rest. Must not know
 * how a server is used.
 */
#include "store/entities.h"
#include "store/find.h"
#include "store/log.h"

static const struct column columns[] = {
	COLUMN(struct server_slot, id, "id", REF, FIXED),
	COLUMN(struct server_slot, config_id, "config_id", REF, FIXED),
	COLUMN(struct server_slot, server, "server", TEXT, PLAIN),
	COLUMN(struct server_slot, slot, "slot", INT, PLAIN),
	COLUMN(struct server_slot, name, "name", TEXT, PLAIN),
	COLUMN(struct server_slot, country, "country", TEXT, PLAIN),
	COLUMN(struct server_slot, city, "city", TEXT, PLAIN),
	COLUMN(struct server_slot, host, "host", TEXT, PLAIN),
	COLUMN(struct server_slot, public_key, "public_key", TEXT, PLAIN),
	COLUMN(struct server_slot, endpoint, "endpoint", TEXT, PLAIN),
	COLUMN(struct server_slot, allowed_ips, "allowed_ips", TEXT, PLAIN),
	COLUMN(struct server_slot, preshared_key, "preshared_key", TEXT, SEALED),
	COLUMN(struct server_slot, keepalive, "persistent_keepalive", INT_NEG, PLAIN),
	COLUMN(struct server_slot, is_active, "is_active", BOOL, FIXED),
	COLUMN(struct server_slot, private_key, "local_private_key", TEXT, SEALED),
	COLUMN(struct server_slot, own_ipv4, "assigned_ipv4", TEXT, PLAIN),
	COLUMN(struct server_slot, own_ipv6, "assigned_ipv6", TEXT, PLAIN),
	COLUMN(struct server_slot, own_address_order, "address_order", TEXT, PLAIN),
	COLUMN(struct server_slot, own_dns, "dns_servers", TEXT, PLAIN),
	COLUMN(struct server_slot, extras, "extras", TEXT, SEALED),
	COLUMN_TIMES(struct server_slot),
};
const struct table server_table = TABLE("extramural_peer", "extramural_peer t", columns);

#define BY_SERVER " ORDER BY t.server, t.slot"

static int rows(
	struct store *s, sqlite3_stmt *st, struct arena *a, struct server_list *ret, struct err *e)
{
	struct row_list l;
	int r = row_all(s, &server_table, st, a, sizeof(struct server_slot), &l, e);

	if (!r)
		ROW_LIST_GIVE(l, ret);
	return r;
}

/* The tail's ?1 is the config, ?2 the text when it has one. */
static int query(struct store *s, struct arena *a, const char *tail, int64_t config_id,
	const char *text, struct server_list *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = row_query(s, &server_table, tail, &st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, config_id);
	if (text)
		sql_bind_text(st, 2, text);
	return rows(s, st, a, ret, e);
}

static int full_name(struct store *s, struct arena *a, int64_t config_id, const char *server,
	const char **ret, struct err *e)
{
	const char *config;
	int r = config_full_name(s, a, config_id, &config, e);

	if (!r)
		*ret = arena_printf(a, "%s@%s", config, server);
	return r;
}

/* The first server becomes active, and what belongs to the active one is. */
static int decide_active(struct store *s, struct server_slot *p, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s,
		"SELECT server = ?2 FROM extramural_peer WHERE config_id = ?1 AND is_active = 1"
		" LIMIT 1",
		&st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, p->config_id);
	sql_bind_text(st, 2, p->server);
	r = sql_step(s, st, e);
	if (r < 0)
		return r;
	if (r == 0 || sqlite3_column_int(st, 0))
		p->is_active = true;
	return 0;
}

static int log_add(struct store *s, const struct server_slot *p, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *name;
	int r;

	if (p->config_id >= s->fresh_config)
		return 0;
	r = full_name(s, a, p->config_id, p->server, &name, e);
	return r ? r : log_added(s, "peer_added", "peer", name, &server_table, p, e);
}

int store_server_add(struct store *s, struct server_slot *p, struct err *e)
{
	struct server_slot row = *p;
	int r = store_text_check("name of the server", p->server, e);

	if (!r)
		r = change_prepare(s, e);
	if (!r)
		r = decide_active(s, &row, e);
	if (!r)
		r = row_insert(s, &server_table, &row, e);
	if (r == -E_EXISTS)
		return err_set(e, E_EXISTS, "the config already has a server '%s'", p->server);
	if (!r)
		r = log_add(s, &row, e);
	if (!r)
		*p = row;
	return r;
}

int store_server_update(struct store *s, const struct server_slot *p, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct server_slot old;
	const char *name;
	int r = store_text_check("name of the server", p->server, e);

	if (!r)
		r = change_prepare(s, e);
	if (!r)
		r = find_by_id(s, &server_table, a, p->id, &old, e);
	if (!r)
		r = full_name(s, a, old.config_id, old.server, &name, e);
	if (!r)
		r = log_update(s, "peer_edited", "peer", name, &server_table, &old, p, e);
	if (r == -E_EXISTS)
		return err_set(e, E_EXISTS, "the config already has a server '%s'", p->server);
	return r;
}

int store_server_list(
	struct store *s, struct arena *a, int64_t config_id, struct server_list *ret, struct err *e)
{
	return query(s, a, "WHERE t.config_id = ?1" BY_SERVER, config_id, NULL, ret, e);
}

int store_server_active(
	struct store *s, struct arena *a, int64_t config_id, struct server_list *ret, struct err *e)
{
	struct server_list l;
	int r = query(s, a, "WHERE t.config_id = ?1 AND t.is_active = 1 ORDER BY t.slot", config_id,
		NULL, &l, e);

	if (r)
		return r;
	if (!l.n_items)
		return err_set(e, E_NOT_FOUND, "the config has no server");
	*ret = l;
	return 0;
}

static int no_server(struct store *s, int64_t config_id, const char *what, struct err *e)
{
	struct near near = {.wanted = what};
	int r = find_near(s,
		"SELECT server FROM extramural_peer WHERE config_id = ?1 "
		"UNION SELECT city FROM extramural_peer"
		" WHERE config_id = ?1 AND city IS NOT NULL",
		config_id, &near, e);

	if (r)
		return r;
	err_set(e, E_NOT_FOUND, "there is no server '%s'", what);
	return near_hint(&near, e);
}

int store_server_match(struct store *s, struct arena *a, int64_t config_id, const char *what,
	struct server_list *ret, struct err *e)
{
#define SERVERS_WITH(where)                                                                        \
	"WHERE t.config_id = ?1 AND t.server IN (SELECT server FROM extramural_peer"               \
	" WHERE config_id = ?1 AND (" where "))" BY_SERVER
	static const char *const tails[] = {
		"WHERE t.config_id = ?1 AND t.server = ?2" BY_SERVER,
		SERVERS_WITH("host = ?2 OR name = ?2 OR city = ?2 OR country = ?2"),
		/* A prefix as a range would be quicker, but wrong behind the last letter. */
		SERVERS_WITH("substr(server, 1, length(?2)) = ?2 COLLATE NOCASE"
			     " OR substr(host, 1, length(?2)) = ?2 COLLATE NOCASE"
			     " OR substr(city, 1, length(?2)) = ?2 COLLATE NOCASE"),
	};
#undef SERVERS_WITH
	struct server_list l = {0};
	int r = 0;

	if (str_empty(what))
		return err_set(e, E_USAGE, "the name of the server is empty");
	for (size_t i = 0; !r && !l.n_items && i < sizeof(tails) / sizeof(*tails); i++)
		r = query(s, a, tails[i], config_id, what, &l, e);
	if (r)
		return r;
	if (!l.n_items)
		return no_server(s, config_id, what, e);
	*ret = l;
	return 0;
}

static int log_switch(
	struct store *s, int64_t config_id, const char *from, const char *to, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf was = {0}, is = {0};
	struct change c = {
		.type = "active_switched", .entity_type = "config", .entity_id = config_id};
	struct jsonw j;
	int r = config_full_name(s, a, config_id, &c.entity_name, e);

	if (r)
		return r;
	jsonw_begin(&j, &was);
	jsonw_object(&j);
	jsonw_kv_str(&j, "server", from);
	jsonw_object_end(&j);
	jsonw_begin(&j, &is);
	jsonw_object(&j);
	jsonw_kv_str(&j, "server", to);
	jsonw_object_end(&j);
	c.old_value = c.clear_old = strbuf_str(&was);
	c.new_value = c.clear_new = strbuf_str(&is);
	return change_record(s, &c, e);
}

static int set_active(struct store *s, int64_t config_id, const char *server, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s,
		"UPDATE extramural_peer SET is_active = 1 WHERE config_id = ?1 AND server = ?2",
		&st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, config_id);
	sql_bind_text(st, 2, server);
	r = sql_run(s, st, e);
	if (r)
		return r;
	return sqlite3_changes(s->db) ? 0 : no_server(s, config_id, server, e);
}

int store_server_activate(struct store *s, int64_t config_id, const char *server, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct server_list old = {0};
	int r = change_prepare(s, e);

	if (!r)
		r = store_server_active(s, a, config_id, &old, e);
	if (r == -E_NOT_FOUND)
		return no_server(s, config_id, server, e);
	if (!r && str_ieq(old.items[0].server, server))
		return 0;
	if (!r)
		r = set_active(s, config_id, server, e);
	return r ? r : log_switch(s, config_id, old.items[0].server, server, e);
}

static int delete_server(struct store *s, int64_t config_id, const char *server, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(
		s, "DELETE FROM extramural_peer WHERE config_id = ?1 AND server = ?2", &st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, config_id);
	sql_bind_text(st, 2, server);
	return sql_run(s, st, e);
}

static int is_last(struct store *s, int64_t config_id, const char *server, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s,
		"SELECT 1 FROM extramural_peer WHERE config_id = ?1 AND server <> ?2 LIMIT 1", &st,
		e);

	if (r)
		return r;
	sql_bind_int(st, 1, config_id);
	sql_bind_text(st, 2, server);
	r = sql_step(s, st, e);
	if (r < 0)
		return r;
	if (r == 0) {
		err_set(e, E_IN_USE, "'%s' is the last server of the config", server);
		return err_hint(e, "remove the config, or add another server first");
	}
	return 0;
}

static void json_slots(struct jsonw *j, const struct server_list *l)
{
	jsonw_array(j);
	LIST_FOREACH (p, l, items)
		row_json(j, &server_table, p);
	jsonw_array_end(j);
}

static int log_remove(struct store *s, const struct server_list *l, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf b = {0};
	const struct server_slot *first = &l->items[0];
	const char *name;
	struct jsonw j;
	int r = full_name(s, a, first->config_id, first->server, &name, e);

	if (r)
		return r;
	jsonw_begin(&j, &b);
	jsonw_object(&j);
	jsonw_key(&j, "slots");
	json_slots(&j, l);
	jsonw_object_end(&j);
	return log_json(s, "peer_removed", "peer", first->id, name, strbuf_str(&b), NULL, e);
}

int store_server_remove(struct store *s, int64_t config_id, const char *server, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct server_list old = {0}, active = {0};
	int r = change_prepare(s, e);

	if (!r)
		r = query(s, a, "WHERE t.config_id = ?1 AND t.server = ?2" BY_SERVER, config_id,
			server, &old, e);
	if (!r && !old.n_items)
		return no_server(s, config_id, server, e);
	if (!r)
		r = is_last(s, config_id, server, e);
	if (!r)
		r = delete_server(s, config_id, server, e);
	if (!r)
		r = log_remove(s, &old, e);
	if (r || !old.items[0].is_active)
		return r;
	r = store_server_active(s, a, config_id, &active, e);
	return r ? r : log_switch(s, config_id, old.items[0].server, active.items[0].server, e);
}

int server_members(struct store *s, struct jsonw *j, int64_t config_id, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct server_list l = {0};
	int r = store_server_list(s, a, config_id, &l, e);

	if (r)
		return r;
	jsonw_key(j, "servers");
	json_slots(j, &l);
	return 0;
}
