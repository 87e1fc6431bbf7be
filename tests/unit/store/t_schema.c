// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the database holds by itself, whoever writes: one active server, who goes with whom, names
 * without case, sealed columns; and how an older database is brought up to date.
 */
#include "fixture.h"
#include "store/schema.h"

static struct store *db;

static void insert_slots(const char *rows)
{
	char sql[1024];

	snprintf(sql, sizeof(sql),
		"INSERT INTO extramural_peer (config_id, server, slot, is_active, public_key,"
		" allowed_ips) VALUES %s",
		rows);
	if (run(db, sql) != SQLITE_OK)
		diag("%s: %s", sql, sqlite3_errmsg(db->db));
}

/* "SERVER/SLOT …" of the active rows. */
static const char *active(void)
{
	return text(db,
		"SELECT coalesce(group_concat(server || '/' || slot, ' '), '') FROM"
		" (SELECT server, slot FROM extramural_peer WHERE is_active = 1"
		" ORDER BY server, slot)");
}

static void rows(void)
{
	fixture_new();
	db = fixture_open(true);
	run(db,
		"INSERT INTO ssh_host (id, name, ssh_host) VALUES (1, 'gate', '192.0.2.1'),"
		" (2, 'inner', '192.0.2.2')");
	run(db, "UPDATE ssh_host SET jump_host_id = 1 WHERE id = 2");
	run(db, "INSERT INTO sponsor (id, name) VALUES (1, 'Mullvad'), (2, 'Work')");
	run(db,
		"INSERT INTO local_peer (id, permanent_guid, name, ssh_host_id)"
		" VALUES (1, 'g1', 'laptop', 2), (2, 'g2', 'phone', NULL)");
	run(db,
		"INSERT INTO extramural_config (id, local_peer_id, sponsor_id, permanent_guid,"
		" local_private_key, local_public_key) VALUES"
		" (1, 1, 1, 'k1', 'wf1:a', 'k1'), (2, 2, 1, 'k1', 'wf1:b', 'k1'),"
		" (3, 1, 2, 'k3', 'wf1:c', 'k3')");
	run(db,
		"INSERT INTO command_pair (extramural_config_id, up_commands)"
		" VALUES (1, '[\"true\"]'), (3, '[\"true\"]')");
}

static void test_active(void)
{
	rows();
	insert_slots("(1, 'a', 1, 1, 'K', ''), (1, 'a', 2, 1, 'K', ''), (1, 'a', 3, 1, 'K', '')");
	is_str(active(), "a/1 a/2 a/3", "a server of three slots is active as one");
	insert_slots("(1, 'b', 1, 1, 'K', ''), (1, 'b', 2, 0, 'K', ''), (1, 'c', 1, 0, 'K', '')");
	is_str(active(), "b/1", "an active row that is inserted puts other servers' rows out");
	is_int(run(db, "UPDATE extramural_peer SET is_active = 1 WHERE server = 'a'"), SQLITE_OK,
		"an UPDATE may name all slots at once");
	is_str(active(), "a/1 a/2 a/3", "and all of them are active, no other");
	insert_slots("(3, 'x', 1, 1, 'K', '')");
	is_str(active(), "a/1 a/2 a/3 x/1", "another config is not touched");
	run(db, "UPDATE extramural_peer SET is_active = 0 WHERE config_id = 1");
	run(db, "DROP TRIGGER extramural_peer_update_active");
	run(db, "UPDATE extramural_peer SET is_active = 1 WHERE server = 'a' AND slot = 1");
	is_int(run(db, "UPDATE extramural_peer SET is_active = 1 WHERE server = 'b'"),
		SQLITE_CONSTRAINT_UNIQUE, "without the trigger the index still refuses two");
	store_close(db);
}

