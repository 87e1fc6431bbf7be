/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is up: fields by the kernel, names by the record, and where the two differ. */
#ifndef WF_OPS_STATUS_H
#define WF_OPS_STATUS_H

#include "ops/host.h"

enum tunnel_state {
	TUNNEL_DOWN,	   /* known to the database, not up */
	TUNNEL_CONNECTED,  /* a handshake within the last 180 s */
	TUNNEL_IDLE,	   /* an older one: nobody sent anything since, or nobody answers */
	TUNNEL_WAITING,	   /* up, no handshake ever */
	TUNNEL_CHANGING,   /* a command is at it */
	TUNNEL_BROKEN,	   /* its link is gone */
};

struct peer_status {
	const char *server;
	struct wg_key public_key;
	struct ip_endpoint endpoint;
	int64_t handshake_age; /* seconds, -1 = never */
	uint64_t rx_bytes, tx_bytes;
};

struct tunnel_status {
	const char *name, *title, *ifname;
	enum tunnel_state state;
	const char *server, *country, *city, *since;
	bool userspace;
	bool holds_default;
	const char *via;
	struct ip_prefix *addresses;
	size_t n_addresses;
	LIST(struct ip_addr, dns);
	LIST(struct peer_status, peers);
	int64_t handshake_age; /* the youngest; -1 = never */
	uint64_t rx_bytes, tx_bytes;
	LIST(const char *, drift); /* what differs, one line each */
	bool pending_remote_update;
	const char *last_key_rotation_at;
};

struct status_result {
	LIST(struct tunnel_status, tunnels);
	bool have_database; /* false: only what is up is listed */
	bool any_down_or_drift; /* for --check */
};

/* name NULL = all of this machine. Needs no lock. */
int ops_status(struct ops *o, const char *name, struct status_result *ret, struct err *e);
const char *tunnel_state_name(enum tunnel_state s); /* lower case, static */

#endif
