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

/* What a packet was that the firewall stopped. */
enum stopped {
	STOPPED_DNS,	 /* a question to a server that may not be asked */
	STOPPED_OUT,	 /* from this machine */
	STOPPED_IN,	 /* to this machine */
	STOPPED_FORWARD, /* through this machine */
	STOPPED_V6,	 /* IPv6 where the tunnel has none */
	STOPPED_SPOOF,	 /* to a tunnel's address, but not through the tunnel */
	STOPPED_COUNT
};
const char *stopped_name(enum stopped s); /* of JSON members; static */

/* Table `inet wf`, one for the whole host; by the kernel. */
struct firewall_status {
	bool wanted;		    /* something that is up has it */
	bool present;		    /* it is there, as it was made */
	bool gone, edited;	    /* it is not there; others changed it */
	bool kill_switch, dns_gate; /* in force */
	LIST(struct ip_prefix, lan); /* stays reachable */
	uint64_t stopped[STOPPED_COUNT]; /* packets since the table was made */
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
	enum kill_switch kill_switch_asked; /* by this tunnel */
	bool dns_gate_asked;
	bool kill_switch, dns_gate;		/* and in force */
	enum resolver_backend resolver; /* NONE: this machine's resolver is left alone */
	bool resolver_set;		/* it says so itself */
	LIST(struct ip_addr, resolver_servers); /* what it has for this tunnel */
	bool pending_remote_update;
	const char *last_key_rotation_at;
};

struct status_result {
	LIST(struct tunnel_status, tunnels);
	struct firewall_status firewall;
	bool lockdown; /* it is on; in force as firewall.kill_switch is */
	size_t orphan_rules; /* rules of wf that no record names */
	bool have_database; /* false: only what is up is listed */
	bool any_down_or_drift; /* for --check */
};

/* name NULL = all of this machine. Needs no lock. */
int ops_status(struct ops *o, const char *name, struct status_result *ret, struct err *e);
const char *tunnel_state_name(enum tunnel_state s); /* lower case, static */

#endif
