// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The history: every change is in it once, by its type, with what it takes to go back; snapshots
 * are older than the changes that name them; no sealed text reaches the event table.
 */
#include "fixture.h"
#include "store/change.h"

static struct store *s;
static struct arena *a;
static int64_t laptop, mullvad;

static void begin(void)
{
	fixture_new();
	s = fixture_open(true);
	a = arena_new();
	MUST(store_begin(s, ERR));
	laptop = add_peer(s, "laptop", NULL);
	mullvad = add_sponsor(s, "Mullvad");
	MUST(store_commit(s, ERR));
	MUST(store_begin(s, ERR));
}

static void end(void)
{
	store_close(s);
	arena_free(a);
}

static int64_t changes(void)
{
	return number(s, "SELECT count(*) FROM extramural_state_change");
}

/* One column of the last change. */
static const char *last(const char *column)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
		"SELECT %s FROM extramural_state_change ORDER BY id DESC LIMIT 1", column);
	return text(s, sql);
}

static void test_rows(void)
{
	struct ssh_host h = {.name = "gate", .host = "192.0.2.1"};
	struct local_peer p = {.name = "server"};

	begin();
	is_int(changes(), 2, "two rows, two changes");
	is_str(last("change_type"), "sponsor_added", "the type");
	is_str(last("entity_type"), "sponsor", "the kind");
	is_int(number(s, "SELECT entity_id FROM extramural_state_change ORDER BY id DESC"), mullvad,
		"the number");
	is_str(last("entity_name"), "Mullvad", "the name");
	is_str(last("json_extract(new_value, '$.name')"), "Mullvad", "the row");
	is_str(last("old_value"), "NULL", "and nothing before");
	is_str(text(s,
		       "SELECT actor || ' ' || verb || ' ' || noun || ' ' || object || ' ' || "
		       "result"
		       " FROM event WHERE id = 1"),
		geteuid() == 0 ? "uid 0 test local_peer laptop ok"
			       : text(s, "SELECT actor || ' test local_peer laptop ok' FROM event"),
		"and the event");

	MUST(store_ssh_host_add(s, &h, ERR));
	is_str(last("change_type"), "ssh_host_added", "a host is added");
	p.ssh_host_id = h.id;
	MUST(store_peer_add(s, &p, ERR));
	MUST(store_ssh_host_remove(s, h.id, ERR));
	is_str(last("change_type"), "ssh_host_removed", "and removed");
	is_str(last("json_extract(old_value, '$.ssh_host')"), "192.0.2.1", "its row is kept");
	is_str(text(s,
		       "SELECT change_type || ' ' || old_value || new_value FROM"
		       " extramural_state_change ORDER BY id DESC LIMIT 1 OFFSET 1"),
		"local_peer_edited {\"ssh_host_id\":1}{\"ssh_host_id\":null}",
		"the device that lost it has a change of its own");
	MUST(store_peer_remove(s, p.id, ERR));
	is_str(last("change_type"), "local_peer_removed", "a device is removed");
	end();
}

static void test_import(void)
{
	struct command_pair_list commands;
	struct command_pair hook = {.up_phase = "post", .up_commands = "[\"true\"]"};
	int64_t before, config;

	begin();
	before = changes();
	config = hook.config_id = add_config(s, laptop, mullvad, "PUB");
	add_server(s, config, "a", 1);
	add_server(s, config, "b", 1);
	MUST(store_command_add(s, &hook, ERR));
	is_int(changes() - before, 1, "an import is one change");
	is_str(last("change_type"), "config_imported", "of its own type");
	is_str(last("entity_name"), "laptop/Mullvad", "named by device and sponsor");
	MUST(store_commit(s, ERR));
	MUST(store_begin(s, ERR));
	add_server(s, config, "c", 1);
	is_str(last("change_type"), "peer_added", "later servers are changes");
	is_str(last("entity_name"), "laptop/Mullvad@c", "named by config and server");
	hook.id = 0;
	MUST(store_command_add(s, &hook, ERR));
	is_str(last("change_type"), "config_edited", "later commands too");
	is_str(last("json_extract(new_value, '$.commands[0].up_phase')"), "post", "with the row");
	hook.enabled = true;
	MUST(store_command_update(s, &hook, ERR));
	is_str(last("json_extract(old_value, '$.commands[0].enabled')"), "0",
		"a change of one, with what it was");
	is_str(last("json_extract(new_value, '$.commands[0].enabled')"), "1", "and is");
	before = changes();
	MUST(store_command_update(s, &hook, ERR));
	is_int(changes(), before, "nothing that differs is no change");
	MUST(store_command_list(s, a, config, &commands, ERR));
	MUST(store_command_remove(s, &commands, ERR));
	is_int(number(s,
		       "SELECT json_array_length(old_value, '$.commands')"
		       " FROM extramural_state_change ORDER BY id DESC"),
		2, "and their going");

	MUST(store_sponsor_remove(s, mullvad, ERR));
	is_str(last("change_type"), "sponsor_removed", "a sponsor goes");
	is_str(text(s,
		       "SELECT change_type || json_array_length(old_value, '$.servers') ||"
		       " json_extract(old_value, '$.local_private_key') FROM"
		       " extramural_state_change ORDER BY id DESC LIMIT 1 OFFSET 1"),
		"config_removed3" SEALED_TEXT, "after its config, kept with servers and key");
	end();
}

