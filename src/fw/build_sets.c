// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sets and verdict maps of wf's table, and what of the firewall stands in which. Knows the
 * layout of each key; must not know the rules that look things up (those that none looks at are
 * left out in the end). Keeps the invariant that the sets do not depend on what is in them, so that
 * most changes are changes of elements.
 */
#include <arpa/inet.h>
#include <string.h>

#include "fw/build.h"
#include "model/policy.h"

/* The set that is filled, until the next one is made. */
static struct fw_set *last_set(struct build *b)
{
	return &b->t->sets[b->t->n_sets - 1];
}

#define SET(b, name, flags, ...)                                                                   \
	fw_set_add((b)->a, (b)->t, name, flags, (const enum fw_type[]){__VA_ARGS__},               \
		RULE_COUNT_(enum fw_type, __VA_ARGS__))

struct key {
	struct fw_elem e;
	unsigned at;
};

static void put_addr(struct key *k, const struct ip_addr *addr)
{
	fw_key_put(&k->e, &k->at, addr->b, ip_bits(addr->family) / 8);
}

static void put_port(struct key *k, uint16_t port)
{
	uint16_t be = htons(port);

	fw_key_put(&k->e, &k->at, &be, sizeof(be));
}

static void put_u8(struct key *k, uint8_t value)
{
	fw_key_put(&k->e, &k->at, &value, sizeof(value));
}

static void put_u32(struct key *k, uint32_t value)
{
	fw_key_put(&k->e, &k->at, &value, sizeof(value));
}

static void put_name(struct key *k, const char *ifname)
{
	char name[FW_IFNAME_SIZE] = "";

	str_copy(name, sizeof(name), ifname);
	fw_key_put(&k->e, &k->at, name, sizeof(name));
}

bool build_name_fits(const char *ifname)
{
	/* In a text that somebody else completes. */
	if (str_eq(ifname, POLICY_SELF))
		return true;
	return ifname[0] &&
		ifname[strspn(ifname,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			"XYZ0123456789_.:@+=-")] == '\0';
}

static void push(struct build *b, const struct key *k)
{
	*LIST_PUSH(b->a, last_set(b), elems) = k->e;
}

static void push_range(struct build *b, const uint8_t *first, const uint8_t *last, unsigned size)
{
	struct fw_elem *e = LIST_PUSH(b->a, last_set(b), elems);

	memcpy(e->key, first, size);
	memcpy(e->last, last, size);
}

static void push_prefix(struct build *b, const struct ip_prefix *p)
{
	unsigned bits = ip_bits(p->addr.family);
	struct ip_prefix first = *p;
	uint8_t last[16];

	ip_prefix_mask(&first);
	memcpy(last, first.addr.b, sizeof(last));
	for (unsigned i = p->len; i < bits; i++)
		last[i / 8] |= (uint8_t)(0x80 >> i % 8);
	push_range(b, first.addr.b, last, bits / 8);
}

static const uint8_t families[] = {AF_INET, AF_INET6};
#define NAME4(family, name) ((family) == AF_INET ? name "4" : name "6")
#define ADDR(family)	    ((family) == AF_INET ? FW_TYPE_IPV4 : FW_TYPE_IPV6)

static void add_endpoints(struct build *b, uint8_t family)
{
	SET(b, NAME4(family, "ep"), 0, ADDR(family), FW_TYPE_PROTO, FW_TYPE_PORT);
	LIST_FOREACH (x, b->f, endpoints)
		if (x->addr.family == family) {
			struct key k = {0};

			put_addr(&k, &x->addr);
			put_u8(&k, x->proto);
			put_port(&k, x->port);
			push(b, &k);
		}
}

/* Every mark with every endpoint: one question for what a tunnel sends most. */
static void add_out(struct build *b, uint8_t family)
{
	SET(b, NAME4(family, "out"), 0, FW_TYPE_MARK, ADDR(family), FW_TYPE_PROTO, FW_TYPE_PORT);
	LIST_FOREACH (mark, b->f, marks)
		LIST_FOREACH (x, b->f, endpoints)
			if (x->addr.family == family) {
				struct key k = {0};

				put_u32(&k, *mark);
				put_addr(&k, &x->addr);
				put_u8(&k, x->proto);
				put_port(&k, x->port);
				push(b, &k);
			}
}

