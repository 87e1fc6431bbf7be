/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The servers of a configuration by name, while an import adds to them. */
#ifndef WF_OPS_SERVER_SET_H
#define WF_OPS_SERVER_SET_H

#include "base/str.h"
#include "store/entities.h"

struct known_server {
	const char *name, *country;	/* country may be NULL */
	const struct server_slot *rows; /* as stored before this import; NULL = there was none */
	size_t n_rows;
	bool seen;	 /* a file of this import brought it */
	uint64_t digest; /* of what that file brought */
};

/* `set` is a tree root, NULL when empty; its nodes' memory is freed by server_set_free. */
void server_set_free(void **set);
struct known_server *server_set_find(void *const *set, const char *name);
struct known_server *server_set_add(struct arena *a, void **set, const char *name);
void server_set_load(struct arena *a, void **set, const struct server_list *l);

/* How many there are, and in how many countries. */
void server_set_count(void *const *set, unsigned *servers, unsigned *countries);

/* Tells what slots of one import say; sealed texts count as they are. */
uint64_t server_digest(const struct server_slot *slots, size_t n);
/* "Endpoint a → b" and so on, "" when nothing that matters differs. */
void server_difference(const struct server_slot *old, size_t n_old, const struct server_slot *fresh,
	size_t n_fresh, struct strbuf *out);

#endif
