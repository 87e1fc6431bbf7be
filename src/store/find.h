/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to store: looking rows up, the same for every table that has names. */
#ifndef WF_STORE_FIND_H
#define WF_STORE_FIND_H

#include "store/name.h"
#include "store/row.h"

/* By its name without case; E_NOT_FOUND says `what` there is none of, with near names. */
int find_by_name(struct store *s, const struct table *t, struct arena *a, const char *what,
	const char *name, void *row, struct err *e);
/* E_NOT_FOUND: it was removed meanwhile. */
int find_by_id(struct store *s, const struct table *t, struct arena *a, int64_t id, void *row,
	struct err *e);
/* Every row, by name. */
int find_all(struct store *s, const struct table *t, struct arena *a, size_t size,
	struct row_list *ret, struct err *e);
/* The first column of every row of a bound statement. */
int find_texts(struct store *s, sqlite3_stmt *st, struct arena *a, const char ***ret,
	size_t *ret_n, struct err *e);
/* Offers the first column of every row; ?1, where the text has it, is `id`. */
int find_near(struct store *s, const char *text, int64_t id, struct near *near, struct err *e);

#endif