static void add_dns(struct build *b, uint8_t family)
{
	SET(b, NAME4(family, "tdns"), 0, FW_TYPE_IFNAME, ADDR(family));
	LIST_FOREACH (x, b->f, dns)
		if (x->server.family == family && build_name_fits(x->ifname)) {
			struct key k = {0};

			put_name(&k, x->ifname);
			put_addr(&k, &x->server);
			push(b, &k);
		}
}

static void add_logins(struct build *b, uint8_t family)
{
	SET(b, NAME4(family, "login"), 0, ADDR(family), FW_TYPE_PORT, FW_TYPE_PORT);
	LIST_FOREACH (x, b->f, logins)
		if (x->peer.family == family) {
			struct key k = {0};

			put_addr(&k, &x->peer);
			put_port(&k, x->local_port);
			put_port(&k, x->peer_port);
			push(b, &k);
		}
}

static void push_addr(struct build *b, const struct ip_addr *addr)
{
	struct key k = {0};

	put_addr(&k, addr);
	push(b, &k);
}

static void push_whole(struct build *b, const struct ip_addr *addr)
{
	push_prefix(b, &(struct ip_prefix){.addr = *addr, .len = (uint8_t)ip_bits(addr->family)});
}

/* What is in a tunnel is nowhere else, though its address may look like one of the LAN. */
static void push_inner(struct build *b, uint8_t family)
{
	LIST_FOREACH (x, b->f, addresses)
		if (x->family == family)
			push_whole(b, x);
	LIST_FOREACH (x, b->f, dns)
		if (x->server.family == family)
			push_whole(b, &x->server);
}

static void add_addresses(struct build *b, uint8_t family)
{
	SET(b, NAME4(family, "tip"), 0, ADDR(family));
	LIST_FOREACH (x, b->f, addresses)
		if (x->family == family)
			push_addr(b, x);
	SET(b, NAME4(family, "ldns"), 0, ADDR(family));
	LIST_FOREACH (x, b->f, lan_dns)
		if (x->family == family)
			push_addr(b, x);
	SET(b, NAME4(family, "lan"), FW_SET_INTERVAL, ADDR(family));
	LIST_FOREACH (x, b->f, lan)
		if (x->addr.family == family)
			push_prefix(b, x);
	SET(b, NAME4(family, "kept"), FW_SET_INTERVAL, ADDR(family));
	LIST_FOREACH (x, b->f, kept)
		if (x->addr.family == family)
			push_prefix(b, x);
	if (b->f->kill_switch)
		push_inner(b, family);
	SET(b, NAME4(family, "lookup"), FW_SET_TIMEOUT, ADDR(family));
}

static void push_link(struct build *b, const char *ifname)
{
	struct key k = {0};

	if (!build_name_fits(ifname))
		return;
	put_name(&k, ifname);
	push(b, &k);
}

static void push_port(struct build *b, uint8_t proto, uint16_t port)
{
	struct key k = {0};

	put_u8(&k, proto);
	put_port(&k, port);
	push(b, &k);
}

static void add_links(struct build *b)
{
	const struct firewall *f = b->f;

	SET(b, "tun", 0, FW_TYPE_IFNAME);
	LIST_FOREACH (x, f, tunnels)
		push_link(b, x->name);
	SET(b, "inside", 0, FW_TYPE_IFNAME);
	push_link(b, "lo");
	LIST_FOREACH (x, f, tunnels)
		push_link(b, x->name);
	SET(b, "anydns", 0, FW_TYPE_IFNAME);
	LIST_FOREACH (x, f, any_dns)
		push_link(b, x->name);
	SET(b, "vbr", 0, FW_TYPE_IFNAME);
	LIST_FOREACH (x, f, bridges)
		push_link(b, x->name);
	SET(b, "clamped", 0, FW_TYPE_IFNAME);
	LIST_FOREACH (x, f, mss_clamp)
		push_link(b, x->name);
}

static void add_ports(struct build *b)
{
	const struct firewall *f = b->f;

	SET(b, "inb", 0, FW_TYPE_PROTO, FW_TYPE_PORT);
	LIST_FOREACH (x, f, inbound)
		push_port(b, x->proto, x->port);
	LIST_FOREACH (x, f, listen_ports)
		push_port(b, IPPROTO_UDP, *x);
	SET(b, "lport", FW_SET_VERDICTS, FW_TYPE_PROTO, FW_TYPE_PORT);
	LIST_FOREACH (x, f, listen_ports)
		push_port(b, IPPROTO_UDP, *x); /* verdict 0: accept */
}

