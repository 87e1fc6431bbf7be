/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel objects as values. The same types say what is wanted (desired), what one tunnel brings
 * (contribution) and what is there (netstate). Fields marked "observed" are filled by reading only
 * and never compared.
 */
#ifndef WF_MODEL_STATE_H
#define WF_MODEL_STATE_H

#include <jansson.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/seal.h"
#include "model/firewall.h"
#include "model/ip.h"

/* Reserved by wf's own scheme; nothing outside these is ever touched without being recorded. */
#define WF_RTPROTO	  87		/* routes over wf's links (rtnetlink.h leaves 64-185 free) */
#define WF_RTPROTO_KERNEL 2		/* RTPROT_KERNEL: rules, routes without device */
#define WF_PRIO_FIRST	  5110
#define WF_PRIO_LAST	  5159
#define WF_TABLE_BASE	  0x57460000u	/* table of tunnel n: base + n, n = 1..0xffff */
#define WF_TABLE_LAST	  0x5746ffffu
#define WF_TABLE_STOP	  WF_TABLE_BASE /* unreachable defaults, behind the tunnel that has everything */
#define WF_MARK		  0x57000000u	/* mark of tunnel n: WF_MARK | n */
#define WF_MARK_MASK	  0xff000000u
#define WF_LINK_GROUP	  0x5746u	/* IFLA_GROUP of the links wf made: set at birth */
#define WF_METRIC_LAST	  4294967294u	/* the unreachable defaults */
#define WF_IFNAME_SIZE	  16		/* IFNAMSIZ */

enum link_kind { LINK_WIREGUARD, LINK_USERSPACE, LINK_FOREIGN /* observed: any other kind */ };

/* A secret by reference: where it rests and what it looks like from outside. */
struct key_ref {
	char id[SEAL_ID_SIZE];	   /* of the sealed text; "" = none, or observed */
	uint8_t fp[SECRET_FP_LEN]; /* compared; all zero = no secret */
};

struct link_state {
	char name[WF_IFNAME_SIZE];
	enum link_kind kind;
	uint32_t mtu;
	bool up;
	uint32_t group;	  /* observed */
	uint32_t ifindex; /* observed; in a record: the link that was made, 0 before */
};

struct wg_allowed {
	struct ip_prefix prefix;
};

struct wg_peer {
	struct wg_key public_key;
	struct key_ref preshared;
	struct ip_endpoint endpoint; /* family 0 = none */
	uint16_t keepalive;	     /* seconds, 0 = off */
	LIST(struct wg_allowed, allowed);
	int64_t last_handshake;	     /* observed: wall clock seconds, 0 = never */
	uint64_t rx_bytes, tx_bytes; /* observed */
};

struct wg_state {
	char ifname[WF_IFNAME_SIZE];
	struct wg_key public_key; /* stands for the private key when comparing */
	struct key_ref private_key;
	uint16_t listen_port; /* 0 = any (then not compared) */
	uint32_t fwmark;
	LIST(struct wg_peer, peers);
};

struct addr_state {
	char ifname[WF_IFNAME_SIZE];
	struct ip_prefix prefix; /* host bits kept; IFA_F_NOPREFIXROUTE always */
};

enum route_type { ROUTE_UNICAST, ROUTE_UNREACHABLE };

struct route_state {
	enum route_type type;
	struct ip_prefix dst;
	uint32_t table, metric;
	char ifname[WF_IFNAME_SIZE]; /* "" for a route without device */
	uint8_t protocol;
};

enum rule_action { RULE_LOOKUP, RULE_PROHIBIT };

struct rule_state {
	uint8_t family;
	uint32_t priority;
	enum rule_action action;
	uint32_t table; /* LOOKUP */
	bool invert;	/* "not" */
	uint32_t fwmark, fwmask; /* mask 0 = no mark in the rule */
	struct ip_prefix dst;	 /* family 0 = any */
	int suppress_prefixlen;	 /* -1 = none */
	uint8_t ip_proto;	 /* 0 = any */
	uint16_t sport, dport;	 /* 0 = any */
	bool by_uid;		 /* only packets of sockets of these users */
	uint32_t uid_first, uid_last;
	uint8_t protocol;
};

