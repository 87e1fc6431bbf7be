/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intent: what one configuration asks for on this host, made by ops from rows (or a file). Names of
 * endpoints are not resolved here; that is a fact.
 */
#ifndef WF_MODEL_TUNNEL_H
#define WF_MODEL_TUNNEL_H

#include "model/policy.h"
#include "model/state.h"

struct tunnel_peer {
	const char *name;
	struct wg_key public_key;
	struct key_ref preshared;
	const char *host; /* NULL = no endpoint */
	uint16_t port;
	int keepalive; /* -1 or 0 = off */
	LIST(struct ip_prefix, allowed); /* masked */
};

enum table_mode { TABLE_AUTO, TABLE_OFF, TABLE_NUMBER };

struct tunnel {
	int64_t config_id;
	const char *name;    /* "catapult/mullvad": names it in commands */
	const char *title;   /* "Mullvad": for people */
	const char *server, *country, *city; /* may be NULL */
	char ifname[WF_IFNAME_SIZE];
	struct wg_key public_key;
	struct key_ref private_key;
	LIST(struct ip_prefix, addresses);
	LIST(struct ip_addr, dns);
	LIST(const char *, search);
	int listen_port; /* -1 = any */
	int mtu;	 /* 0 = by rule */
	int64_t fwmark;	 /* -1 = wf's own */
	enum table_mode table_mode;
	uint32_t table; /* TABLE_NUMBER */
	const char *via; /* ifname of the tunnel this one is nested in, or NULL */
	struct policy policy;
	bool keep_ssh;	 /* true unless --no-keep-ssh was confirmed */
	LIST(struct tunnel_peer, peers);
};

#endif
