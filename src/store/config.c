// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configs: what a device has at a sponsor. Knows the config's row and how it is named on the
 * command line; must not know its servers beyond which one is active. A config that goes takes its
 * servers and commands along, and its change holds them all, so that it can come back.
 */
#include "store/entities.h"
#include "store/find.h"
#include "store/log.h"

/* ?1 of every query is the machine id, or NULL. */
static const struct column columns[] = {
	COLUMN(struct config, id, "id", REF, FIXED),
	COLUMN(struct config, local_peer_id, "local_peer_id", REF, PLAIN),
	COLUMN(struct config, sponsor_id, "sponsor_id", REF, PLAIN),
	COLUMN(struct config, name, "name", TEXT, PLAIN),
	COLUMN(struct config, guid, "permanent_guid", TEXT, PLAIN),
	COLUMN(struct config, interface_name, "interface_name", TEXT, PLAIN),
	COLUMN(struct config, private_key, "local_private_key", TEXT, SEALED),
	COLUMN(struct config, public_key, "local_public_key", TEXT, PLAIN),
	COLUMN(struct config, assigned_ipv4, "assigned_ipv4", TEXT, PLAIN),
	COLUMN(struct config, assigned_ipv6, "assigned_ipv6", TEXT, PLAIN),
	COLUMN(struct config, address_order, "address_order", TEXT, PLAIN),
	COLUMN(struct config, dns_servers, "dns_servers", TEXT, PLAIN),
	COLUMN(struct config, listen_port, "listen_port", INT_NEG, PLAIN),
	COLUMN(struct config, mtu, "mtu", INT_ZERO, PLAIN),
	COLUMN(struct config, fwmark, "fwmark", MARK, PLAIN),
	COLUMN(struct config, table_setting, "table_setting", TEXT, PLAIN),
	COLUMN(struct config, dialect, "dialect", TEXT, PLAIN),
	COLUMN(struct config, config_path, "config_path", TEXT, PLAIN),
	COLUMN(struct config, last_deployed_at, "last_deployed_at", TEXT, PLAIN),
	COLUMN(struct config, deployed_hash, "deployed_hash", TEXT, PLAIN),
	COLUMN(struct config, pending_remote_update, "pending_remote_update", BOOL, PLAIN),
	COLUMN(struct config, old_private_key, "old_private_key", TEXT, SEALED),
	COLUMN(struct config, last_key_rotation_at, "last_key_rotation_at", TEXT, PLAIN),
	COLUMN(struct config, extras, "extras", TEXT, SEALED),
	COLUMN(struct config, notes, "notes", TEXT, PLAIN),
	COLUMN_TIMES(struct config),
	COLUMN_AS(struct config, peer_name, TEXT, "p.name"),
	COLUMN_AS(struct config, sponsor_name, TEXT, "s.name"),
	COLUMN_AS(struct config, sponsor_support_url, TEXT, "s.support_url"),
	COLUMN_AS(struct config, this_machine, BOOL, "coalesce(p.machine_id = ?1, 0)"),
	COLUMN_AS(struct config, servers, INT, "t.server_count"),
	COLUMN_AS(struct config, active_server, TEXT, "a.server"),
	COLUMN_AS(struct config, active_country, TEXT, "a.country"),
	COLUMN_AS(struct config, active_city, TEXT, "a.city"),
};
#define FROM                                                                                       \
	"extramural_config t"                                                                      \
	" JOIN local_peer p ON p.id = t.local_peer_id"                                             \
	" JOIN sponsor s ON s.id = t.sponsor_id"                                                   \
	" LEFT JOIN extramural_peer a ON a.config_id = t.id AND a.is_active = 1 AND a.slot = 1"
const struct table config_table = TABLE("extramural_config", FROM, columns);