static void add_users(struct build *b)
{
	SET(b, "uids", FW_SET_INTERVAL, FW_TYPE_UID);
	LIST_FOREACH (x, b->f, split)
		if (x->kind == FW_SPLIT_UID) {
			uint32_t first = htonl(x->uid_first), last = htonl(x->uid_last);

			push_range(b, (uint8_t *)&first, (uint8_t *)&last, sizeof(first));
		}
}

static void add_numbers(
	struct build *b, const char *name, enum fw_type t, const uint8_t *values, size_t n)
{
	SET(b, name, 0, t);
	for (size_t i = 0; i < n; i++) {
		struct key k = {0};

		put_u8(&k, values[i]);
		push(b, &k);
	}
}

static void add_prefixes(
	struct build *b, const char *name, uint8_t family, const char *const *prefixes, size_t n)
{
	struct ip_prefix p;

	SET(b, name, FW_SET_INTERVAL, ADDR(family));
	for (size_t i = 0; i < n; i++)
		if (ip_prefix_parse(prefixes[i], &p))
			push_prefix(b, &p);
}

/* RFC 2131, RFC 8415: the client's port and the server's. */
static void add_ports_of_dhcp(struct build *b, const char *name, uint16_t client, uint16_t server)
{
	struct key k = {0};

	SET(b, name, 0, FW_TYPE_PORT, FW_TYPE_PORT);
	put_port(&k, client);
	put_port(&k, server);
	push(b, &k);
}

#define NUMBERS(b, name, type, ...)                                                                \
	add_numbers(                                                                               \
		b, name, type, (const uint8_t[]){__VA_ARGS__}, RULE_COUNT_(uint8_t, __VA_ARGS__))
#define PREFIXES(b, name, family, ...)                                                             \
	add_prefixes(b, name, family, (const char *const[]){__VA_ARGS__},                          \
		RULE_COUNT_(const char *, __VA_ARGS__))

/*
 * Constants: names for what would else be sets without names in the rules. That nobody can change
 * them spares reading them back, too.
 */
static void add_constants(struct build *b)
{
	const size_t first = b->t->n_sets;
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP};
	static const uint32_t marks[] = {FW_CT_SPLIT, FW_CT_INBOUND, FW_CT_CIPHER};

	SET(b, "dns", 0, FW_TYPE_PROTO, FW_TYPE_PORT);
	for (size_t i = 0; i < 2; i++)
		push_port(b, protos[i], 53);
	SET(b, "gated", 0, FW_TYPE_PROTO, FW_TYPE_PORT);
	for (size_t i = 0; i < 2; i++) {
		push_port(b, protos[i], 53);
		push_port(b, protos[i], 853);
	}
	SET(b, "ours", 0, FW_TYPE_MARK);
	for (size_t i = 0; i < 3; i++) {
		struct key k = {0};

		put_u32(&k, marks[i]);
		push(b, &k);
	}
	/* SYN, with or without ACK and the bits of RFC 3168, and no other flag. */
	NUMBERS(b, "syn", FW_TYPE_TCP_FLAGS, 0x02, 0x42, 0x82, 0xc2, 0x12, 0x52, 0x92, 0xd2);
	add_ports_of_dhcp(b, "client4", 68, 67);
	add_ports_of_dhcp(b, "client6", 546, 547);
	/* Unicast too: a renewal goes to the server that gave the lease (RFC 2131 4.3.2). */
	PREFIXES(b, "dhcp4", AF_INET, "255.255.255.255/32", "10.0.0.0/8", "100.64.0.0/10",
		"169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16");
	PREFIXES(b, "dhcp6", AF_INET6, "ff02::1:2/128", "ff05::1:3/128", "fe80::/10");
	PREFIXES(b, "link6", AF_INET6, "fe80::/10");
	/* RFC 4861: solicitations and advertisements; in also routers' ones and redirects. */
	NUMBERS(b, "nd_out", FW_TYPE_ICMPV6, 133, 135, 136);
	NUMBERS(b, "nd_in", FW_TYPE_ICMPV6, 133, 134, 135, 136, 137);
	NUMBERS(b, "errors", FW_TYPE_PROTO, IPPROTO_ICMP, IPPROTO_ICMPV6);
	for (size_t i = 0; i < 2; i++) {
		SET(b, NAME4(families[i], "near"), FW_SET_INTERVAL, ADDR(families[i]));
		for (size_t k = 0; k < firewall_n_lan; k++)
			if (firewall_lan[k].addr.family == families[i])
				push_prefix(b, &firewall_lan[k]);
	}
	for (size_t i = first; i < b->t->n_sets; i++)
		b->t->sets[i].flags |= FW_SET_CONSTANT;
}

