/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queries per entity. Names are checked when a row is made (name.h: E_NAME) and matched without
 * case. `get` gives E_NOT_FOUND with near names in the hint ("did you mean …?"). Lists are sorted
 * by name. add fills the row's id; a name that is taken is E_EXISTS. Each changing call is logged by
 * store's one door (change.h) and must run inside store_begin/commit.
 */
#ifndef WF_STORE_ENTITIES_H
#define WF_STORE_ENTITIES_H

#include "store/store.h"

/* ssh_host.c */
int store_ssh_host_add(struct store *s, struct ssh_host *h, struct err *e);
int store_ssh_host_get(struct store *s, struct arena *a, const char *name, struct ssh_host *ret,
	struct err *e);
int store_ssh_host_list(struct store *s, struct arena *a, struct ssh_host_list *ret,
	struct err *e);
/* Names of local peers and of hosts that jump through it. */
int store_ssh_host_users(struct store *s, struct arena *a, int64_t id, const char ***ret,
	size_t *ret_n, struct err *e);
int store_ssh_host_remove(struct store *s, int64_t id, struct err *e);

/* sponsor.c */
int store_sponsor_add(struct store *s, struct sponsor *p, struct err *e);
int store_sponsor_get(struct store *s, struct arena *a, const char *name, struct sponsor *ret,
	struct err *e);
int store_sponsor_list(struct store *s, struct arena *a, struct sponsor_list *ret,
	struct err *e);
int store_sponsor_remove(struct store *s, int64_t id, struct err *e); /* with its configs */

/* local_peer.c */
int store_peer_add(struct store *s, struct local_peer *p, struct err *e); /* guid NULL: made */
int store_peer_get(struct store *s, struct arena *a, const char *name, struct local_peer *ret,
	struct err *e);
/* The row with this machine id, or E_NOT_FOUND. */
int store_peer_this(struct store *s, struct arena *a, const char *machine_id,
	struct local_peer *ret, struct err *e);
int store_peer_list(struct store *s, struct arena *a, struct local_peer_list *ret,
	struct err *e);
int store_peer_remove(struct store *s, int64_t id, struct err *e); /* with its configs */

/* config.c */
struct config_filter { /* NULL or 0 = any */
	const char *sponsor, *peer;
	const char *machine_id; /* fills this_machine; with only_this a filter */
	bool only_this;
};
/*
 * guid NULL is the public key, name NULL the sponsor's. Logged as config_imported; the servers and
 * commands that are added to it in the same transaction are part of that one change.
 */
int store_config_add(struct store *s, struct config *c, struct err *e);
/* The same, logged as config_created. */
int store_config_create(struct store *s, struct config *c, struct err *e);
/*
 * Writes every column of the row with this id. Logged by what differs: key_rotated when the private
 * key does, pending_cleared or deployed when it is only that, else config_edited; when nothing
 * differs, nothing is written.
 */
int store_config_update(struct store *s, const struct config *c, struct err *e);
/* Fills what a list shows: ids, names, interface_name, public_key, dialect, last_deployed_at,
 * pending_remote_update, last_key_rotation_at and all that is joined but the support URL. */
int store_config_list(struct store *s, struct arena *a, const struct config_filter *f,
	struct config_list *ret, struct err *e);
/* "SPONSOR" = this machine's at that sponsor, "PEER/SPONSOR" = any device's; E_NOT_FOUND with near
 * names. */
int store_config_get(struct store *s, struct arena *a, const char *name, const char *machine_id,
	struct config *ret, struct err *e);
int store_config_find(struct store *s, struct arena *a, int64_t peer_id, int64_t sponsor_id,
	struct config *ret, struct err *e);
/* Configs that hold the same public key on other devices (for a warning): "peer/sponsor" names. */
int store_config_same_key(struct store *s, struct arena *a, const char *public_key,
	int64_t except_id, const char ***ret, size_t *ret_n, struct err *e);
int store_config_remove(struct store *s, int64_t id, struct err *e);
/* An interface name not yet taken on that device: `wanted`, or with -2, -3 … cut to 15 bytes. */
int store_interface_name(struct store *s, struct arena *a, int64_t peer_id, const char *wanted,
	const char **ret, struct err *e);

/* server.c */
/*
 * Adds a slot (1, 2, … of its server). The first server of a config becomes active, and a further
 * slot of the active server is. Logged as peer_added, unless the config itself was added in this
 * transaction. Prepared once, for bulk imports.
 */
int store_server_add(struct store *s, struct server_slot *p, struct err *e);
/* Not config_id and is_active: those never change, or with store_server_activate. */
int store_server_update(struct store *s, const struct server_slot *p, struct err *e);
int store_server_list(struct store *s, struct arena *a, int64_t config_id,
	struct server_list *ret, struct err *e);
/* The active server's slots. E_NOT_FOUND when the config has none. */
int store_server_active(struct store *s, struct arena *a, int64_t config_id,
	struct server_list *ret, struct err *e);
/*
 * Every slot of the servers whose server, host, name, city or country matches as stored; an exact
 * server name wins alone. When nothing does, what begins so (server, host, city) counts; then
 * E_NOT_FOUND with near names.
 */
int store_server_match(struct store *s, struct arena *a, int64_t config_id, const char *what,
	struct server_list *ret, struct err *e);
/* Makes all slots of that server active and all others not. */
int store_server_activate(struct store *s, int64_t config_id, const char *server,
	struct err *e);
/* Refuses the last server (E_IN_USE). */
int store_server_remove(struct store *s, int64_t config_id, const char *server, struct err *e);

/* command_pair.c: logged as config_edited, unless the config was added in this transaction */
int store_command_add(struct store *s, struct command_pair *p, struct err *e);
int store_command_list(struct store *s, struct arena *a, int64_t config_id,
	struct command_pair_list *ret, struct err *e);
/* Writes every column but config_id of the row with this id; when none differs, nothing. */
int store_command_update(struct store *s, const struct command_pair *p, struct err *e);
/* Rows of one config: one change. */
int store_command_remove(struct store *s, const struct command_pair_list *l, struct err *e);

#endif
