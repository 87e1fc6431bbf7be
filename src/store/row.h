/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to store: rows as structs. A table is described once, by its columns and the fields they
 * go to; inserting, updating, reading, comparing and writing as JSON follow from that.
 */
#ifndef WF_STORE_ROW_H
#define WF_STORE_ROW_H

#include "base/jsonw.h"
#include "store/sql.h"

enum column_kind {
	COLUMN_TEXT,	 /* const char *, NULL is NULL */
	COLUMN_REF,	 /* int64_t, 0 is NULL */
	COLUMN_MARK,	 /* int64_t, -1 is NULL */
	COLUMN_INT,	 /* int or unsigned, never NULL */
	COLUMN_INT_ZERO, /* int, 0 is NULL */
	COLUMN_INT_NEG,	 /* int, -1 is NULL */
	COLUMN_BOOL,
};

enum column_use {
	COLUMN_PLAIN,
	COLUMN_SEALED, /* may hold a sealed text: kept out of the event table */
	COLUMN_FIXED,  /* written when the row is made, never by an update */
	COLUMN_TIME,   /* created_at, updated_at: kept by this module */
	COLUMN_JOINED, /* read only; `expr` says from where */
};

struct column {
	const char *name;
	size_t offset;
	enum column_kind kind;
	enum column_use use;
	const char *expr;
};

/* In `from` and in the tails of queries the table is called t. The first column is the id. */
struct table {
	const char *name;
	const char *from; /* "sponsor t" and what is joined to it */
	const struct column *columns;
	size_t n_columns;
};

#define COLUMN(type, field, column, kind, use)                                                    \
	{                                                                                         \
		column, offsetof(type, field), COLUMN_##kind, COLUMN_##use, NULL                  \
	}
#define COLUMN_AS(type, field, kind, expr)                                                        \
	{                                                                                         \
		#field, offsetof(type, field), COLUMN_##kind, COLUMN_JOINED, expr                 \
	}
#define COLUMN_TIMES(type)                                                                        \
	COLUMN(type, created_at, "created_at", TEXT, TIME),                                       \
		COLUMN(type, updated_at, "updated_at", TEXT, TIME)
#define TABLE(name, from, columns)                                                                \
	{                                                                                         \
		name, from, columns, sizeof(columns) / sizeof(*(columns))                         \
	}

extern const struct table ssh_host_table, sponsor_table, local_peer_table, config_table,
	config_list_table, server_table, command_table;

/*
 * Prepares "SELECT columns FROM from TAIL"; `tail` is a literal. With config_table ?1 is the
 * machine id (or unbound, NULL), so other parameters begin at ?2 there.
 */
int row_query(struct store *s, const struct table *t, const char *tail, sqlite3_stmt **ret,
	struct err *e);
/* Reads the row the statement stands on; what it does not know in *row is left alone. */
void row_read(const struct table *t, sqlite3_stmt *st, struct arena *a, void *row);
/* Steps and reads: 1 = read, 0 = there is none, negative = error. */
int row_next(struct store *s, const struct table *t, sqlite3_stmt *st, struct arena *a, void *row,
	struct err *e);
/* All rows of the statement into a LIST of `size` byte structs. */
struct row_list {
	void *items;
	size_t n, cap;
};
int row_all(struct store *s, const struct table *t, sqlite3_stmt *st, struct arena *a, size_t size,
	struct row_list *ret, struct err *e);
/* Hands over to a public list, whose items have their own type. */
#define ROW_LIST_GIVE(list, ret)                                                                  \
	((ret)->items = (list).items, (ret)->n_items = (list).n, (ret)->cap_items = (list).cap)

/* Fills the id; in the database, times that are NULL become that of the transaction. */
int row_insert(struct store *s, const struct table *t, void *row, struct err *e);
/* Writes the PLAIN and SEALED columns, and updated_at of a table that has it. */
int row_update(struct store *s, const struct table *t, const void *row, struct err *e);
int row_delete(struct store *s, const struct table *t, int64_t id, struct err *e);

/* An object of the columns that are not NULL; row_members leaves the object to the caller. */
void row_members(struct jsonw *j, const struct table *t, const void *row);
void row_json(struct jsonw *j, const struct table *t, const void *row);
/*
 * The columns in which two rows differ, as an object of b's values (NULLs are written); with
 * `clear`, without those that may be sealed. Gives how many columns differ.
 */
unsigned row_difference(struct jsonw *j, const struct table *t, const void *a, const void *b,
	bool clear);

#endif
