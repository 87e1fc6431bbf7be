// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf's table `inet wf`: the scheme. Knows which chains there are and when; the rules are in
 * build_*.c. Must not know how a table is written or sent. Keeps these invariants: what is allowed
 * stands in sets, so that it changes without the rules; nothing is accepted merely because it is
 * established; IPv4 and IPv6 are treated alike; no mark suffices alone.
 *
 * Each chain, in the order in which a packet meets them. [K] with the kill switch, [G] with it or
 * the DNS gate or kept prefixes, [S] when connections are led past the tunnels (split, inbound).
 *
 *   spoof         prerouting -300  to a tunnel's address from anywhere but the tunnels and this
 *                 host: dropped, unless its source is local (CVE-2019-14899). Before connection
 *                 tracking, so that a forged segment does not touch a connection's entry.
 *   premark       prerouting -199  what comes in for the tunnels (from an endpoint, or to a
 *                 listening port) and answers to what goes past them get mark M: a strict reverse
 *                 path filter then looks where such packets go out. The connection is marked at
 *                 its first packet and known by that from then on, which is cheaper than the
 *                 tuple; after `conntrack -F` or a reload the tuple finds it again. The mark lets
 *                 nothing out: see `marked`.
 *   redir         prerouting nat -100  port 53 of bridges to the holder's server; dnat rows.
 *                 Those from outside are inbound connections: their answers leave where they
 *                 came in.
 *   ingress_local input 0 [K]      tunnels; what comes to a tunnel or an inbound port and has been
 *                 answered; answers of endpoints, LAN resolvers and permitted lookups; listening
 *                 ports; DHCP, neighbour discovery; errors that belong to a connection of ours;
 *                 LAN; logins; inbound ports. What claims to be a LAN resolver's answer and is
 *                 none is dropped before the LAN is let in.
 *   clamp         forward -150     TCP's segment size, through links that asked for it.
 *   egress_forward forward 0 [G]   DNS of bridges; then pairs of interfaces (bridges with tunnels
 *                 and each other, forward rows); kept prefixes; LAN with bridges; dnat rows.
 *                 Without kill switch only DNS and kept prefixes are checked: others' tables
 *                 accept, not this one.
 *   classify      output nat -100 [S]  first packet of a connection: users and cgroups outside
 *                 the tunnels get the connection's mark SPLIT, except for DNS to a tunnel's server.
 *   steer         output route -90 [S]  packets of SPLIT, and answers of INBOUND, get mark M and
 *                 are routed again. Behind `classify`, so that already the first packet is
 *                 steered: nat chains see the first packet of a connection only, which costs the
 *                 others nothing, but they are all called at -100 whatever their priority.
 *   egress_local  output 0 [G]     see `out_tunnel`, `cipher`, `guard`, `dnsgate`; then kept
 *                 prefixes, LAN; what is left is rejected, so that nothing waits for a timeout.
 *   split_nat     postrouting nat 100  SPLIT and bridges get the source of the way they take;
 *                 nat rows.
 *   final_guard   postrouting 300 [K]  a second look behind all others' chains, which may have
 *                 steered a packet that was let pass above. Nothing can be rejected there. A
 *                 tunnel's mark is enough here: what has it was held against the endpoints at
 *                 output, and what is forwarded passed by `egress_forward`.
 *
 *   out4/6 (sets) the same question as `cipher`, as one, for the many packets of a tunnel in use.
 *   cipher4/6     mark M or a tunnel's, exactly, and an endpoint's address, protocol and port; or
 *                 the source port of a listening tunnel; or DNS to a server that may be asked for
 *                 some seconds (elements with a timeout). The mark alone lets nothing out, nor the
 *                 tuple.
 *   guard         what leaves beside the tunnels: SPLIT, answers of INBOUND by an inbound port,
 *                 DHCP (also a renewal to a private address), DHCPv6, neighbour discovery (hop
 *                 limit 255), MLDv2 reports, logins by their exact tuple.
 *   dnsgate       returns for a tunnel's own servers by that tunnel, any server by a tunnel
 *                 without, servers in local bridges, LAN resolvers not by a tunnel; rejects the
 *                 rest. Ports 53 and 853.
 *   out_tunnel    only with a tunnel's address as source, so that a connection from before the
 *                 tunnel does not show its old address in there.
 *
 * With the kill switch the tunnels' addresses and DNS servers are kept prefixes, too: they look
 * like the LAN's, and a socket bound to the network card would take them there.
 *
 * Bridges count as this machine: traffic to private addresses behind them is not checked, theirs
 * is when it is forwarded; so a resolver in a container is this machine's resolver. Other addresses
 * are not behind them: a bridge that gets a network card is no way out.
 *
 * Of a packet of an established connection, in the tunnel or as ciphertext, no hook evaluates more
 * than 14 expressions of the kernel, our chains of that hook taken together (tests/unit/fw). That
 * is why interfaces are looked up first, in maps; why the map of marks and that of states also hold
 * the family; and why the marks of ciphertext are listed one by one and not by mask.
 */
