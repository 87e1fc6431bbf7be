// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The handle: opening, transactions, the sealing key. Knows the order in which a database is
 * locked, checked, opened and migrated; must not know the columns of a table beyond where keys
 * rest. A store opened to read never writes a row, and one opened to write holds the lock for as
 * long as it lives.
 */
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/path.h"
#include "store/schema.h"
#include "store/sql.h"

/* Other wf processes wait at the lock; this is for SQLite's own short moments and for others. */
#define BUSY_MS 2000

static char *copy(const char *text)
{
	char *p = strdup(text);

	if (!p)
		err_oom();
	return p;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_cached; i++)
		sqlite3_finalize(s->cached[i].st);
	sqlite3_close(s->db); /* an open transaction is rolled back */
	lock_drop(&s->lock);
	seal_key_free(s->seal);
	free(s->cached);
	free(s->path);
	free(s->key_path);
	free(s->verb);
	free(s->actor);
	free(s);
}

static int open_database(struct store *s, struct err *e)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
		(s->write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);

	if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK) {
		if (sqlite3_system_errno(s->db) == EACCES)
			return err_set(e, E_PERMISSION, "cannot open the database '%s'", s->path);
		return sql_error(s, e);
	}
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* A list of everything then costs page faults instead of a read and a copy per page. */
	if (!s->write)
		return sql_exec(s, "PRAGMA mmap_size = 67108864", e);
	/* Memory for what SQLite would put into temporary files. */
	return sql_exec(s,
		"PRAGMA secure_delete = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY",
		e);
}

static int take_lock(struct store *s, unsigned timeout_ms, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *path = arena_printf(a, "%s.lock", s->path);
	int r = lock_take(path, s->verb, timeout_ms, &s->lock, e);

	if (r == -E_BUSY)
		return err_wrap(e, "the database '%s' is in use", s->path);
	return r ? r : path_give(s->lock.fd, path, e);
}

static struct store *new_store(const struct store_options *o, const char *path)
{
	struct store *s = calloc(1, sizeof(*s));
	char uid[32];

	if (!s)
		err_oom();
	snprintf(uid, sizeof(uid), "uid %u", (unsigned)getuid());
	s->lock.fd = -1;
	s->write = o->write;
	s->path = copy(path);
	s->verb = copy(o->verb ? o->verb : "wf");
	s->actor = copy(o->actor ? o->actor : uid);
	if (o->key_path)
		s->key_path = copy(o->key_path);
	return s;
}

/* Somebody who may write has to open it first. */
static int mend_for_reader(const struct store_options *o, struct err *e)
{
	struct store_options writing = *o;
	STORE_CLEANUP struct store *s = NULL;

	writing.write = true;
	return store_open(&writing, &s, e);
}

/*
 * What a reader cannot mend: an older schema, or the rollback journal of a command that was killed
 * before the database was in WAL mode.
 */
static bool needs_writer(const struct store *s, int r, unsigned version)
{
	if (s->write)
		return false;
	if (!r)
		return version < schema_latest.version;
	return s->db && (sqlite3_extended_errcode(s->db) & 0xff) == SQLITE_READONLY;
}

static int open_checked(
	const struct store_options *o, const char *path, struct store **ret, struct err *e)
{
	STORE_CLEANUP struct store *s = new_store(o, path);
	unsigned version = 0;
	int r = o->write ? take_lock(s, o->timeout_ms, e) : 0;

	if (!r && o->write && o->create)
		r = path_create(path, e);
	if (!r)
		r = path_check(path, e);
	if (!r)
		r = open_database(s, e);
	if (!r)
		r = schema_check(s, &schema_latest, &version, e);
	if (needs_writer(s, r, version)) {
		store_close(s);
		s = NULL;
		r = mend_for_reader(o, e);
		return r ? r : open_checked(o, path, ret, e);
	}
	if (!r && version < schema_latest.version)
		r = schema_migrate(s, &schema_latest, e);
	if (r)
		return r;
	*ret = s;
	s = NULL;
	return 0;
}

int store_open(const struct store_options *o, struct store **ret, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	bool create = o->write && o->create;
	const char *path;
	int r = path_resolve(a, o->path ? o->path : STORE_SYSTEM_PATH, create, &path, e);

	/* Before the lock, so that a wrong path leaves no lock file. */
	if (!r && !create)
		r = path_check(path, e);
	return r ? r : open_checked(o, path, ret, e);
}

int store_begin(struct store *s, struct err *e)
{
	int r;

	if (s->open_transaction)
		return err_set(e, E_INTERNAL, "a transaction is open already");
	r = sql_exec(s, s->write ? "BEGIN IMMEDIATE" : "BEGIN", e);
	if (r)
		return r;
	s->open_transaction = true;
	clock_now(s->now);
	s->fresh_config = INT64_MAX;
	s->snapshot_id = 0;
	return 0;
}

int store_commit(struct store *s, struct err *e)
{
	int r;

	if (!s->open_transaction)
		return err_set(e, E_INTERNAL, "there is no transaction to commit");
	r = sql_exec(s, "COMMIT", e);
	if (r)
		store_rollback(s);
	s->open_transaction = false;
	return r;
}

void store_rollback(struct store *s)
{
	s->open_transaction = false;
	/* SQLite has already rolled back by itself after some errors (disk full). */
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

/* A new key next to secrets sealed with an older one would hide that the older one is lost. */
static int may_make_key(struct store *s, bool *ret, struct err *e)
{
	int64_t sealed = 0;
	int r;

	*ret = false;
	if (!s->write)
		return 0;
	r = sql_number(s,
		"SELECT EXISTS (SELECT 1 FROM extramural_config) OR EXISTS"
		" (SELECT 1 FROM extramural_state_change WHERE entity_type = 'config')",
		&sealed, e);
	*ret = !sealed;
	return r;
}

int store_seal_key(struct store *s, const struct seal_key **ret, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *path = s->key_path;
	bool create;
	int r;

	if (s->seal) {
		*ret = s->seal;
		return 0;
	}
	if (!path)
		r = path_default_key(a, s->path, &path, e);
	else
		r = 0;
	if (!r)
		r = may_make_key(s, &create, e);
	if (!r)
		r = seal_key_load(path, create, &s->seal, e);
	if (!r)
		*ret = s->seal;
	return r;
}

int store_open_key(struct store *s, const char *id, struct wg_secret *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	const struct seal_key *key;
	int r = store_seal_key(s, &key, e);

	if (!r)
		r = sql_get(s,
			"SELECT local_private_key FROM extramural_config"
			" WHERE substr(local_private_key, 5, 32) = ?1 "
			"UNION ALL SELECT preshared_key FROM extramural_peer"
			" WHERE preshared_key IS NOT NULL AND substr(preshared_key, 5, 32) = ?1 "
			"UNION ALL SELECT local_private_key FROM extramural_peer"
			" WHERE local_private_key IS NOT NULL"
			" AND substr(local_private_key, 5, 32) = ?1 "
			"UNION ALL SELECT old_private_key FROM extramural_config"
			" WHERE old_private_key IS NOT NULL"
			" AND substr(old_private_key, 5, 32) = ?1",
			&st, e);
	if (r)
		return r;
	sql_bind_text(st, 1, id);
	r = sql_step(s, st, e);
	if (r == 0)
		return err_set(e, E_NOT_FOUND, "no row holds the key '%s'", id);
	if (r < 0)
		return r;
	return seal_open_secret(key, (const char *)sqlite3_column_text(st, 0), ret, e);
}