/* What a list of all of them shows: most columns of a row are for looking at one. */
static const struct column list_columns[] = {
	COLUMN(struct config, id, "id", REF, FIXED),
	COLUMN(struct config, local_peer_id, "local_peer_id", REF, PLAIN),
	COLUMN(struct config, sponsor_id, "sponsor_id", REF, PLAIN),
	COLUMN(struct config, name, "name", TEXT, PLAIN),
	COLUMN(struct config, interface_name, "interface_name", TEXT, PLAIN),
	COLUMN(struct config, public_key, "local_public_key", TEXT, PLAIN),
	COLUMN(struct config, dialect, "dialect", TEXT, PLAIN),
	COLUMN(struct config, last_deployed_at, "last_deployed_at", TEXT, PLAIN),
	COLUMN(struct config, pending_remote_update, "pending_remote_update", BOOL, PLAIN),
	COLUMN(struct config, last_key_rotation_at, "last_key_rotation_at", TEXT, PLAIN),
	COLUMN_AS(struct config, peer_name, TEXT, "p.name"),
	COLUMN_AS(struct config, sponsor_name, TEXT, "s.name"),
	COLUMN_AS(struct config, this_machine, BOOL, "coalesce(p.machine_id = ?1, 0)"),
	COLUMN_AS(struct config, servers, INT, "t.server_count"),
	COLUMN_AS(struct config, active_server, TEXT, "a.server"),
	COLUMN_AS(struct config, active_country, TEXT, "a.country"),
	COLUMN_AS(struct config, active_city, TEXT, "a.city"),
};
const struct table config_list_table = TABLE("extramural_config", FROM, list_columns);

static int check(const struct config *c, struct err *e)
{
	int r = store_text_check("name of the config", c->name, e);

	if (!r && c->interface_name)
		r = store_interface_check(c->interface_name, e);
	if (!r)
		r = store_text_check("path of the config", c->config_path, e);
	return r;
}

static int at_sponsor(struct store *s, const struct config *c, bool *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s,
		"SELECT 1 FROM extramural_config"
		" WHERE local_peer_id = ?1 AND sponsor_id = ?2 AND id <> ?3",
		&st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, c->local_peer_id);
	sql_bind_int(st, 2, c->sponsor_id);
	sql_bind_int(st, 3, c->id);
	r = sql_step(s, st, e);
	*ret = r > 0;
	return r < 0 ? r : 0;
}

/* SQLite names any one of the rules that were broken; the first of these explains the others. */
static int exists(struct store *s, const struct config *c, struct err *e)
{
	bool interface = strstr(e->msg, "interface_name"), taken;
	int r = at_sponsor(s, c, &taken, e);

	if (r)
		return r;
	if (taken)
		return err_set(e, E_EXISTS, "the device already has a config at this sponsor");
	if (interface)
		return err_set(
			e, E_EXISTS, "the device already has an interface '%s'", c->interface_name);
	return err_set(e, E_EXISTS, "the device already has a config with this key");
}

int config_full_name(struct store *s, struct arena *a, int64_t id, const char **ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s,
		"SELECT p.name || '/' || s.name FROM extramural_config t"
		" JOIN local_peer p ON p.id = t.local_peer_id JOIN sponsor s ON s.id = t.sponsor_id"
		" WHERE t.id = ?1",
		&st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, id);
	r = sql_step(s, st, e);
	if (r == 0)
		return err_set(
			e, E_NOT_FOUND, "there is no config with number %lld", (long long)id);
	if (r < 0)
		return r;
	*ret = sql_column_text(st, 0, a);
	return 0;
}

static int sponsor_name(
	struct store *s, struct arena *a, int64_t id, const char **ret, struct err *e)
{
	struct sponsor p;
	int r = find_by_id(s, &sponsor_table, a, id, &p, e);

	if (!r)
		*ret = p.name;
	return r;
}

