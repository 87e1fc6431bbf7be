// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thousand configs and ten thousand servers: what is looked up is found through an index, never
 * by reading a table, and one import is one change. Times are printed, not judged.
 */
#include "fixture.h"
#include "store/change.h"

#define CONFIGS 1000
#define SERVERS 10000

static struct store *s;
static int64_t started;

static void start(void)
{
	started = clock_ms();
}

static void took(const char *what)
{
	diag("%s: %lld ms", what, (long long)(clock_ms() - started));
}

static void fill_servers(int64_t config, unsigned n)
{
	struct server_slot p = {.slot = 1,
		.country = "se",
		.city = "Gothenburg",
		.public_key = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQ=",
		.endpoint = "192.0.2.1:51820",
		.allowed_ips = "0.0.0.0/0, ::/0",
		.keepalive = 25};
	char name[32];

	p.config_id = config;
	for (unsigned i = 0; i < n; i++) {
		struct server_slot row = p;

		snprintf(name, sizeof(name), "se-got-wg-%04u", i);
		row.server = row.host = name;
		MUST(store_server_add(s, &row, ERR));
	}
}

static void test_one_config(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct server_list l;
	int64_t id;

	fixture_new();
	s = fixture_open(true);
	MUST(store_begin(s, ERR));
	id = add_config(s, add_peer(s, "laptop", "m"), add_sponsor(s, "Big"), "PUB");
	start();
	fill_servers(id, SERVERS);
	took("10,000 servers added");
	start();
	MUST(store_commit(s, ERR));
	took("committed");
	is_int(number(s, "SELECT count(*) FROM extramural_state_change"), 3,
		"one change for the import");
	MUST(store_begin(s, ERR));
	start();
	MUST(change_snapshot(s, NULL, &id, ERR));
	took("snapshot");
	start();
	MUST(store_server_list(s, a, 1, &l, ERR));
	took("list");
	is_int(l.n_items, SERVERS, "all of them");
	start();
	MUST(store_config_remove(s, 1, ERR));
	took("config removed");
	is_int(number(s, "SELECT count(*) FROM extramural_peer"), 0, "none is left");
	store_close(s);
}

/* "SCAN table" in a plan means that the whole table is read. */
static bool scans(const char *sql)
{
	sqlite3_stmt *st;
	char plan[2048];
	bool found = false;

	snprintf(plan, sizeof(plan), "EXPLAIN QUERY PLAN %s", sql);
	if (sqlite3_prepare_v2(s->db, plan, -1, &st, NULL) != SQLITE_OK) {
		diag("%s: %s", sql, sqlite3_errmsg(s->db));
		return true;
	}
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(st, 3);

		if (strstr(line, "SCAN") && !strstr(line, "CONSTANT ROW")) {
			diag("%s", line);
			found = true;
		}
	}
	sqlite3_finalize(st);
	return found;
}

/* Every statement the calls before it have prepared is asked how it would be run. */
static void check_plans(void)
{
	for (size_t i = 0; i < s->n_cached; i++) {
		const char *sql = sqlite3_sql(s->cached[i].st);

		if (strncmp(sql, "SELECT", 6) == 0)
			ok(!scans(sql), "by index: %.60s", sql);
	}
}

static void test_many(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	SECRET_CLEANUP struct wg_secret key = {0};
	const struct seal_key *seal;
	struct config_filter f = {.machine_id = "m"};
	int64_t sponsors[CONFIGS / 10], peer = 0;
	struct server_list l;
	struct config_list all;
	struct config c;
	char name[32];
	struct err e;

	fixture_new();
	s = fixture_open(true);
	MUST(store_seal_key(s, &seal, ERR));
	MUST(store_begin(s, ERR));
	for (unsigned i = 0; i < CONFIGS; i++) {
		snprintf(name, sizeof(name), "sponsor-%u", i);
		if (i < CONFIGS / 10)
			sponsors[i] = add_sponsor(s, name);
		snprintf(name, sizeof(name), "device-%u", i);
		if (i % (CONFIGS / 10) == 0)
			peer = add_peer(s, name, i ? NULL : "m");
		fill_servers(
			add_config(s, peer, sponsors[i % (CONFIGS / 10)], name), SERVERS / CONFIGS);
	}
	MUST(store_commit(s, ERR));
	store_close(s);

	s = fixture_open(false);
	start();
	MUST(store_config_get(s, a, "sponsor-50", "m", &c, ERR));
	MUST(store_config_get(s, a, "device-500/sponsor-50", "m", &c, ERR));
	MUST(store_server_active(s, a, c.id, &l, ERR));
	MUST(store_server_match(s, a, c.id, "se-got-wg-0003", &l, ERR));
	MUST(store_server_match(s, a, c.id, "gothen", &l, ERR));
	took("what up asks");
	is_int(store_open_key(s, "00000000000000000000000000000000", &key, &e), -E_NOT_FOUND,
		"a key no row has");
	check_plans();
	start();
	MUST(store_config_list(s, a, &f, &all, ERR));
	took("list of 1,000 configs");
	is_int(all.n_items, CONFIGS, "all of them");
	is_int(all.items[7].servers, SERVERS / CONFIGS, "each with the number of its servers");
	store_close(s);
}

int main(void)
{
	test_one_config();
	test_many();
	return done_testing();
}