/*
 * wants: at least `value` (numbers); the record keeps what was there before. SYSCTL_KEPT: wf does not
 * write it, but something it does changes it, and it is put back in the end.
 */
#define SYSCTL_KEPT (-1)
struct sysctl_state {
	const char *key; /* "net.ipv4.conf.all.src_valid_mark": dots, no path */
	int32_t value;
};

/* How this machine's resolver is told about DNS servers (dns/resolver.h). */
enum resolver_backend {
	RESOLVER_NONE,	     /* it is not told */
	RESOLVER_RESOLVED,   /* systemd-resolved over D-Bus: one setting per link */
	RESOLVER_RESOLVCONF, /* openresolv or Debian's resolvconf: one record per link */
	RESOLVER_FILE,	     /* /etc/resolv.conf is replaced: one for the whole machine */
};
struct resolver_state {
	enum resolver_backend backend;
	char ifname[WF_IFNAME_SIZE];
	LIST(struct ip_addr, servers);
	LIST(const char *, domains); /* search domains; "~example" = routing only */
	bool everything; /* all names are asked there, not only those below `domains` */
};

struct state {
	LIST(struct link_state, links);
	LIST(struct wg_state, devices);
	LIST(struct addr_state, addrs);
	LIST(struct route_state, routes);
	LIST(struct rule_state, rules);
	LIST(struct sysctl_state, sysctls);
	struct firewall firewall;
	LIST(struct resolver_state, resolvers);
	uint64_t firewall_form; /* observed: fw_form of what table `inet wf` holds; 0 = no table */
};

/* What observe has to read: exactly this and nothing else. Names and keys are borrowed. */
struct scope {
	LIST(const char *, links);
	LIST(uint32_t, tables);
	LIST(const char *, sysctls);
	bool rules;	/* the reserved priorities, both families */
	bool ipv6;	/* false: the host has no IPv6; do not ask for it */
	bool stats;	/* also handshakes and counters are wanted (status) */
	bool firewall;	/* which form table `inet wf` has */
	LIST(struct resolver_state, resolvers); /* backend and ifname of each */
};

const char *resolver_backend_name(enum resolver_backend b); /* "none", "resolved", …; static */
bool key_ref_is_set(const struct key_ref *k);
bool key_ref_equal(const struct key_ref *a, const struct key_ref *b); /* by fingerprint */
bool route_same_slot(const struct route_state *a, const struct route_state *b); /* kernel's key */
/* Metric 0 of IPv6 is 1024, in both: the kernel stores it so. */
bool route_equal(const struct route_state *a, const struct route_state *b);
bool rule_equal(const struct rule_state *a, const struct rule_state *b);
bool resolver_same_slot(const struct resolver_state *a, const struct resolver_state *b);
bool resolver_equal(const struct resolver_state *a, const struct resolver_state *b);
void resolver_state_copy(struct arena *a, const struct resolver_state *src,
	struct resolver_state *dst);
bool addr_equal(const struct addr_state *a, const struct addr_state *b);
/* Compared fields only; allowed IPs as a set, without order. */
bool wg_peer_equal(const struct wg_peer *a, const struct wg_peer *b);
struct link_state *state_find_link(const struct state *s, const char *name);
struct wg_state *state_find_device(const struct state *s, const char *ifname);
struct wg_peer *wg_find_peer(const struct wg_state *d, const struct wg_key *key);
/* A deep copy in `a`. */
void state_copy(struct arena *a, const struct state *src, struct state *dst);
void wg_state_copy(struct arena *a, const struct wg_state *src, struct wg_state *dst);
void wg_peer_copy(struct arena *a, const struct wg_peer *src, struct wg_peer *dst);
/* "/proc/sys/net/…"; as in sysctl(8) a "/" in the key stands for a "." in a name ("eth0/100"). */
void sysctl_path(const char *key, char *out, size_t size);

/* JSON to (appended) and from; used by the record, the envelope and the tests. No key in it. */
void state_to_json(const struct state *s, struct strbuf *out);
int state_from_json(struct arena *a, const json_t *j, struct state *ret, struct err *e);

#endif
