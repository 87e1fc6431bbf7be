/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at configurations, and removing them. */
#ifndef WF_OPS_BOOK_H
#define WF_OPS_BOOK_H

#include "model/conf.h"
#include "ops/trust.h"
#include "store/entities.h"

/* sponsor and peer may be NULL; one that does not exist is E_NOT_FOUND. */
int book_list(struct ops *o, const char *sponsor, const char *peer, struct config_list *ret,
	struct err *e);

/* One command_pair row. */
struct book_row {
	enum pattern pattern;
	const char *says;      /* what it asks for, in words */
	const char *rationale; /* what was recognised, or NULL */
	bool enabled, user;    /* user: from `set`, not from a file */
	struct stored_hooks hooks;
};
struct book_entry {
	struct config config;
	struct server_list servers; /* the slots of the active server, or of the one named */
	LIST(struct book_row, rows);
	struct conf hooks;	    /* only its hooks are filled: all, as in the file */
	struct hook_set raw;	    /* those that were not understood, and the trust in them */
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
/*
 * Whether the sponsor or device ("sponsor", "device") of that name may go with its configurations:
 * E_IN_USE when it has some and `confirm`, the value of --confirm, does not name it, and when one
 * of them is up on this machine.
 */
int book_check_remove(struct ops *o, const char *what, const char *name, const char *confirm,
	const struct config_list *configs, struct err *e);
/* "de" -> "Germany"; NULL when it is no country code. Static memory. */
const char *book_country(const char *code);

#endif