void build_sets(struct build *b)
{
	for (size_t i = 0; i < 2; i++) {
		add_endpoints(b, families[i]);
		add_out(b, families[i]);
		add_dns(b, families[i]);
		add_logins(b, families[i]);
		add_addresses(b, families[i]);
	}
	add_links(b);
	add_ports(b);
	add_users(b);
	add_constants(b);
}

/* --- verdict maps ----------------------------------------------------------------------------
 */

static struct fw_verdict verdict(enum fw_verdict_code code, const char *chain)
{
	return (struct fw_verdict){.code = code, .chain = chain};
}

static void push_link_verdict(struct build *b, const char *ifname, struct fw_verdict v)
{
	struct key k = {0};

	if (!build_name_fits(ifname))
		return;
	put_name(&k, ifname);
	k.e.verdict = v;
	push(b, &k);
}

static void add_link_map(
	struct build *b, const char *name, struct fw_verdict tunnel, struct fw_verdict bridge)
{
	SET(b, name, FW_SET_VERDICTS, FW_TYPE_IFNAME);
	push_link_verdict(b, "lo", verdict(FW_ACCEPT, NULL));
	LIST_FOREACH (x, b->f, tunnels)
		push_link_verdict(b, x->name, tunnel);
	LIST_FOREACH (x, b->f, bridges)
		push_link_verdict(b, x->name, bridge);
}

static void push_mark(struct build *b, uint32_t mark)
{
	for (size_t i = 0; i < 2; i++) {
		struct key k = {0};

		put_u8(&k, families[i] == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6);
		put_u32(&k, mark);
		k.e.verdict = verdict(FW_JUMP, NAME4(families[i], "cipher"));
		push(b, &k);
	}
}

static void add_marked(struct build *b)
{
	SET(b, "marked", FW_SET_VERDICTS, FW_TYPE_NFPROTO, FW_TYPE_MARK);
	push_mark(b, WF_MARK);
	LIST_FOREACH (x, b->f, marks)
		push_mark(b, *x);
}

/* Behind the output chain, which has looked at endpoints; not WF_MARK, which SPLIT carries, too. */
static void add_final_mark(struct build *b)
{
	SET(b, "final_mark", FW_SET_VERDICTS, FW_TYPE_MARK);
	LIST_FOREACH (x, b->f, marks) {
		struct key k = {0};

		put_u32(&k, *x);
		k.e.verdict = verdict(FW_ACCEPT, NULL);
		push(b, &k);
	}
}

/* The short way for what comes in to a tunnel or an inbound port and has been answered. */
static void add_answered_in(struct build *b)
{
	static const uint32_t marks[] = {FW_CT_CIPHER, FW_CT_INBOUND};

	SET(b, "answered_in", FW_SET_VERDICTS, FW_TYPE_MARK, FW_TYPE_CT_STATE);
	for (size_t i = 0; i < 2; i++) {
		struct key k = {0};

		put_u32(&k, marks[i]);
		put_u32(&k, CT_ESTABLISHED);
		k.e.verdict = verdict(FW_ACCEPT, NULL);
		push(b, &k);
	}
}

static void add_states(struct build *b)
{
	SET(b, "in_state", FW_SET_VERDICTS, FW_TYPE_NFPROTO, FW_TYPE_CT_STATE);
	for (size_t i = 0; i < 2; i++) {
		uint8_t nfproto = families[i] == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;
		struct key k = {0}, related = {0};

		put_u8(&k, nfproto);
		put_u32(&k, CT_ESTABLISHED);
		k.e.verdict = verdict(FW_JUMP, NAME4(families[i], "answers"));
		push(b, &k);
		put_u8(&related, nfproto);
		put_u32(&related, CT_RELATED);
		related.e.verdict = verdict(FW_JUMP, "related");
		push(b, &related);
	}
}

static bool is_among(const char *ifname, const struct firewall *f)
{
	LIST_FOREACH (x, f, tunnels)
		if (str_eq(x->name, ifname))
			return true;
	LIST_FOREACH (x, f, bridges)
		if (str_eq(x->name, ifname))
			return true;
	return false;
}

