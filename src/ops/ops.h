/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The use-cases. One struct ops is one command's world: where the database is, how patient it is,
 * and whom to ask. Nothing here prints or knows argv: questions, notes and progress go through
 * struct ops_ui, which cmd and the menu implement.
 */
#ifndef WF_OPS_OPS_H
#define WF_OPS_OPS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

enum ops_answer { OPS_NO, OPS_YES };

struct ops_ui {
	void *ctx;
	/* A remark for people, one sentence without final stop ("note: " is the caller's). */
	void (*note)(void *ctx, const char *text);
	/* Something that went wrong without ending the command ("! mullvad.conf:9:12: …"). */
	void (*warn)(void *ctx, const struct err *e);
	/* A step as it is done (-v): "rule 5140 add …". */
	void (*step)(void *ctx, const char *text);
	/* Where a long work stands; shown on a terminal only. */
	void (*progress)(void *ctx, const char *text);
	/* Yes or no; `safe` is what --yes and an empty line take. Without a terminal and without --yes:
	 * E_NEED_ANSWER naming the option that answers it. */
	int (*confirm)(void *ctx, const char *question, enum ops_answer safe, const char *option,
		enum ops_answer *ret, struct err *e);
	/* One of several, or a new name typed in (allow_new); *ret is an arena string. */
	int (*choose)(void *ctx, struct arena *a, const char *question, const char *const *choices,
		size_t n, bool allow_new, const char *option, const char **ret, struct err *e);
	/* Ctrl-C was pressed (asked while waiting). */
	bool (*cancelled)(void *ctx);
};

/* A secret that came with this command and rests in no row; id as in struct key_ref. */
struct ops_key {
	char id[SEAL_ID_SIZE];
	struct wg_secret secret;
};

struct ops {
	struct arena *arena; /* for results of this command */
	const struct ops_ui *ui;
	const char *verb; /* for locks and records: "up" */
	const char *db_path;  /* NULL = the system's */
	unsigned timeout_ms;  /* for a lock, a lookup */
	bool dry_run, verbose;
	const char *run_dir; /* NULL = /run/wf */
	struct store *store; /* opened by ops_store, closed by ops_close */
	const char *machine; /* this machine's id, cached */
	LIST(struct ops_key, keys);
};

void ops_close(struct ops *o);
/* Opens the database as the command needs it (once; read first and write later is not asked for). */
int ops_store(struct ops *o, bool write, bool create, struct err *e);
/*
 * Opens the database to read. One that does not exist yet is empty: *empty is set and nothing is
 * open.
 */
int ops_read(struct ops *o, bool *empty, struct err *e);
/* Opens the database to write and begins the transaction; a dry run never makes one. */
int ops_begin(struct ops *o, bool create, struct err *e);
/* Commits when r is 0, and takes back otherwise and with dry_run. Returns r or the new failure. */
int ops_end(struct ops *o, int r, struct err *e);
int ops_machine(struct ops *o, const char **ret, struct err *e);
/* Says a note through the ui. */
void ops_note(struct ops *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
