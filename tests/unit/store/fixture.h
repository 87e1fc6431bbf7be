/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A database of its own per test, and rows that are made in one line. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/tap.h"
#include "store/entities.h"
#include "store/sql.h"

/* What a sealed text looks like; nothing here opens it. */
#define SEALED_TEXT "wf1:00112233445566778899aabbccddeeff:AAAA"

#define UNUSED __attribute__((unused))

static struct err err_;
static char dir_[] = "/tmp/wf-store-XXXXXX";
static char path_[sizeof(dir_) + 16];
static char key_[sizeof(dir_) + 16];

static int remove_one_(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

UNUSED static void fixture_remove(void)
{
	nftw(dir_, remove_one_, 8, FTW_DEPTH | FTW_PHYS);
}

/* A new directory (0700) with no database in it yet. */
UNUSED static void fixture_new(void)
{
	static bool at_exit;

	/* Also when a test ends early. */
	if (!at_exit)
		atexit(fixture_remove);
	at_exit = true;
	fixture_remove();
	memcpy(dir_, "/tmp/wf-store-XXXXXX", sizeof(dir_));
	if (!mkdtemp(dir_))
		exit(1);
	snprintf(path_, sizeof(path_), "%s/wf.db", dir_);
	snprintf(key_, sizeof(key_), "%s/key", dir_);
}

UNUSED static struct store_options fixture_options(bool write)
{
	return (struct store_options){.path = path_,
		.key_path = key_,
		.verb = "test",
		.write = write,
		.create = write};
}

/* Ends the test program when it cannot be opened: nothing after it would mean anything. */
UNUSED static struct store *fixture_open(bool write)
{
	struct store_options o = fixture_options(write);
	struct store *s = NULL;
	struct err e;

	if (store_open(&o, &s, &e)) {
		diag("cannot open: %s", e.msg);
		exit(1);
	}
	return s;
}

/* For what must succeed on the way. */
#define ERR (&err_)
#define MUST(call)                                                                                \
	do {                                                                                      \
		if (call) {                                                                       \
			diag("%s:%d: %s: %s", __FILE__, __LINE__, #call, err_.msg);               \
			exit(1);                                                                  \
		}                                                                                 \
	} while (0)

UNUSED static int64_t number(struct store *s, const char *sql)
{
	sqlite3_stmt *st;
	int64_t n = -1;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		diag("%s: %s", sql, sqlite3_errmsg(s->db));
	else if (sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* Valid until the next call; "(none)" when there is no row. */
UNUSED static const char *text(struct store *s, const char *sql)
{
	static char buf[4096];
	sqlite3_stmt *st;

	snprintf(buf, sizeof(buf), "(none)");
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		diag("%s: %s", sql, sqlite3_errmsg(s->db));
	else if (sqlite3_step(st) == SQLITE_ROW)
		snprintf(buf, sizeof(buf), "%s",
			sqlite3_column_text(st, 0) ? (const char *)sqlite3_column_text(st, 0) :
						     "NULL");
	sqlite3_finalize(st);
	return buf;
}

UNUSED static int run(struct store *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL);
}

UNUSED static int64_t add_sponsor(struct store *s, const char *name)
{
	struct sponsor p = {.name = name};

	MUST(store_sponsor_add(s, &p, ERR));
	return p.id;
}

UNUSED static int64_t add_peer(struct store *s, const char *name, const char *machine)
{
	struct local_peer p = {.name = name, .machine_id = machine};

	MUST(store_peer_add(s, &p, ERR));
	return p.id;
}

UNUSED static struct config config_row(int64_t peer, int64_t sponsor, const char *public_key)
{
	return (struct config){.local_peer_id = peer,
		.sponsor_id = sponsor,
		.private_key = SEALED_TEXT,
		.public_key = public_key,
		.listen_port = -1,
		.fwmark = -1};
}

UNUSED static int64_t add_config(
	struct store *s, int64_t peer, int64_t sponsor, const char *public_key)
{
	struct config c = config_row(peer, sponsor, public_key);

	MUST(store_config_add(s, &c, ERR));
	return c.id;
}

UNUSED static int64_t add_server(struct store *s, int64_t config, const char *name, int slot)
{
	struct server_slot p = {.config_id = config,
		.server = name,
		.slot = slot,
		.public_key = "K",
		.allowed_ips = "0.0.0.0/0",
		.keepalive = -1};

	MUST(store_server_add(s, &p, ERR));
	return p.id;
}

#endif