#include "fw/build.h"

#include "fw/fw.h"

void build_rule(struct build *b, const struct fw_expr *e, size_t n)
{
	fw_rule_add(b->a, &b->t->chains[b->t->n_chains - 1], e, n);
}

void build_chain(struct build *b, const char *name)
{
	fw_chain_add(b->a, b->t, name);
}

void build_base(struct build *b, const char *name, enum fw_chain_type type, enum fw_hook hook,
	int priority, bool drop)
{
	fw_chain_add_base(b->a, b->t, name, type, hook, priority, drop);
}

static void add_counters(struct build *b)
{
	static const char *const names[] = {"wf_drop_out", "wf_drop_v6", "wf_drop_dns",
		"wf_drop_fwd", "wf_drop_in", "wf_drop_spoof"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		LIST_PUSH(b->a, b->t, counters)->name = names[i];
}

/* Sets and maps that no rule looks at: each is several messages and, later, a question. */
static void drop_unused(struct arena *a, struct fw_table *t)
{
	bool *used = arena_alloc(a, t->n_sets * sizeof(*used));
	size_t n = 0;

	LIST_FOREACH (c, t, chains)
		LIST_FOREACH (r, c, rules)
			LIST_FOREACH (x, r, exprs) {
				const struct fw_set *s = x->name ? fw_set_find(t, x->name) : NULL;

				if (s)
					used[s - t->sets] = true;
			}
	for (size_t i = 0; i < t->n_sets; i++)
		if (used[i])
			t->sets[n++] = t->sets[i];
	t->n_sets = n;
}

/* All but the set that holds the form. */
static void build_table(struct arena *a, const struct firewall *f, struct fw_table *t)
{
	struct firewall sorted = {0};
	struct build b = {.a = a, .f = &sorted, .t = t};

	*t = (struct fw_table){.family = FW_INET, .name = FW_TABLE, .present = f->present};
	if (!f->present)
		return;
	firewall_copy(a, f, &sorted);
	firewall_canon(&sorted);
	b.gate = f->kill_switch || f->dns_gate;
	b.hold = b.gate || f->n_kept;
	b.steer = f->n_split || f->n_inbound || f->n_dnat;
	add_counters(&b);
	build_sets(&b);
	build_maps(&b);
	build_early(&b);
	build_shared(&b);
	build_steer(&b);
	build_local(&b);
	build_forward(&b);
	build_nat(&b);
	drop_unused(a, t);
	LIST_FOREACH (s, t, sets)
		fw_set_sort(s);
}

/* FNV-1a (the Fowler/Noll/Vo hash, 64 bits) over the text. */
static uint64_t form_of(const struct fw_table *t)
{
	STRBUF_CLEANUP struct strbuf text = {0};
	uint64_t h = 0xcbf29ce484222325u;

	fw_text(t, &text);
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (uint8_t)text.s[i]) * 0x100000001b3u;
	return h == 0 || h == UINT64_MAX ? 1 : h;
}

void fw_build(struct arena *a, const struct firewall *f, struct fw_table *ret)
{
	build_table(a, f, ret);
	if (ret->present)
		build_form(a, ret, form_of(ret));
}

uint64_t fw_table_form(const struct fw_table *t)
{
	const struct fw_set *s = fw_set_find(t, BUILD_FORM);
	uint32_t half[2];

	if (!s)
		return 0;
	memcpy(half, s->elems[0].key, sizeof(half));
	return (uint64_t)half[0] << 32 | half[1];
}

uint64_t fw_form(const struct firewall *f)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct fw_table t;

	build_table(a, f, &t);
	return form_of(&t);
}
