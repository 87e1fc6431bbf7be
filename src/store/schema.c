// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a file is and how it is brought up to date. Knows the numbers in the file's header and how a
 * step is taken; must not know what a step does (steps.c). A step is taken whole or not at all, and
 * never before a copy of the database stands beside it.
 */
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/path.h"

static int refuse_stranger(struct store *s, struct err *e)
{
	err_set(e, E_DB, "'%s' is not a database of wf", s->path);
	return err_hint(e, "if it is another program's, wf import can perhaps read it");
}

int schema_check(struct store *s, const struct schema *schema, unsigned *ret_version, struct err *e)
{
	int64_t version, application, objects = 0;
	int r = sql_number(s, "PRAGMA user_version", &version, e);

	if (!r)
		r = sql_number(s, "PRAGMA application_id", &application, e);
	if (!r && application == 0)
		r = sql_number(s, "SELECT count(*) FROM sqlite_schema", &objects, e);
	if (r == -E_DB && sqlite3_errcode(s->db) == SQLITE_NOTADB)
		return refuse_stranger(s, e);
	if (r)
		return r;
	/* An empty file is one that a killed command had just made. */
	if (application != SCHEMA_APPLICATION_ID && (application || version || objects))
		return refuse_stranger(s, e);
	if (version > schema->version) {
		err_set(e, E_UNSUPPORTED,
			"the database '%s' has schema %lld, this wf knows up to %u", s->path,
			(long long)version, schema->version);
		return err_hint(e, "a newer wf made it; use that one");
	}
	*ret_version = (unsigned)version;
	return 0;
}

static int vacuum_into(struct store *s, const char *path, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s, "VACUUM INTO ?1", &st, e);

	if (r)
		return r;
	sql_bind_text(st, 1, path);
	return sql_run(s, st, e);
}

/* Under another name first, so that a copy called .vN is always whole. */
static int keep_copy(struct store *s, unsigned version, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	char *path = arena_printf(a, "%s.v%u", s->path, version);
	char *making = arena_printf(a, "%s~", path);
	FD_CLEANUP int fd = -1;
	int r;

	if (unlink(making) < 0 && errno != ENOENT)
		return err_errno(e, E_IO, errno, "cannot replace '%s'", making);
	/* SQLite fills an empty file, so the mode is ours from birth. */
	fd = open(making, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || fchmod(fd, 0600) < 0)
		return err_errno(e, E_IO, errno, "cannot write '%s'", making);
	r = path_give(fd, making, e);
	if (!r)
		r = vacuum_into(s, making, e);
	if (!r && (fsync(fd) < 0 || rename(making, path) < 0))
		r = err_errno(e, E_IO, errno, "cannot write '%s'", path);
	if (r) {
		unlink(making);
		return err_wrap(e, "cannot keep a copy of the database before changing it");
	}
	return 0;
}

static int take_step(struct store *s, const struct schema *schema, unsigned from, struct err *e)
{
	char version[96];
	int r = sql_exec(s, "BEGIN IMMEDIATE", e);

	snprintf(version, sizeof(version), "PRAGMA application_id = %d; PRAGMA user_version = %u",
		SCHEMA_APPLICATION_ID, from + 1);
	if (!r)
		r = sql_exec(s, schema->steps[from], e);
	if (!r)
		r = sql_exec(s, version, e);
	if (!r)
		r = sql_exec(s, "COMMIT", e);
	if (!r)
		return 0;
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return err_wrap(e, "cannot bring the database to schema %u", from + 1);
}

int schema_migrate(struct store *s, const struct schema *schema, struct err *e)
{
	unsigned version;
	int r = schema_check(s, schema, &version, e);

	if (r || version == schema->version)
		return r;
	if (version == 0)
		r = sql_exec(s, "PRAGMA journal_mode = WAL", e);
	else
		r = keep_copy(s, version, e);
	for (; !r && version < schema->version; version++)
		r = take_step(s, schema, version, e);
	return r;
}
