// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What wf's table does to packets, by walking through its rules: who may leave, come in and pass
 * with the kill switch, in both families, and what that costs. What the kernel makes of the same
 * rules is seen in the tests of leaks.
 */
#include "walk.h"

#include "fw/build.h"
#include "rig.h"

#define COST_MAX 14 /* expressions of an established flow's packet at one hook */

static struct fw_table built;
static struct arena *arena;

static void build(const struct firewall *f)
{
	fw_build(arena, f, &built);
}

static struct packet from_to(
	const char *saddr, const char *daddr, uint8_t proto, uint16_t sport, uint16_t dport)
{
	return (struct packet){.iif = "",
		.oif = "",
		.saddr = addr(saddr),
		.daddr = addr(daddr),
		.l4proto = proto,
		.sport = sport,
		.dport = dport,
		.ct_state = CT_ESTABLISHED,
		.hoplimit = 64,
		.uid = 1001};
}

static struct walk at(enum fw_hook hook, struct packet p)
{
	struct walk w;

	walk(&built, hook, &p, &w);
	return w;
}

/* Both looks at a packet of this machine: output, then postrouting. */
static bool leaves(struct packet p, const char *oif)
{
	struct walk w;

	p.oif = oif;
	w = at(FW_OUTPUT, p);
	if (w.dropped)
		return false;
	p.mark = w.mark;
	p.ct_mark = w.ct_mark;
	return !at(FW_POSTROUTING, p).dropped;
}

/* At output the kernel names the interface of a packet's first route, also when another follows. */
static bool steered(struct packet p)
{
	p.oif = "wg0";
	return !at(FW_OUTPUT, p).dropped;
}

static bool enters(struct packet p, const char *iif)
{
	struct walk w;

	p.iif = iif;
	p.daddr_local = true;
	w = at(FW_PREROUTING, p);
	p.mark = w.mark;
	p.ct_mark = w.ct_mark;
	return !w.dropped && !at(FW_INPUT, p).dropped;
}

static bool passes(struct packet p, const char *iif, const char *oif)
{
	struct walk w;

	p.iif = iif;
	w = at(FW_PREROUTING, p);
	p.oif = oif;
	p.mark = w.mark;
	p.ct_mark = w.ct_mark;
	return !w.dropped && !at(FW_FORWARD, p).dropped && !at(FW_POSTROUTING, p).dropped;
}

/* Addresses of one family, as all cases go through both. */
static const struct family {
	const char *name, *tunnel, *tunnel_dns, *endpoint, *nic, *lan, *lan_dns, *public, *bridge;
} families[] = {
	{"IPv4", "10.64.0.2", "10.64.0.1", "192.0.2.1", "192.168.1.7", "192.168.1.9", "192.168.1.1",
		"203.0.113.2", "172.17.0.2"},
	{"IPv6", "fc00:bbbb::2", "fc00:bbbb::1", "2001:db8::1", "2001:db8:5::7", "fe80::9",
		"fe80::1", "2001:db8:113::2", "fd17::2"},
};

static struct packet marked(struct packet p, uint32_t mark)
{
	p.mark = mark;
	return p;
}

