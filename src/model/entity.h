/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of the database as values. Text columns are NULL when the column is; times are RFC 3339
 * UTC text; sealed texts ("wf1:…") stay sealed. All memory belongs to the arena given to the query.
 */
#ifndef WF_MODEL_ENTITY_H
#define WF_MODEL_ENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "crypto/key.h"

struct ssh_host {
	int64_t id;
	const char *name, *host;
	int port;
	const char *user, *key_path, *config_directory, *notes;
	const char *sudo; /* "none", "sudo", "doas" */
	const char *host_key_type, *host_key;
	int64_t jump_host_id; /* 0 = none */
	const char *last_ok_at, *created_at, *updated_at;
};

struct sponsor {
	int64_t id;
	const char *name, *website, *support_url, *notes;
	const char *created_at, *updated_at;
	unsigned configs; /* how many configs it has */
};

struct local_peer {
	int64_t id;
	const char *guid, *name;
	int64_t ssh_host_id; /* 0 = none */
	const char *ssh_host_name;
	const char *machine_id; /* NULL for other devices */
	const char *notes, *created_at, *updated_at;
	unsigned configs;
};

/* extramural_config */
struct config {
	int64_t id, local_peer_id, sponsor_id;
	const char *peer_name, *sponsor_name; /* joined */
	const char *sponsor_support_url;      /* joined */
	const char *name, *guid, *interface_name;
	const char *private_key; /* sealed */
	const char *public_key;	 /* base64 */
	const char *assigned_ipv4, *assigned_ipv6; /* comma lists in file order */
	const char *address_order;		   /* "4", "6" per address, e.g. "46" */
	const char *dns_servers;		   /* servers and search domains, comma list */
	int listen_port;			   /* -1 = NULL */
	int mtu;				   /* 0 = NULL */
	int64_t fwmark;				   /* -1 = NULL */
	const char *table_setting;
	const char *dialect; /* NULL = WireGuard; "amneziawg": keys only AmneziaWG speaks */
	const char *config_path, *last_deployed_at, *deployed_hash;
	bool pending_remote_update;
	const char *old_private_key, *last_key_rotation_at;
	const char *extras; /* sealed JSON of the lines as written, or NULL */
	const char *notes, *created_at, *updated_at;
	/* joined: */
	bool this_machine;
	unsigned servers;	   /* how many servers it has */
	const char *active_server; /* NULL when there is none */
	const char *active_country, *active_city;
};

/* extramural_peer: one slot of one server */
struct server_slot {
	int64_t id, config_id;
	const char *server;
	int slot;
	const char *name, *country, *city, *host;
	const char *public_key;
	const char *endpoint; /* "host:port" or "[v6]:port" as the file had it, or NULL */
	const char *allowed_ips;
	const char *preshared_key; /* sealed, or NULL */
	int keepalive;		   /* -1 = NULL */
	bool is_active;
	/* servers with keys of their own: */
	const char *private_key; /* sealed */
	const char *own_ipv4, *own_ipv6, *own_address_order, *own_dns;
	const char *extras; /* sealed JSON of the lines as written, or NULL for the usual ones */
	const char *created_at, *updated_at;
};

/* command_pair */
struct command_pair {
	int64_t id, config_id;
	const char *pattern_name; /* "raw_shell" when not recognised */
	const char *rationale, *scope;
	const char *up_phase, *down_phase;	 /* "pre", "post" or NULL */
	const char *up_commands, *down_commands; /* JSON arrays; sealed whole when they hold keys */
	const char *variables;
	int execution_order;
	bool enabled;
	const char *trusted_hash, *trusted_at;
};

/* Rows as queries give them. */
struct ssh_host_list {
	LIST(struct ssh_host, items);
};
struct sponsor_list {
	LIST(struct sponsor, items);
};
struct local_peer_list {
	LIST(struct local_peer, items);
};
struct config_list {
	LIST(struct config, items);
};
struct server_list {
	LIST(struct server_slot, items); /* by server name, then slot */
};
struct command_pair_list {
	LIST(struct command_pair, items); /* by execution_order */
};

#endif
