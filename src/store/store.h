/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database: opening, migration, transactions, sealing. One file of queries per entity stands
 * beside this one. Every change of a row goes through change.h, which writes the state change and
 * the event in the same transaction.
 */
#ifndef WF_STORE_STORE_H
#define WF_STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "crypto/seal.h"
#include "model/entity.h"

#define STORE_SYSTEM_PATH "/var/lib/wf/wf.db"
#define STORE_SYSTEM_KEY  "/etc/wf/key"

struct store;

struct store_options {
	const char *path;     /* NULL = STORE_SYSTEM_PATH */
	const char *key_path; /* NULL = by path: the system's, or $XDG_CONFIG_HOME/wf/key */
	const char *verb;     /* who holds the lock, for the second comer; also of the events */
	const char *actor;    /* of the events; NULL = "uid N" */
	unsigned timeout_ms;  /* waiting for the lock */
	bool write;	      /* takes the lock; without it nothing is ever written */
	bool create;	      /* make it when it is missing (with write) */
};

/*
 * Created 0600 in a 0700 directory whatever the umask. A file or directory that others can read is
 * refused with E_DB_MODE and the command that mends it. A missing database without `create` is
 * E_NOT_FOUND, one that the caller may not open E_PERMISSION, one that is no database of wf E_DB.
 * Migrates from any older user_version (a copy "PATH.vN" is kept first); a newer one is
 * E_UNSUPPORTED. A second writer gets E_BUSY, naming the first, after timeout_ms. A reader of a database that needs migrating gets it migrated (it then needs the
 * lock for that moment).
 */
int store_open(const struct store_options *o, struct store **ret, struct err *e);
void store_close(struct store *s);
static inline void store_closep(struct store **s)
{
	store_close(*s);
}
#define STORE_CLEANUP __attribute__((cleanup(store_closep)))

/* One transaction at a time; store_rollback is fine when none is open. */
int store_begin(struct store *s, struct err *e);
int store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s);

/* The sealing key is loaded at the first call (made, when the store was opened to write). */
int store_seal_key(struct store *s, const struct seal_key **ret, struct err *e);
/* Opens the secret that key#ID names, wherever in the rows it rests. */
int store_open_key(struct store *s, const char *id, struct wg_secret *ret, struct err *e);

#endif