static void test_out(const struct family *x)
{
	struct packet cipher = from_to(x->nic, x->endpoint, IPPROTO_UDP, 40000, 51820);
	struct packet inner = from_to(x->tunnel, x->public, IPPROTO_TCP, 40000, 443);
	struct packet clear = from_to(x->nic, x->public, IPPROTO_TCP, 40000, 443);
	struct packet dns = from_to(x->tunnel, x->tunnel_dns, IPPROTO_UDP, 40000, 53);
	struct packet wrong;

	ok(leaves(marked(cipher, WF_MARK | 1), "eth0"), "%s: ciphertext leaves", x->name);
	ok(!leaves(cipher, "eth0"), "%s: not without mark", x->name);
	ok(!leaves(marked(cipher, WF_MARK | 2), "eth0"), "%s: not with another's", x->name);
	wrong = marked(cipher, WF_MARK | 1);
	wrong.dport = 51821;
	ok(!leaves(wrong, "eth0"), "%s: not to another port", x->name);
	wrong = marked(cipher, WF_MARK | 1);
	wrong.l4proto = IPPROTO_TCP;
	ok(!leaves(wrong, "eth0"), "%s: not by another protocol", x->name);
	ok(!leaves(marked(clear, WF_MARK | 1), "eth0"), "%s: the mark alone is nothing", x->name);
	ok(leaves(inner, "wg0"), "%s: the tunnel's own packets go in", x->name);
	wrong = inner;
	wrong.saddr = addr(x->nic);
	ok(!leaves(wrong, "wg0"), "%s: not with another source", x->name);
	ok(!leaves(clear, "eth0"), "%s: nothing in clear, though established", x->name);
	clear.oif = "eth0";
	ok(at(FW_OUTPUT, clear).rejected, "%s: and it is rejected", x->name);
	ok(leaves(dns, "wg0"), "%s: DNS by the tunnel", x->name);
	dns.daddr = addr(x->public);
	ok(!leaves(dns, "wg0"), "%s: not to others", x->name);
	dns.dport = 853;
	ok(!leaves(dns, "wg0"), "%s: nor over TLS", x->name);
	dns = from_to(x->nic, x->tunnel_dns, IPPROTO_UDP, 40000, 53);
	ok(!leaves(dns, "eth0"), "%s: nor to the tunnel's server past it", x->name);
	ok(leaves(from_to(x->nic, x->nic, IPPROTO_TCP, 1, 2), "lo"), "%s: this machine", x->name);
}

static void test_lan(const struct family *x, bool allowed)
{
	const char *can = allowed ? "reaches" : "does not reach";
	struct packet p = from_to(x->nic, x->lan, IPPROTO_TCP, 40000, 80);
	struct packet dns = from_to(x->nic, x->lan, IPPROTO_UDP, 40000, 53);
	struct packet fake = from_to(x->lan_dns, x->nic, IPPROTO_UDP, 53, 40000);
	struct packet lease = from_to("0.0.0.0", "255.255.255.255", IPPROTO_UDP, 68, 67);
	struct packet answer;

	ok(leaves(p, "eth0") == allowed, "%s: this machine %s the LAN", x->name, can);
	p = from_to(x->lan, x->nic, IPPROTO_TCP, 40000, 80);
	p.ct_state = 8;
	ok(enters(p, "eth0") == allowed, "%s: the LAN %s this machine", x->name, can);
	if (x == &families[0]) {
		lease.ct_state = 8;
		ok(enters(lease, "eth0") == allowed, "who has no address yet %s it", can);
		lease.dport = 69;
		ok(!enters(lease, "eth0"), "for a lease, and nothing else");
	}
	ok(!leaves(dns, "eth0"), "%s: its resolvers only when listed", x->name);
	ok(!leaves(from_to(x->nic, x->tunnel_dns, IPPROTO_UDP, 40000, 443), "eth0"),
		"%s: what is in the tunnel is not in the LAN", x->name);
	dns.daddr = addr(x->lan_dns);
	ok(leaves(dns, "eth0"), "%s: a listed one", x->name);
	ok(enters(fake, "eth0"), "%s: and its answers", x->name);
	answer = fake;
	answer.ct_state = 8;
	ok(!enters(answer, "eth0"), "%s: not what nobody asked for", x->name);
}