static void test_edits(void)
{
	struct config c, other;
	struct server_slot slot;
	struct server_list l;
	int64_t n;
	struct err e;

	begin();
	c = config_row(laptop, mullvad, "PUB");
	is_int(store_config_create(s, &c, &e), 0, "a config that was made here");
	is_str(last("change_type"), "config_created", "has its own type");
	add_server(s, c.id, "a", 1);
	add_server(s, c.id, "b", 1);
	MUST(store_commit(s, ERR));
	MUST(store_begin(s, ERR));
	MUST(store_config_get(s, a, "laptop/mullvad", NULL, &c, ERR));

	n = changes();
	MUST(store_config_update(s, &c, ERR));
	is_int(changes(), n, "what stays the same is no change");
	other = c;
	other.mtu = 1400;
	other.notes = "n";
	MUST(store_config_update(s, &other, ERR));
	is_str(last("change_type"), "config_edited", "an edit");
	is_str(last("old_value"), "{\"mtu\":null,\"notes\":null}", "only what differs, before");
	is_str(last("new_value"), "{\"mtu\":1400,\"notes\":\"n\"}", "and after");
	is_str(text(s, "SELECT old || new FROM event ORDER BY id DESC"),
		"{\"mtu\":null,\"notes\":null}{\"mtu\":1400,\"notes\":\"n\"}", "so in the event");

	c = other;
	c.private_key = "wf1:ffffffffffffffffffffffffffffffff:BBBB";
	c.public_key = "PUB2";
	c.old_private_key = SEALED_TEXT;
	c.pending_remote_update = true;
	MUST(store_config_update(s, &c, ERR));
	is_str(last("change_type"), "key_rotated", "another key");
	is_str(last("json_extract(old_value, '$.local_private_key')"), SEALED_TEXT,
		"the old one is kept, sealed");
	is_int(number(s, "SELECT count(*) FROM event WHERE old LIKE '%wf1:%' OR new LIKE '%wf1:%'"),
		0, "but not in the event");
	is_int(number(s, "SELECT count(*) FROM event WHERE new LIKE '%PUB2%'"), 1,
		"which has the public one");
	c.pending_remote_update = false;
	c.old_private_key = NULL;
	MUST(store_config_update(s, &c, ERR));
	is_str(last("change_type"), "pending_cleared", "the sponsor has it");
	c.last_deployed_at = "2026-11-02T09:14:00Z";
	c.deployed_hash = "h";
	MUST(store_config_update(s, &c, ERR));
	is_str(last("change_type"), "deployed", "deployed");
	c.deployed_hash = "h2";
	c.mtu = 0;
	MUST(store_config_update(s, &c, ERR));
	is_str(last("change_type"), "config_edited", "deployed and edited is edited");

	MUST(store_server_activate(s, c.id, "b", ERR));
	is_str(last("change_type"), "active_switched", "another server");
	is_str(last("old_value || new_value"), "{\"server\":\"a\"}{\"server\":\"b\"}", "from, to");
	n = changes();
	MUST(store_server_activate(s, c.id, "B", ERR));
	is_int(changes(), n, "the active one again is no change");
	MUST(store_server_list(s, a, c.id, &l, ERR));
	slot = l.items[0];
	slot.endpoint = "192.0.2.7:1";
	MUST(store_server_update(s, &slot, ERR));
	is_str(last("change_type"), "peer_edited", "a server's new endpoint");
	is_str(last("new_value"), "{\"endpoint\":\"192.0.2.7:1\"}", "alone");
	MUST(store_server_remove(s, c.id, "b", ERR));
	is_str(last("change_type"), "active_switched", "the active server goes");
	is_str(text(s,
		       "SELECT change_type || json_extract(old_value, '$.slots[0].server') FROM"
		       " extramural_state_change ORDER BY id DESC LIMIT 1 OFFSET 1"),
		"peer_removedb", "and is kept");
	end();
}

