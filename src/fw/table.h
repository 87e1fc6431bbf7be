/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of nftables as plain values: sets and verdict maps with their elements, chains with rules,
 * named counters. What the values mean is nft(8)'s; only the forms that wf uses can be said, so that
 * text and messages can be held against each other for every one of them. Names are borrowed.
 */
#ifndef WF_FW_TABLE_H
#define WF_FW_TABLE_H

#include "base/arena.h"
#include "model/firewall.h"

/* What one part of a set's key is. */
enum fw_type {
	FW_TYPE_IPV4,
	FW_TYPE_IPV6,
	FW_TYPE_NFPROTO,
	FW_TYPE_PROTO,
	FW_TYPE_PORT,
	FW_TYPE_IFNAME,
	FW_TYPE_MARK,
	FW_TYPE_UID,
	FW_TYPE_ICMPV6,
	FW_TYPE_TCP_FLAGS,
	FW_TYPE_CT_STATE,
};

/* What is read from a packet, in the order of enum fw_type's use; the type is fw_field_type(). */
enum fw_field {
	FW_NFPROTO,
	FW_IIF, /* index; 0 = none: a packet of this machine, in postrouting */
	FW_IIFNAME,
	FW_OIFNAME,
	FW_MARK,
	FW_SKUID,
	FW_L4PROTO,
	FW_SADDR4,
	FW_DADDR4,
	FW_SADDR6,
	FW_DADDR6,
	FW_HOPLIMIT, /* of IPv6 */
	FW_SPORT,
	FW_DPORT,
	FW_TCP_FLAGS,
	FW_ICMPV6_TYPE,
	FW_CT_STATE,  /* against a value: any of these bits */
	FW_CT_STATUS, /* likewise */
	FW_CT_MARK,
	FW_CT_DIRECTION,
	FW_SADDR_TYPE, /* fib: RTN_LOCAL and so on */
	FW_DADDR_TYPE,
	FW_CGROUP, /* socket's cgroup2, by path */
};

enum fw_verdict_code { FW_ACCEPT, FW_DROP, FW_RETURN, FW_JUMP, FW_GOTO };
struct fw_verdict {
	enum fw_verdict_code code;
	const char *chain; /* JUMP, GOTO */
};

/*
 * Key parts follow each other, each padded to four bytes. Byte order as the kernel loads it:
 * addresses and ports of the network, numbers of the host; but in an interval set every part is of
 * the network, so that order is order.
 */
#define FW_KEY_PARTS 4
#define FW_KEY_SIZE  32 /* interface name and IPv6 address */
struct fw_elem {
	uint8_t key[FW_KEY_SIZE];
	uint8_t last[16]; /* interval sets: the last value that is in */
	struct fw_verdict verdict; /* maps */
};

enum {
	FW_SET_INTERVAL = 1,
	FW_SET_TIMEOUT = 2,
	FW_SET_VERDICTS = 4, /* a verdict map */
	FW_SET_CONSTANT = 8, /* the kernel refuses changes while a rule looks at it */
};
struct fw_set {
	const char *name;
	enum fw_type type[FW_KEY_PARTS];
	unsigned n_parts;
	unsigned flags;
	LIST(struct fw_elem, elems); /* sorted by key, without doubles (fw_set_sort) */
};

enum fw_expr_kind {
	FW_MATCH,   /* the fields against a value or, several joined to one key, against a set */
	FW_VMAP,    /* the fields looked up in a verdict map */
	FW_COUNT,   /* a named counter */
	FW_REJECT,
	FW_SET_MARK, /* of the packet */
	FW_SET_CT_MARK,
	FW_DNAT,
	FW_SNAT,
	FW_MASQUERADE,
	FW_MAXSEG, /* TCP's maximum segment size = the route's MTU */
	FW_VERDICT,
};
enum fw_reject { FW_TCP_RESET, FW_PORT_UNREACHABLE, FW_ADMIN_PROHIBITED };

struct fw_expr {
	enum fw_expr_kind kind;
	enum fw_field field[FW_KEY_PARTS]; /* MATCH, VMAP */
	unsigned n_fields;
	bool inverted;		   /* MATCH: != */
	const char *name;	   /* set, map or counter; cgroup path; NULL: a value */
	uint8_t value[16];	   /* MATCH of one field: as a key part in a set without intervals */
	unsigned prefix_len;	   /* MATCH of an address: these bits of `value` */
	uint32_t mark;		   /* SET_MARK, SET_CT_MARK */
	enum fw_reject reject;	   /* REJECT */
	struct ip_endpoint to;	   /* DNAT, SNAT; port 0 = as it is */
	struct fw_verdict verdict; /* VERDICT */
};

struct fw_rule {
	LIST(struct fw_expr, exprs);
};

enum fw_hook { FW_PREROUTING, FW_INPUT, FW_FORWARD, FW_OUTPUT, FW_POSTROUTING };
enum fw_chain_type { FW_REGULAR, FW_FILTER, FW_ROUTE, FW_NAT };
struct fw_chain {
	const char *name;
	enum fw_chain_type type;
	enum fw_hook hook; /* unless REGULAR, as the rest */
	int priority;
	bool drop; /* policy */
	LIST(struct fw_rule, rules);
};

struct fw_named {
	const char *name;
};

enum fw_family { FW_INET, FW_IP, FW_IP6 };
struct fw_table {
	enum fw_family family;
	const char *name;
	bool present; /* false: there is to be no such table, and nothing in it */
	LIST(struct fw_named, counters);
	LIST(struct fw_set, sets);
	LIST(struct fw_chain, chains);
};

enum fw_type fw_field_type(enum fw_field f);
unsigned fw_type_size(enum fw_type t);	    /* bytes, without padding */
unsigned fw_set_key_size(const struct fw_set *s); /* of all parts, padded if there are several */
const struct fw_set *fw_set_find(const struct fw_table *t, const char *name);

struct fw_set *fw_set_add(struct arena *a, struct fw_table *t, const char *name, unsigned flags,
	const enum fw_type *types, unsigned n);
/* What has not the same number of bytes before it is added to the key of e, padded. */
void fw_key_put(struct fw_elem *e, unsigned *at, const void *bytes, unsigned size);
int fw_elem_cmp(const struct fw_elem *a, const struct fw_elem *b); /* by key */
/* By key and without doubles (of those the first stays); in an interval set without what another
 * element covers. */
void fw_set_sort(struct fw_set *s);

struct fw_chain *fw_chain_add(struct arena *a, struct fw_table *t, const char *name);
struct fw_chain *fw_chain_add_base(struct arena *a, struct fw_table *t, const char *name,
	enum fw_chain_type type, enum fw_hook hook, int priority, bool drop);
void fw_rule_add(struct arena *a, struct fw_chain *c, const struct fw_expr *e, size_t n);

/* Equal but for the elements of sets. */
bool fw_table_same_rules(const struct fw_table *a, const struct fw_table *b);

#endif