static void test_in(const struct family *x)
{
	struct packet cipher = from_to(x->endpoint, x->nic, IPPROTO_UDP, 51820, 40000);
	struct packet spoof = from_to(x->lan, x->tunnel, IPPROTO_TCP, 443, 40000);
	struct packet p;

	ok(enters(cipher, "eth0"), "%s: ciphertext comes in", x->name);
	p = cipher;
	p.ct_state = 8;
	ok(!enters(p, "eth0"), "%s: not unasked", x->name);
	p = cipher;
	p.iif = "eth0";
	p.daddr_local = true;
	is_int(at(FW_PREROUTING, p).mark, WF_MARK, "%s: and is marked", x->name);
	ok(!enters(spoof, "eth0"), "%s: nothing from outside to a tunnel's address", x->name);
	ok(enters(spoof, "wg0"), "%s: from the tunnel it may", x->name);
	p = from_to(x->public, x->nic, IPPROTO_TCP, 40000, 80);
	ok(!enters(p, "eth0"), "%s: nothing else from outside", x->name);
	p.l4proto = x->name[3] == '4' ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	p.ct_state = CT_RELATED;
	ok(enters(p, "eth0"), "%s: but errors that concern us", x->name);
}

static void test_bridge(const struct family *x)
{
	struct packet p = from_to(x->bridge, x->public, IPPROTO_TCP, 40000, 443);
	struct packet dns = from_to(x->bridge, x->public, IPPROTO_UDP, 40000, 53);

	ok(passes(p, "docker0", "wg0"), "%s: a container into the tunnel", x->name);
	ok(!passes(p, "docker0", "eth0"), "%s: and not past it", x->name);
	ok(!passes(dns, "docker0", "wg0"), "%s: its DNS goes nowhere else", x->name);
	dns.daddr = addr(x->tunnel_dns);
	ok(passes(dns, "docker0", "wg0"), "%s: than to the tunnel's server", x->name);
	p = from_to(x->public, x->bridge, IPPROTO_TCP, 443, 40000);
	ok(passes(p, "wg0", "docker0"), "%s: answers come back", x->name);
	p.ct_state = 8;
	ok(!passes(p, "wg0", "docker0"), "%s: nothing new out of the tunnel", x->name);
	p = from_to(x->lan, x->public, IPPROTO_TCP, 40000, 443);
	ok(!passes(p, "eth0", "wg0"), "%s: the LAN is not forwarded", x->name);
	p = from_to(x->lan, x->bridge, IPPROTO_TCP, 40000, 443);
	ok(leaves(p, "docker0"), "%s: this machine reaches its containers", x->name);
	p = from_to(x->lan, x->public, IPPROTO_TCP, 40000, 443);
	ok(!leaves(p, "docker0"), "%s: but no bridge is a way out", x->name);
}

static void test_split(const struct family *x)
{
	struct packet p = from_to(x->tunnel, x->public, IPPROTO_TCP, 40000, 443);
	struct walk w;

	p.first = true;
	p.oif = "wg0";
	p.uid = 1005;
	w = at(FW_OUTPUT, p);
	is_int(w.ct_mark, FW_CT_SPLIT, "%s: a user outside is noted", x->name);
	is_int(w.mark, WF_MARK, "%s: and steered", x->name);
	p.ct_mark = FW_CT_SPLIT;
	p.first = false;
	ok(leaves(p, "eth0"), "%s: leaves by the other way", x->name);
	p.saddr = addr(x->nic);
	ok(steered(p), "%s: though its first route is the tunnel", x->name);
	p.dport = 53;
	ok(steered(p), "%s: DNS, too", x->name);
	p.dport = 443;
	p.oif = "wg0";
	ok(at(FW_POSTROUTING, p).dropped, "%s: and never by the tunnel", x->name);
	p.ct_mark = 0;
	p.first = true;
	p.uid = 1011;
	is_int(at(FW_OUTPUT, p).ct_mark, 0, "%s: others are not", x->name);
	p.uid = 1005;
	p.dport = 53;
	p.daddr = addr(x->tunnel_dns);
	is_int(at(FW_OUTPUT, p).ct_mark, 0, "%s: nor is DNS to the tunnel's server", x->name);
}