static int add(struct store *s, struct config *c, const char *type, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config row = *c;
	const char *name;
	int r = check(c, e);

	if (!r)
		r = change_prepare(s, e);
	if (!r && !row.name)
		r = sponsor_name(s, a, row.sponsor_id, &row.name, e);
	if (!row.guid)
		row.guid = row.public_key;
	if (!r)
		r = row_insert(s, &config_table, &row, e);
	if (r == -E_EXISTS)
		return exists(s, c, e);
	if (!r)
		r = config_full_name(s, a, row.id, &name, e);
	if (!r)
		r = log_added(s, type, "config", name, &config_table, &row, e);
	if (r)
		return r;
	c->id = row.id;
	if (row.id < s->fresh_config)
		s->fresh_config = row.id;
	return 0;
}

int store_config_add(struct store *s, struct config *c, struct err *e)
{
	return add(s, c, "config_imported", e);
}

int store_config_create(struct store *s, struct config *c, struct err *e)
{
	return add(s, c, "config_created", e);
}

static bool deploy_differs(const struct config *a, const struct config *b)
{
	return !str_eq(a->last_deployed_at, b->last_deployed_at) ||
		!str_eq(a->deployed_hash, b->deployed_hash) ||
		!str_eq(a->config_path, b->config_path);
}

/* A row with the other's pending and deployment columns: equal to it when only those differ. */
static bool else_equal(const struct config *old, const struct config *new, bool pending)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	struct config like = *new;
	struct jsonw j;

	if (pending) {
		like.pending_remote_update = old->pending_remote_update;
		like.old_private_key = old->old_private_key;
	} else {
		like.last_deployed_at = old->last_deployed_at;
		like.deployed_hash = old->deployed_hash;
		like.config_path = old->config_path;
	}
	jsonw_begin(&j, &b);
	return row_difference(&j, &config_table, old, &like, true) == 0;
}

static const char *type_of(const struct config *old, const struct config *new)
{
	if (!str_eq(old->private_key, new->private_key))
		return "key_rotated";
	if (old->pending_remote_update && !new->pending_remote_update && else_equal(old, new, true))
		return "pending_cleared";
	if (deploy_differs(old, new) && else_equal(old, new, false))
		return "deployed";
	return "config_edited";
}

int store_config_update(struct store *s, const struct config *c, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *name;
	struct config old;
	int r = check(c, e);

	if (!r)
		r = change_prepare(s, e);
	if (!r)
		r = find_by_id(s, &config_table, a, c->id, &old, e);
	if (!r)
		r = config_full_name(s, a, c->id, &name, e);
	if (!r)
		r = log_update(s, type_of(&old, c), "config", name, &config_table, &old, c, e);
	return r == -E_EXISTS ? exists(s, c, e) : r;
}

/* The row with its servers and commands inside. */
static int whole_json(struct store *s, const struct config *c, struct strbuf *b, struct err *e)
{
	struct jsonw j;
	int r;

	jsonw_begin(&j, b);
	jsonw_object(&j);
	row_members(&j, &config_table, c);
	r = server_members(s, &j, c->id, e);
	if (!r)
		r = command_members(s, &j, c->id, e);
	jsonw_object_end(&j);
	return r;
}

int store_config_remove(struct store *s, int64_t id, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf b = {0};
	const char *name;
	struct config old;
	int r = change_prepare(s, e);

	if (!r)
		r = find_by_id(s, &config_table, a, id, &old, e);
	if (!r)
		r = config_full_name(s, a, id, &name, e);
	if (!r)
		r = whole_json(s, &old, &b, e);
	if (!r)
		r = row_delete(s, &config_table, id, e);
	return r ? r : log_json(s, "config_removed", "config", id, name, strbuf_str(&b), NULL, e);
}

int config_remove_where(struct store *s, const char *text, int64_t id, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	struct {
		LIST(int64_t, ids);
	} l = {0};
	int r = sql_get(s, text, &st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, id);
	while ((r = sql_step(s, st, e)) > 0)
		*LIST_PUSH(a, &l, ids) = sqlite3_column_int64(st, 0);
	for (size_t i = 0; !r && i < l.n_ids; i++)
		r = store_config_remove(s, l.ids[i], e);
	return r;
}
