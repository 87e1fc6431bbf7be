/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at configurations, and removing them. */
#ifndef WF_OPS_BOOK_H
#define WF_OPS_BOOK_H

#include "model/conf.h"
#include "ops/ops.h"
#include "store/entities.h"

/*
 * Opens the database to read. One that does not exist yet is empty: *empty is set and nothing is
 * open.
 */
int book_open(struct ops *o, bool *empty, struct err *e);
/* Opens the database to write and begins the transaction; a dry run never makes one. */
int book_begin(struct ops *o, bool create, struct err *e);
/* Commits when r is 0, and takes back otherwise and with dry_run. Returns r or the new failure. */
int book_end(struct ops *o, int r, struct err *e);

/* sponsor and peer may be NULL; one that does not exist is E_NOT_FOUND. */
int book_list(struct ops *o, const char *sponsor, const char *peer, struct config_list *ret,
	struct err *e);

struct book_entry {
	struct config config;
	struct server_list servers; /* the slots of the active server, or of the one named */
	struct conf hooks;	    /* only its hooks are filled */
	const char **same_key;	    /* "device/sponsor" with the same key */
	size_t n_same_key;
};
/* "NAME" or "NAME@SERVER". */
int book_show(struct ops *o, const char *name, struct book_entry *ret, struct err *e);
/* All servers of a configuration. */
int book_servers(struct ops *o, const char *name, struct config *config, struct server_list *ret,
	struct err *e);
/* The key of a sealed text, as base64, at the end of `out`. */
int book_open_key(struct ops *o, const char *sealed, struct secret_text *out, struct err *e);

/* Asks, then removes; *removed is false when the answer was no. E_IN_USE when it is up here. */
int book_remove(struct ops *o, const char *name, struct config *ret, bool *removed, struct err *e);
/* E_IN_USE when a configuration in the list is up on this machine. */
int book_check_down(struct ops *o, const struct config_list *l, struct err *e);
/* "de" -> "Germany"; NULL when it is no country code. Static memory. */
const char *book_country(const char *code);

#endif