static void test_login(const struct family *x)
{
	const char *peer = x->name[3] == '4' ? "198.51.100.9" : "2001:db8::9";
	struct packet p = from_to(x->nic, peer, IPPROTO_TCP, 22, 40000), other = p;

	ok(leaves(p, "eth0"), "%s: the login one sits in", x->name);
	other.dport = 40001;
	other.sport = 23;
	ok(!leaves(other, "eth0"), "%s: by its exact ports", x->name);
	p = from_to(x->nic, x->public, IPPROTO_TCP, 22, 5);
	p.ct_mark = FW_CT_INBOUND;
	p.ct_direction = CT_REPLY;
	ok(leaves(p, "eth0"), "%s: answers of an inbound port", x->name);
	ok(steered(p), "%s: though their first route is the tunnel", x->name);
	p.oif = "wg0";
	ok(at(FW_POSTROUTING, p).dropped, "%s: and never by the tunnel", x->name);
	p.sport = 24;
	ok(!leaves(p, "eth0") && !steered(p), "%s: of no other", x->name);
	p = from_to(x->public, x->nic, IPPROTO_TCP, 5, 22);
	p.ct_state = 8;
	ok(enters(p, "eth0"), "%s: the inbound port is open", x->name);
	p.iif = "eth0";
	p.daddr_local = true;
	is_int(at(FW_PREROUTING, p).ct_mark, FW_CT_INBOUND, "%s: its connections are noted",
		x->name);
}

static void cheap(enum fw_hook hook, struct packet p, const char *what, const struct family *x)
{
	struct walk w = at(hook, p);

	if (!ok(!w.dropped && w.cost <= COST_MAX, "%s: %s evaluates %u expressions", x->name, what,
		    w.cost) &&
		w.dropped)
		diag("dropped in %s", w.chain);
}

static struct packet via(struct packet p, const char *iif, const char *oif)
{
	p.iif = iif;
	p.oif = oif;
	return p;
}

/* No more than COST_MAX, whatever else the firewall is asked for. */
static void test_cost(const struct family *x)
{
	struct packet in = from_to(x->public, x->tunnel, IPPROTO_TCP, 443, 40000);
	struct packet out = from_to(x->tunnel, x->public, IPPROTO_TCP, 40000, 443);
	struct packet cin = from_to(x->endpoint, x->nic, IPPROTO_UDP, 51820, 40000);
	struct packet cout = from_to(x->nic, x->endpoint, IPPROTO_UDP, 40000, 51820);
	struct packet fin = from_to(x->public, x->bridge, IPPROTO_TCP, 443, 40000);
	struct packet fout = from_to(x->bridge, x->public, IPPROTO_TCP, 40000, 443);

	cheap(FW_OUTPUT, via(out, "", "wg0"), "inner, output", x);
	cheap(FW_POSTROUTING, via(out, "", "wg0"), "inner, postrouting", x);
	in.daddr_local = cin.daddr_local = true;
	cheap(FW_PREROUTING, via(in, "wg0", ""), "inner, prerouting", x);
	cheap(FW_INPUT, via(in, "wg0", ""), "inner, input", x);
	cout.mark = WF_MARK | 1;
	cheap(FW_OUTPUT, via(cout, "", "eth0"), "ciphertext, output", x);
	cheap(FW_POSTROUTING, via(cout, "", "eth0"), "ciphertext, postrouting", x);
	/* From its second packet on. */
	cin.ct_mark = FW_CT_CIPHER;
	cheap(FW_PREROUTING, via(cin, "eth0", ""), "ciphertext, prerouting", x);
	cin.mark = WF_MARK;
	cheap(FW_INPUT, via(cin, "eth0", ""), "ciphertext, input", x);
	cheap(FW_PREROUTING, via(fout, "docker0", ""), "forwarded out, prerouting", x);
	cheap(FW_FORWARD, via(fout, "docker0", "wg0"), "forwarded out, forward", x);
	cheap(FW_POSTROUTING, via(fout, "docker0", "wg0"), "forwarded out, postrouting", x);
	cheap(FW_PREROUTING, via(fin, "wg0", ""), "forwarded in, prerouting", x);
	cheap(FW_FORWARD, via(fin, "wg0", "docker0"), "forwarded in, forward", x);
	cheap(FW_POSTROUTING, via(fin, "wg0", "docker0"), "forwarded in, postrouting", x);
}

