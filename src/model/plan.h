/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan: typed operations in stages. It names keys ("key#ID") and never holds one, so it can be
 * printed, stored and compared. Every operation can be inverted (plan/invert.h).
 */
#ifndef WF_MODEL_PLAN_H
#define WF_MODEL_PLAN_H

#include "model/state.h"

enum stage {
	STAGE_BEFORE,  /* userspace process, sysctls */
	STAGE_TIGHTEN, /* firewall: whatever the new state forbids */
	STAGE_MAKE,    /* link, peers, addresses, link up, rules, routes */
	STAGE_VERIFY,  /* handshake */
	STAGE_MOVE,    /* allowed IPs, default route, resolver */
	STAGE_BREAK,   /* the reverse of MAKE */
	STAGE_LOOSEN,  /* firewall to its final form, sysctls back */
	STAGE_AFTER,   /* post hooks */
	STAGE_COUNT
};

enum op_kind {
	OP_USERSPACE_START, /* link: name */
	OP_USERSPACE_STOP,
	OP_SYSCTL,   /* sysctl, sysctl_before */
	OP_LINK_ADD, /* link */
	OP_LINK_DEL, /* link, lost */
	OP_LINK_SET, /* link, link_before: mtu, up */
	OP_WG_DEVICE, /* wg, wg_before: key, port, mark; their peers are not looked at */
	OP_WG_PEER_SET, /* ifname, peer; peer_before.public_key zero = the peer is new */
	OP_WG_PEER_DEL, /* ifname, peer */
	OP_ADDR_ADD,
	OP_ADDR_DEL,
	OP_ROUTE_ADD,
	OP_ROUTE_DEL,
	OP_RULE_ADD,
	OP_RULE_DEL,
	OP_FIREWALL,	 /* firewall, firewall_before: table `inet wf` as a whole */
	OP_RESOLVER_SET, /* resolver; resolver_before.backend NONE = nothing was set */
	OP_RESOLVER_DEL, /* resolver_before */
	OP_HANDSHAKE, /* ifname, peer.public_key, deadline_ms, hard */
};

struct op {
	enum op_kind kind;
	enum stage stage;
	uint16_t rank; /* order inside the stage; the scheme's business */
	char ifname[WF_IFNAME_SIZE];
	struct link_state link, link_before;
	struct wg_state wg, wg_before;
	struct wg_peer peer, peer_before;
	bool ask; /* WG_PEER_SET: make it handshake now (a keepalive of 25 until verified) */
	struct addr_state addr;
	struct route_state route;
	struct rule_state rule;
	struct sysctl_state sysctl, sysctl_before;
	bool restore; /* SYSCTL: back to what it was before wf */
	const struct firewall *firewall, *firewall_before; /* never NULL in an OP_FIREWALL */
	struct resolver_state resolver, resolver_before;
	const struct state *lost; /* LINK_DEL: what goes with the link; for the inverse */
	uint32_t deadline_ms; /* HANDSHAKE */
	bool hard;	      /* HANDSHAKE: a failure runs the inverse */
};

struct plan {
	LIST(struct op, ops); /* sorted by stage, then rank; executed in this order */
};

#endif
