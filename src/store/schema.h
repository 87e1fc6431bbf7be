/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema and its migrations. Step n of the list takes a database from user_version n to n + 1,
 * each in one transaction; before the first step a copy of the database is kept as "PATH.vN".
 */
#ifndef WF_STORE_SCHEMA_H
#define WF_STORE_SCHEMA_H

#include "store/sql.h"

#define SCHEMA_APPLICATION_ID 0x77663031 /* "wf01", in the header of the file */

struct schema {
	const char *const *steps; /* SQL */
	unsigned version;	  /* how many steps there are */
};

extern const struct schema schema_latest; /* steps.c */

/*
 * Looks at what the file is: *ret_version is its user_version. E_DB when it is no database of wf,
 * E_UNSUPPORTED when it is newer than `schema`.
 */
int schema_check(struct store *s, const struct schema *schema, unsigned *ret_version,
	struct err *e);
/* Brings the database up to `schema`; the store is opened to write and holds the lock. */
int schema_migrate(struct store *s, const struct schema *schema, struct err *e);

#endif