static void test_count(void)
{
	static const char count[] = "SELECT server_count FROM extramural_config WHERE id = 1";

	rows();
	is_int(number(db, count), 0, "a new config has no server");
	insert_slots("(1, 'a', 1, 1, 'K', ''), (1, 'a', 2, 1, 'K', ''), (1, 'b', 1, 0, 'K', '')");
	is_int(number(db, count), 2, "servers are counted, not slots");
	run(db, "UPDATE extramural_peer SET slot = 3 WHERE server = 'b'");
	is_int(number(db, count), 1, "one that has no first slot is none");
	run(db, "UPDATE extramural_peer SET slot = 1 WHERE server = 'b'");
	run(db, "DELETE FROM extramural_peer WHERE server = 'a'");
	is_int(number(db, count), 1, "one that goes is not counted any more");
	store_close(db);
}

static void test_promote(void)
{
	rows();
	insert_slots("(1, 'b', 1, 1, 'K', ''), (1, 'b', 2, 1, 'K', ''), (1, 'a', 1, 0, 'K', ''),"
		     " (1, 'C', 1, 0, 'K', ''), (1, 'C', 2, 0, 'K', '')");
	run(db, "DELETE FROM extramural_peer WHERE server = 'b' AND slot = 1");
	is_str(active(), "b/2", "the rest of the active server goes on");
	run(db, "DELETE FROM extramural_peer WHERE server = 'b'");
	is_str(active(), "C/1 C/2", "then the next by name, all its slots");
	run(db, "DELETE FROM extramural_peer WHERE server = 'c'");
	is_str(active(), "a/1", "behind the last comes the first");
	insert_slots("(1, 'z', 1, 0, 'K', '')");
	run(db, "DELETE FROM extramural_peer WHERE server = 'z'");
	is_str(active(), "a/1", "one that was not active is not missed");
	run(db, "DELETE FROM extramural_peer");
	is_str(active(), "", "nothing is left to promote");
	store_close(db);
}

static void test_cascades(void)
{
	rows();
	insert_slots("(1, 'a', 1, 1, 'K', ''), (1, 'b', 1, 0, 'K', ''), (3, 'x', 1, 1, 'K', '')");
	is_int(run(db, "DELETE FROM extramural_config WHERE id = 1"), SQLITE_OK, "a config goes");
	is_int(number(db, "SELECT count(*) FROM extramural_peer"), 1, "with its servers");
	is_int(number(db, "SELECT count(*) FROM command_pair"), 1, "and its commands");
	is_int(run(db, "DELETE FROM sponsor WHERE id = 1"), SQLITE_OK, "a sponsor goes");
	is_int(number(db, "SELECT count(*) FROM extramural_config"), 1, "with its configs");
	is_int(run(db, "DELETE FROM local_peer WHERE id = 1"), SQLITE_OK, "a device goes");
	is_int(number(db, "SELECT count(*) FROM extramural_config"), 0, "with its configs");
	is_int(number(db, "SELECT count(*) FROM extramural_peer"), 0, "and their servers");
	is_int(number(db, "SELECT count(*) FROM command_pair"), 0, "and their commands");
	is_int(number(db, "SELECT count(*) FROM ssh_host"), 2, "no SSH host went");
	store_close(db);

	rows();
	is_int(run(db, "DELETE FROM ssh_host WHERE id = 1"), SQLITE_CONSTRAINT_TRIGGER,
		"a host that another jumps through stays");
	is_int(number(db, "SELECT count(*) FROM ssh_host"), 2, "both are there");
	is_int(run(db, "DELETE FROM ssh_host WHERE id = 2"), SQLITE_OK, "the inner one may go");
	is_str(text(db, "SELECT ssh_host_id FROM local_peer WHERE id = 1"), "NULL",
		"its device stays, without a host");
	is_int(run(db, "DELETE FROM ssh_host WHERE id = 1"), SQLITE_OK, "then the outer one");
	is_int(run(db, "UPDATE local_peer SET ssh_host_id = 99"), SQLITE_CONSTRAINT_FOREIGNKEY,
		"a host that does not exist cannot be named");
	store_close(db);
}