static void test_listening(const struct family *x)
{
	struct packet in = from_to(x->public, x->nic, IPPROTO_UDP, 7777, 51821);
	struct packet out = from_to(x->nic, x->public, IPPROTO_UDP, 51821, 7777);

	in.daddr_local = true;
	in.ct_mark = FW_CT_INBOUND;
	cheap(FW_PREROUTING, via(in, "eth0", ""), "a listening tunnel, prerouting", x);
	cheap(FW_INPUT, via(in, "eth0", ""), "a listening tunnel, input", x);
	out.mark = WF_MARK | 1;
	cheap(FW_OUTPUT, via(out, "", "eth0"), "a listening tunnel, output", x);
	cheap(FW_POSTROUTING, via(out, "", "eth0"), "a listening tunnel, postrouting", x);
	out.mark = 0;
	ok(!leaves(out, "eth0"), "%s: its port is nobody else's", x->name);
}

static void test_gate_only(const struct family *x)
{
	struct packet dns = from_to(x->nic, x->public, IPPROTO_UDP, 40000, 53);

	ok(leaves(from_to(x->nic, x->public, IPPROTO_TCP, 40000, 443), "eth0"),
		"%s: without kill switch all may leave", x->name);
	ok(!leaves(dns, "eth0"), "%s: but DNS", x->name);
	ok(!leaves(from_to(x->nic, x->name[3] == '4' ? "10.9.1.1" : "fd09::1", IPPROTO_TCP, 1, 2),
		   "eth0"),
		"%s: and to kept prefixes", x->name);
	ok(enters(from_to(x->public, x->nic, IPPROTO_TCP, 1, 2), "eth0"), "%s: and enter", x->name);
}

static void each(void (*test)(const struct family *x))
{
	test(&families[0]);
	test(&families[1]);
}

static bool is_looked_at(const struct fw_set *s)
{
	LIST_FOREACH (c, &built, chains)
		LIST_FOREACH (r, c, rules)
			LIST_FOREACH (x, r, exprs)
				if (str_eq(x->name, s->name))
					return true;
	return false;
}

/* Each set costs messages and questions, so there is none for nothing. */
static void test_sets(const char *what)
{
	size_t unused = 0;

	LIST_FOREACH (s, &built, sets)
		unused += !is_looked_at(s);
	is_int((int64_t)unused, 1, "%s: of %zu sets only the form stands in no rule", what,
		built.n_sets);
}

int main(void)
{
	struct firewall f = {0};

	arena = arena_new();
	add_tunnel(arena, &f);
	build(&f);
	test_sets("a tunnel");
	f.kill_switch = true;
	LINK(arena, &f, bridges, "docker0");
	*LIST_PUSH(arena, &f, lan_dns) = addr("192.168.1.1");
	*LIST_PUSH(arena, &f, lan_dns) = addr("fe80::1");
	*LIST_PUSH(arena, &f, listen_ports) = 51821;
	build(&f);
	each(test_out);
	each(test_in);
	each(test_bridge);
	each(test_listening);
	test_lan(&families[0], false);
	test_lan(&families[1], false);
	each(test_cost);
	add_lan(arena, &f);
	build(&f);
	test_lan(&families[0], true);
	test_lan(&families[1], true);
	f = (struct firewall){0};
	add_everything(arena, &f);
	build(&f);
	test_sets("everything");
	each(test_split);
	each(test_login);
	each(test_cost);
	f.kill_switch = false;
	f.n_split = f.n_inbound = 0;
	build(&f);
	each(test_gate_only);
	arena_free(arena);
	return done_testing();
}
