/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to store: from rows to what the door for changes takes. The names of change types and
 * kinds of objects are those of change.h.
 */
#ifndef WF_STORE_LOG_H
#define WF_STORE_LOG_H

#include "store/change.h"
#include "store/row.h"

int log_added(struct store *s, const char *type, const char *entity, const char *name,
	const struct table *t, const void *row, struct err *e);
int log_removed(struct store *s, const char *type, const char *entity, const char *name,
	const struct table *t, const void *row, struct err *e);
/* Writes the row and logs the columns that differ from `old`; when none does, neither. */
int log_update(struct store *s, const char *type, const char *entity, const char *name,
	const struct table *t, const void *old, const void *new, struct err *e);
/* As the functions above, with JSON that is already made. */
int log_json(struct store *s, const char *type, const char *entity, int64_t id, const char *name,
	const char *old, const char *new, struct err *e);

/* Logged changes that are part of another entity's: */
/* config.c: removes every config whose id the query gives for ?1 = id. `text` is a literal. */
int config_remove_where(struct store *s, const char *text, int64_t id, struct err *e);
/* "peer/sponsor", for people and for the log. */
int config_full_name(struct store *s, struct arena *a, int64_t id, const char **ret,
	struct err *e);
/* local_peer.c: what ON DELETE SET NULL would do without a word in the history. */
int peer_forget_host(struct store *s, int64_t ssh_host_id, struct err *e);
/* server.c, command_pair.c: all rows of a config as the members "servers" and "commands". */
int server_members(struct store *s, struct jsonw *j, int64_t config_id, struct err *e);
int command_members(struct store *s, struct jsonw *j, int64_t config_id, struct err *e);

#endif
