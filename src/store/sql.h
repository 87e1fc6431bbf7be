/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to store: the handle, statements that are prepared once, and SQLite's errors as ours.
 */
#ifndef WF_STORE_SQL_H
#define WF_STORE_SQL_H

#include <sqlite3.h>
#include "base/clock.h"
#include "base/lock.h"
#include "base/str.h"
#include "store/store.h"

struct sql_cached {
	const void *owner; /* the table whose columns were put in, or NULL */
	const char *text;  /* literal it was made from; compared by address */
	sqlite3_stmt *st;
};

struct store {
	sqlite3 *db;
	struct lock lock;
	char *path, *key_path, *verb, *actor;
	bool write;
	bool open_transaction;
	char now[CLOCK_TEXT_SIZE]; /* one time for everything in a transaction */
	int64_t fresh_config;	   /* configs from this id on were made in this transaction */
	int64_t snapshot_id;	   /* the one the transaction's changes name; 0 = not asked yet */
	struct seal_key *seal;
	struct sql_cached *cached;
	size_t n_cached, cap_cached;
};

/*
 * The statement for `text`, prepared at the first call and kept until store_close; `text` must be a
 * literal. It comes back unbound and is given back by SQL_CLEANUP; it must not be asked for again
 * before that.
 */
int sql_get(struct store *s, const char *text, sqlite3_stmt **ret, struct err *e);
/* For texts that are put together: the kept statement or NULL, and keeping a new one. */
sqlite3_stmt *sql_find(struct store *s, const void *owner, const char *text);
int sql_keep(struct store *s, const void *owner, const char *text, const char *sql,
	sqlite3_stmt **ret, struct err *e);
static inline void sql_release(sqlite3_stmt **st)
{
	sqlite3_reset(*st); /* NULL is fine; an error in it was reported by the step */
	if (*st)
		sqlite3_clear_bindings(*st);
}
#define SQL_CLEANUP __attribute__((cleanup(sql_release)))

/* Text is borrowed until the statement is given back; NULL is NULL. */
void sql_bind_text(sqlite3_stmt *st, int i, const char *text);
void sql_bind_int(sqlite3_stmt *st, int i, int64_t value);
/* 1 = a row, 0 = no more, negative = error. */
int sql_step(struct store *s, sqlite3_stmt *st, struct err *e);
/* For statements that give no row. */
int sql_run(struct store *s, sqlite3_stmt *st, struct err *e);
/* Statements without parameters, as one text. */
int sql_exec(struct store *s, const char *text, struct err *e);
/* The first column of the only row, as a number. */
int sql_number(struct store *s, const char *text, int64_t *ret, struct err *e);
const char *sql_column_text(sqlite3_stmt *st, int i, struct arena *a); /* NULL is NULL */
/* What SQLite said last, as an error. */
int sql_error(struct store *s, struct err *e);
/* A changing call outside of store_begin/commit, or on a store opened to read, is a mistake. */
int sql_need_transaction(struct store *s, struct err *e);

#endif
