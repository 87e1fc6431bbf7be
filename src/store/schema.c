// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables, and how an older database gets them. Knows every column, index and trigger; must not
 * know who asks. What can be held by the database is held here: one active server per config, who
 * is deleted with whom, and that a secret column never takes a text that is not sealed. A step that
 * was ever released is never changed: a change is a further step.
 */
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/path.h"

#define NOW	       "(strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"
#define TIMES	       "created_at TEXT NOT NULL DEFAULT " NOW ", updated_at TEXT NOT NULL DEFAULT " NOW
#define ID	       "id INTEGER PRIMARY KEY AUTOINCREMENT, "
#define SEALED(column) "CHECK (" column " GLOB 'wf1:*')"

/*
 * Numbers of objects are never used again (AUTOINCREMENT): history and the record of what is up
 * name objects by number. The triggers on is_active come BEFORE the change: afterwards would be too
 * late for the unique index. On promoting: a config that is being deleted has no row any more when
 * its servers follow it, so nothing is promoted then.
 */
static const char first
	[] = "CREATE TABLE ssh_host (" ID "name TEXT NOT NULL UNIQUE COLLATE NOCASE,"
	     "ssh_host TEXT NOT NULL,"
	     "ssh_port INTEGER NOT NULL DEFAULT 22 CHECK (ssh_port BETWEEN 1 AND 65535),"
	     "ssh_user TEXT,"
	     "ssh_key_path TEXT,"
	     "config_directory TEXT NOT NULL DEFAULT '/etc/wireguard',"
	     "sudo TEXT NOT NULL DEFAULT 'none' CHECK (sudo IN ('none', 'sudo', 'doas')),"
	     "host_key_type TEXT,"
	     "host_key TEXT,"
	     "jump_host_id INTEGER REFERENCES ssh_host(id) ON DELETE RESTRICT,"
	     "last_ok_at TEXT,"
	     "notes TEXT," TIMES ") STRICT;"
	     "CREATE INDEX ssh_host_jump ON ssh_host(jump_host_id) WHERE jump_host_id IS NOT NULL;"

	     "CREATE TABLE sponsor (" ID "name TEXT NOT NULL UNIQUE COLLATE NOCASE,"
	     "website TEXT,"
	     "support_url TEXT,"
	     "notes TEXT," TIMES ") STRICT;"

	     "CREATE TABLE local_peer (" ID "permanent_guid TEXT NOT NULL UNIQUE,"
	     "name TEXT NOT NULL UNIQUE COLLATE NOCASE,"
	     "ssh_host_id INTEGER REFERENCES ssh_host(id) ON DELETE SET NULL,"
	     "machine_id TEXT UNIQUE,"
	     "notes TEXT," TIMES ") STRICT;"
	     "CREATE INDEX local_peer_ssh_host ON local_peer(ssh_host_id)"
	     " WHERE ssh_host_id IS NOT NULL;"

	     "CREATE TABLE extramural_config (" ID
	     "local_peer_id INTEGER NOT NULL REFERENCES local_peer(id) ON DELETE CASCADE,"
	     "sponsor_id INTEGER NOT NULL REFERENCES sponsor(id) ON DELETE CASCADE,"
	     "name TEXT,"
	     "permanent_guid TEXT NOT NULL,"
	     "interface_name TEXT,"
	     "local_private_key TEXT NOT NULL " SEALED(
		     "local_private_key") ","
					  "local_public_key TEXT NOT NULL,"
					  "assigned_ipv4 TEXT,"
					  "assigned_ipv6 TEXT,"
					  "address_order TEXT,"
					  "dns_servers TEXT,"
					  "listen_port INTEGER CHECK (listen_port BETWEEN 0 AND "
					  "65535),"
					  "mtu INTEGER,"
					  "fwmark INTEGER CHECK (fwmark BETWEEN 0 AND 4294967295),"
					  "table_setting TEXT,"
					  "dialect TEXT,"
					  "config_path TEXT,"
					  "last_deployed_at TEXT,"
					  "deployed_hash TEXT,"
					  "pending_remote_update INTEGER NOT NULL DEFAULT 0"
					  " CHECK (pending_remote_update IN (0, 1)),"
					  "old_private_key TEXT " SEALED(
						  "old_private_key") ","
								     "last_key_rotation_at TEXT,"
								     "extras TEXT " SEALED("extras") ","
												     "notes TEXT," TIMES
												     ","
												     "UNIQUE (local_peer_id, sponsor_id),"
												     "UNIQUE (local_peer_id, permanent_guid),"
												     "UNIQUE (local_peer_id, interface_name)) STRICT;"
												     "CREATE INDEX extramural_config_sponsor ON extramural_config(sponsor_id);"
												     "CREATE INDEX extramural_config_public_key ON extramural_config(local_public_key);"
												     /* The id inside a sealed text: "wf1:", then 32 digits. key#ID is looked up by these. */
												     "CREATE INDEX extramural_config_key"
												     " ON extramural_config(substr(local_private_key, 5, 32));"
												     "CREATE INDEX extramural_config_old_key"
												     " ON extramural_config(substr(old_private_key, 5, 32))"
												     " WHERE old_private_key IS NOT NULL;"

												     "CREATE TABLE extramural_peer (" ID
												     "config_id INTEGER NOT NULL REFERENCES extramural_config(id) ON DELETE CASCADE,"
												     "server TEXT NOT NULL COLLATE NOCASE,"
												     "slot INTEGER NOT NULL DEFAULT 1 CHECK (slot >= 1),"
												     "name TEXT COLLATE NOCASE,"
												     "country TEXT COLLATE NOCASE,"
												     "city TEXT COLLATE NOCASE,"
												     "host TEXT COLLATE NOCASE,"
												     "public_key TEXT NOT NULL,"
												     "endpoint TEXT,"
												     "allowed_ips TEXT NOT NULL,"
												     "preshared_key TEXT " SEALED("preshared_key") ","
																		   "persistent_keepalive INTEGER CHECK (persistent_keepalive BETWEEN 0 AND 65535),"
																		   "is_active INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),"
																		   "local_private_key TEXT " SEALED("local_private_key") ","
																									 "assigned_ipv4 TEXT,"
																									 "assigned_ipv6 TEXT,"
																									 "address_order TEXT,"
																									 "dns_servers TEXT,"
																									 "extras TEXT " SEALED("extras") "," TIMES
																													 ","
																													 "UNIQUE (config_id, server, slot)) STRICT;"
																													 "CREATE UNIQUE INDEX extramural_peer_active ON extramural_peer(config_id, slot)"
																													 " WHERE is_active = 1;"
																													 "CREATE INDEX extramural_peer_preshared_key"
																													 " ON extramural_peer(substr(preshared_key, 5, 32)) WHERE preshared_key IS NOT NULL;"
																													 "CREATE INDEX extramural_peer_private_key"
																													 " ON extramural_peer(substr(local_private_key, 5, 32))"
																													 " WHERE local_private_key IS NOT NULL;"

																													 "CREATE TRIGGER extramural_peer_insert_active BEFORE INSERT ON extramural_peer"
																													 " WHEN NEW.is_active = 1 "
																													 "BEGIN"
																													 " UPDATE extramural_peer SET is_active = 0"
																													 " WHERE config_id = NEW.config_id AND is_active = 1 AND server <> NEW.server;"
																													 "END;"
																													 "CREATE TRIGGER extramural_peer_update_active BEFORE UPDATE OF is_active"
																													 " ON extramural_peer WHEN NEW.is_active = 1 AND OLD.is_active = 0 "
																													 "BEGIN"
																													 " UPDATE extramural_peer SET is_active = 0"
																													 " WHERE config_id = NEW.config_id AND is_active = 1 AND server <> NEW.server;"
																													 "END;"
																													 /* The next by name, from the first again behind the last. */
																													 "CREATE TRIGGER extramural_peer_promote AFTER DELETE ON extramural_peer"
																													 " WHEN OLD.is_active = 1"
																													 " AND EXISTS (SELECT 1 FROM extramural_config WHERE id = OLD.config_id)"
																													 " AND NOT EXISTS (SELECT 1 FROM extramural_peer"
																													 " WHERE config_id = OLD.config_id AND is_active = 1) "
																													 "BEGIN"
																													 " UPDATE extramural_peer SET is_active = 1 WHERE config_id = OLD.config_id"
																													 " AND server = coalesce("
																													 "(SELECT min(server) FROM extramural_peer"
																													 " WHERE config_id = OLD.config_id AND server > OLD.server),"
																													 "(SELECT min(server) FROM extramural_peer WHERE config_id = OLD.config_id));"
																													 "END;"

																													 "CREATE TABLE command_pair (" ID
																													 "entity_type TEXT NOT NULL DEFAULT 'extramural_config',"
																													 "entity_id INTEGER,"
																													 "extramural_config_id INTEGER REFERENCES extramural_config(id) ON DELETE CASCADE,"
																													 "pattern_name TEXT,"
																													 "rationale TEXT,"
																													 "scope TEXT,"
																													 "up_phase TEXT CHECK (up_phase IN ('pre', 'post')),"
																													 "down_phase TEXT CHECK (down_phase IN ('pre', 'post')),"
																													 "up_commands TEXT,"
																													 "down_commands TEXT,"
																													 "variables TEXT,"
																													 "execution_order INTEGER NOT NULL DEFAULT 0,"
																													 "enabled INTEGER NOT NULL DEFAULT 0 CHECK (enabled IN (0, 1)),"
																													 "trusted_hash TEXT,"
																													 "trusted_at TEXT) STRICT;"
																													 "CREATE INDEX command_pair_config"
																													 " ON command_pair(extramural_config_id, execution_order);"

																													 "CREATE TABLE extramural_state_snapshot (" ID
																													 "created_at TEXT NOT NULL DEFAULT " NOW
																													 ","
																													 "description TEXT,"
																													 "snapshot_data TEXT NOT NULL) STRICT;"
																													 "CREATE TABLE extramural_state_change (" ID
																													 "snapshot_id INTEGER NOT NULL REFERENCES extramural_state_snapshot(id),"
																													 "change_type TEXT NOT NULL,"
																													 "entity_type TEXT NOT NULL,"
																													 "entity_id INTEGER,"
																													 "entity_name TEXT,"
																													 "old_value TEXT,"
																													 "new_value TEXT,"
																													 "created_at TEXT NOT NULL DEFAULT " NOW
																													 ") STRICT;"
																													 "CREATE INDEX extramural_state_change_snapshot ON extramural_state_change(snapshot_id);"
																													 "CREATE TRIGGER extramural_state_change_kept BEFORE UPDATE ON extramural_state_change "
																													 "BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END;"

																													 "CREATE TABLE event (" ID "at TEXT NOT NULL DEFAULT " NOW
																													 ","
																													 "actor TEXT NOT NULL,"
																													 "verb TEXT NOT NULL,"
																													 "noun TEXT,"
																													 "object TEXT,"
																													 "old TEXT,"
																													 "new TEXT,"
																													 "result TEXT NOT NULL) STRICT;"
																													 "CREATE TRIGGER event_kept BEFORE UPDATE ON event "
																													 "BEGIN SELECT RAISE(ABORT, 'the event log is not rewritten'); END;";

static const char *const steps[] = {first};
const struct schema schema_latest = {steps, sizeof(steps) / sizeof(*steps)};

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