static void push_pair(struct build *b, const char *in, const char *out, struct fw_verdict v)
{
	struct key k = {0};

	if (!build_name_fits(in) || !build_name_fits(out))
		return;
	put_name(&k, in);
	put_name(&k, out);
	k.e.verdict = v;
	push(b, &k);
}

/* A packet of a row: new ones, or only answers. Those that leave by a tunnel or a bridge, and
 * answers, stand in `pairs`; `rows` is looked up after the check of kept prefixes. */
static void push_row(struct build *b, const char *in, const char *out, bool answers, bool pairs)
{
	struct fw_verdict v = answers ? verdict(FW_JUMP, "answered") : verdict(FW_ACCEPT, NULL);

	if (in[0] && out[0] && (answers || is_among(out, b->f)) == pairs)
		push_pair(b, in, out, v);
}

static void push_rows(struct build *b, bool pairs)
{
	LIST_FOREACH (x, b->f, forward) {
		push_row(b, x->in_ifname, x->out_ifname, false, pairs);
		push_row(b, x->out_ifname, x->in_ifname, !x->both, pairs);
	}
}

static void add_pairs(struct build *b)
{
	const struct firewall *f = b->f;

	SET(b, "pairs", FW_SET_VERDICTS, FW_TYPE_IFNAME, FW_TYPE_IFNAME);
	LIST_FOREACH (x, f, bridges) {
		LIST_FOREACH (y, f, tunnels) {
			push_pair(b, x->name, y->name, verdict(FW_ACCEPT, NULL));
			push_pair(b, y->name, x->name, verdict(FW_JUMP, "answered"));
		}
		LIST_FOREACH (y, f, bridges)
			push_pair(b, x->name, y->name, verdict(FW_ACCEPT, NULL));
	}
	push_rows(b, true);
	SET(b, "rows", FW_SET_VERDICTS, FW_TYPE_IFNAME, FW_TYPE_IFNAME);
	push_rows(b, false);
}

/* Rows with one open side: by the interface that is named. */
static void add_open_rows(struct build *b, const char *name, bool by_in)
{
	SET(b, name, FW_SET_VERDICTS, FW_TYPE_IFNAME);
	LIST_FOREACH (x, b->f, forward) {
		const char *same = by_in ? x->in_ifname : x->out_ifname;
		const char *other = by_in ? x->out_ifname : x->in_ifname;

		if (!other[0])
			push_link_verdict(b, same, verdict(FW_ACCEPT, NULL));
		if (!same[0])
			push_link_verdict(b, other,
				x->both ? verdict(FW_ACCEPT, NULL) : verdict(FW_JUMP, "answered"));
	}
}

void build_maps(struct build *b)
{
	const struct fw_verdict accept = verdict(FW_ACCEPT, NULL);
	const struct fw_verdict bridge = verdict(FW_JUMP, "out_bridge");

	if (b->hold) {
		add_link_map(b, "out_if", verdict(FW_GOTO, "out_tunnel"), bridge);
		add_marked(b);
	}
	if (b->f->kill_switch) {
		add_link_map(b, "in_if", accept, verdict(FW_JUMP, "from_bridge"));
		add_link_map(b, "final_if", b->steer ? verdict(FW_GOTO, "final_tunnel") : accept,
			bridge);
		add_final_mark(b);
		add_answered_in(b);
		add_states(b);
		add_pairs(b);
		add_open_rows(b, "rows_in", true);
		add_open_rows(b, "rows_out", false);
	}
	if (b->steer) {
		static const struct {
			uint32_t mark;
			const char *chain;
		} steered[] = {{FW_CT_SPLIT, "steer_out"}, {FW_CT_INBOUND, "steer_answer"}};

		SET(b, "steered", FW_SET_VERDICTS, FW_TYPE_MARK);
		for (size_t i = 0; i < 2; i++) {
			struct key k = {0};

			put_u32(&k, steered[i].mark);
			k.e.verdict = verdict(FW_GOTO, steered[i].chain);
			push(b, &k);
		}
	}
}

void build_form(struct arena *a, struct fw_table *t, uint64_t form)
{
	struct build b = {.a = a, .t = t};
	struct key k = {0};

	SET(&b, BUILD_FORM, 0, FW_TYPE_MARK, FW_TYPE_MARK);
	put_u32(&k, (uint32_t)(form >> 32));
	put_u32(&k, (uint32_t)form);
	push(&b, &k);
}