static void test_names(void)
{
	rows();
	is_int(run(db, "INSERT INTO sponsor (name) VALUES ('MULLVAD')"), SQLITE_CONSTRAINT_UNIQUE,
		"a sponsor's name is unique without case");
	is_int(run(db, "INSERT INTO local_peer (permanent_guid, name) VALUES ('g', 'Laptop')"),
		SQLITE_CONSTRAINT_UNIQUE, "a device's too");
	is_int(run(db, "INSERT INTO ssh_host (name, ssh_host) VALUES ('GATE', 'h')"),
		SQLITE_CONSTRAINT_UNIQUE, "an SSH host's too");
	insert_slots("(1, 'a', 1, 1, 'K', '')");
	is_int(run(db,
		       "INSERT INTO extramural_peer (config_id, server, slot, public_key,"
		       " allowed_ips) VALUES (1, 'A', 1, 'K', '')"),
		SQLITE_CONSTRAINT_UNIQUE, "a server's too, within its config");
	is_int(run(db, "UPDATE extramural_config SET sponsor_id = 1 WHERE id = 3"),
		SQLITE_CONSTRAINT_UNIQUE, "one config per device and sponsor");
	is_int(number(db, "SELECT count(*) FROM extramural_config WHERE permanent_guid = 'k1'"), 2,
		"the same key may sit on two devices");
	is_int(run(db, "UPDATE extramural_config SET permanent_guid = 'k1' WHERE id = 3"),
		SQLITE_CONSTRAINT_UNIQUE, "but not twice on one");
	store_close(db);
}

static void test_sealed_columns(void)
{
	rows();
	is_int(run(db, "UPDATE extramural_config SET local_private_key = 'yAnz5TF+lXXJ'"),
		SQLITE_CONSTRAINT_CHECK, "a private key in clear is refused");
	is_int(run(db, "UPDATE extramural_config SET old_private_key = 'yAnz5TF+lXXJ'"),
		SQLITE_CONSTRAINT_CHECK, "an old one too");
	insert_slots("(1, 'a', 1, 1, 'K', '')");
	is_int(run(db, "UPDATE extramural_peer SET preshared_key = 'yAnz5TF+lXXJ'"),
		SQLITE_CONSTRAINT_CHECK, "a preshared key too");
	is_int(run(db, "UPDATE extramural_peer SET local_private_key = 'yAnz5TF+lXXJ'"),
		SQLITE_CONSTRAINT_CHECK, "and a server's own");
	is_int(run(db, "UPDATE extramural_peer SET preshared_key = 'wf1:x', extras = NULL"),
		SQLITE_OK, "sealed or none is fine");
	store_close(db);
}

static void test_history_stays(void)
{
	rows();
	run(db, "INSERT INTO event (actor, verb, result) VALUES ('a', 'v', 'ok')");
	is_int(run(db, "UPDATE event SET verb = 'w'"), SQLITE_CONSTRAINT_TRIGGER,
		"an event is not rewritten");
	run(db, "INSERT INTO extramural_state_snapshot (id, snapshot_data) VALUES (1, '{}')");
	run(db,
		"INSERT INTO extramural_state_change (snapshot_id, change_type, entity_type)"
		" VALUES (1, 'sponsor_added', 'sponsor')");
	is_int(run(db, "UPDATE extramural_state_change SET change_type = 'x'"),
		SQLITE_CONSTRAINT_TRIGGER, "nor a change");
	is_int(run(db, "DELETE FROM extramural_state_snapshot"), SQLITE_CONSTRAINT_FOREIGNKEY,
		"a snapshot that a change names stays");
	run(db, "DELETE FROM sponsor WHERE id = 2");
	run(db, "INSERT INTO sponsor (name) VALUES ('New')");
	is_int(number(db, "SELECT id FROM sponsor WHERE name = 'New'"), 3,
		"a number is not used twice");
	store_close(db);
}