static void test_snapshots(void)
{
	int64_t id = 0;

	begin();
	is_int(number(s, "SELECT count(*) FROM extramural_state_snapshot"), 1,
		"the first change makes one");
	is_int(number(s,
		       "SELECT json_array_length(snapshot_data, '$.sponsor.rows')"
		       " FROM extramural_state_snapshot"),
		0, "of what was before it");
	add_config(s, laptop, mullvad, "PUB");
	is_int(number(s, "SELECT count(*) FROM extramural_state_snapshot"), 1,
		"the next change does not");
	MUST(change_snapshot(s, "by hand", &id, ERR));
	is_int(id, 2, "on request there is another");
	is_str(text(s, "SELECT description FROM extramural_state_snapshot WHERE id = 2"), "by hand",
		"with its description");
	is_int(number(s,
		       "SELECT json_valid(snapshot_data) FROM extramural_state_snapshot"
		       " WHERE id = 2"),
		1, "valid JSON");
	is_str(text(s,
		       "SELECT json_extract(snapshot_data, '$.schema') FROM"
		       " extramural_state_snapshot WHERE id = 2"),
		"wf.snapshot/1", "which says what it is");
	is_int(number(s,
		       "SELECT count(*) FROM extramural_state_snapshot,"
		       " json_each(snapshot_data, '$.extramural_config.rows[0]')"
		       " WHERE extramural_state_snapshot.id = 2 AND value = '" SEALED_TEXT "'"),
		1, "with the key, sealed");
	is_int(number(s,
		       "SELECT (SELECT count(*) FROM json_each(snapshot_data,"
		       " '$.extramural_config.columns')) = (SELECT count(*) FROM"
		       " pragma_table_info('extramural_config') WHERE name <> 'server_count')"
		       " FROM extramural_state_snapshot"
		       " WHERE id = 2"),
		1, "and every column of the table");
	add_sponsor(s, "Other");
	is_int(number(s, "SELECT max(snapshot_id) FROM extramural_state_change"), 2,
		"later changes name it");
	MUST(store_commit(s, ERR));

	run(s, "UPDATE extramural_state_snapshot SET created_at = '2020-01-01T00:00:00Z'");
	MUST(store_begin(s, ERR));
	add_sponsor(s, "Next day");
	add_sponsor(s, "Next day 2");
	MUST(store_commit(s, ERR));
	is_int(number(s, "SELECT count(*) FROM extramural_state_snapshot"), 3, "one a day");
	is_int(number(s,
		       "SELECT count(*) FROM extramural_state_snapshot,"
		       " json_each(snapshot_data, '$.sponsor.rows')"
		       " WHERE extramural_state_snapshot.id = 3"),
		2, "made before that day's first change");
	MUST(store_begin(s, ERR));
	add_sponsor(s, "Taken back");
	store_rollback(s);
	is_int(number(s, "SELECT count(*) FROM event WHERE object = 'Taken back'"), 0,
		"what is rolled back leaves no event");
	end();
}

/* But those that follow from others: server_count is kept by triggers as servers come and go. */
static void test_every_column(void)
{
	static const char *const tables[] = {"ssh_host", "sponsor", "local_peer",
		"extramural_config", "extramural_peer", "command_pair"};
	char sql[512];
	int64_t id;

	begin();
	MUST(change_snapshot(s, NULL, &id, ERR));
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		snprintf(sql, sizeof(sql),
			"SELECT coalesce(group_concat(name), '') FROM pragma_table_info('%s')"
			" WHERE name NOT IN ('entity_type', 'server_count') AND name NOT IN"
			" (SELECT value FROM"
			" extramural_state_snapshot, json_each(snapshot_data, '$.%s.columns')"
			" WHERE extramural_state_snapshot.id = 2)",
			tables[i], tables[i]);
		is_str(text(s, sql), "", "no column of %s is left out", tables[i]);
	}
	end();
}

static void test_event(void)
{
	const struct event v = {.noun = "config", .object = "laptop/Mullvad", .result = "E_BUSY"};

	begin();
	MUST(event_record(s, &v, ERR));
	is_str(text(s,
		       "SELECT verb || ' ' || object || ' ' || result FROM event"
		       " ORDER BY id DESC"),
		"test laptop/Mullvad E_BUSY", "an event without a change");
	is_int(changes(), 2, "is none");
	end();
}

int main(void)
{
	test_rows();
	test_import();
	test_edits();
	test_snapshots();
	test_every_column();
	test_event();
	return done_testing();
}