static const char *const two_steps[] = {
	"CREATE TABLE a (x); INSERT INTO a VALUES ('kept');",
	"ALTER TABLE a ADD COLUMN y;",
};
static const char *const bad_step[] = {
	"CREATE TABLE a (x);",
	"ALTER TABLE a ADD COLUMN y; ALTER TABLE nothing ADD COLUMN z;",
};

/* A handle on a database that no step was taken in yet. */
static struct store *bare(void)
{
	struct store *s = calloc(1, sizeof(*s));

	fixture_new();
	s->lock.fd = -1;
	s->write = true;
	s->path = strdup(path_);
	close(open(path_, O_CREAT | O_WRONLY, 0600));
	if (sqlite3_open(path_, &s->db) != SQLITE_OK)
		exit(1);
	sqlite3_extended_result_codes(s->db, 1);
	return s;
}

static void test_migration(void)
{
	const struct schema one = {two_steps, 1}, two = {two_steps, 2}, bad = {bad_step, 2};
	struct store *s = bare();
	unsigned version = 99;
	mode_t old = umask(0);
	struct stat st;
	char copy[64];
	sqlite3 *db1;
	struct err e;

	snprintf(copy, sizeof(copy), "%s.v1", path_);
	is_int(schema_check(s, &two, &version, &e), 0, "an empty file is ours to fill");
	is_int(version, 0, "it is at 0");
	is_int(schema_migrate(s, &one, &e), 0, "0 to 1");
	is_int(number(s, "PRAGMA user_version"), 1, "is said in the file");
	ok(stat(copy, &st) < 0, "there was nothing to keep a copy of");

	is_int(schema_migrate(s, &bad, &e), -E_DB, "a step that fails: %s", e.msg);
	is_int(number(s, "PRAGMA user_version"), 1, "leaves the version");
	is_int(number(s, "SELECT count(*) FROM pragma_table_info('a')"), 1, "and the tables");
	is_int(schema_migrate(s, &two, &e), 0, "1 to 2");
	is_int(number(s, "PRAGMA user_version"), 2, "is said in the file");
	is_int(number(s, "SELECT count(*) FROM pragma_table_info('a')"), 2, "and done");
	ok(stat(copy, &st) == 0 && (st.st_mode & 07777) == 0600, "a copy was kept, 0600");
	umask(old);
	is_int(schema_migrate(s, &two, &e), 0, "what is done is not done again");
	is_int(schema_check(s, &one, &version, &e), -E_UNSUPPORTED, "a newer one is refused");
	ok(strstr(e.msg, "schema 2") && strstr(e.msg, "up to 1"), "naming both: %s", e.msg);
	store_close(s);

	if (sqlite3_open(copy, &db1) != SQLITE_OK)
		exit(1);
	s = calloc(1, sizeof(*s));
	s->db = db1;
	s->lock.fd = -1;
	is_int(number(s, "PRAGMA user_version"), 1, "the copy is of the older version");
	is_str(text(s, "SELECT x FROM a"), "kept", "and holds its rows");
	store_close(s);
}

/* As a release after this one would have left it. */
static void test_newer(void)
{
	struct store_options o = fixture_options(true);
	struct store *s = NULL;
	struct err e;

	fixture_new();
	s = fixture_open(true);
	run(s, "PRAGMA user_version = 1000");
	store_close(s);
	s = NULL;
	is_int(store_open(&o, &s, &e), -E_UNSUPPORTED, "a writer refuses a newer schema");
	o.write = false;
	is_int(store_open(&o, &s, &e), -E_UNSUPPORTED, "a reader too");
	ok(!s, "nothing is opened");
}

int main(void)
{
	test_active();
	test_count();
	test_promote();
	test_cascades();
	test_names();
	test_sealed_columns();
	test_history_stays();
	test_migration();
	test_newer();
	return done_testing();
}
