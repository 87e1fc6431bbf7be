// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this machine itself sends and receives: the chains at output, input and postrouting, and the
 * regular chains that they share with others. Knows all that may leave beside a tunnel (build.c has
 * the list with reasons). Keeps the invariant that a chain which postrouting can reach rejects
 * nothing: the kernel allows that at input, forward and output only.
 */
#include "fw/build.h"

static void add_cipher(struct build *b)
{
	build_chain(b, "cipher4");
	RULE(b, V4, IN("ep4", FW_DADDR4, FW_L4PROTO, FW_DPORT), ACCEPT);
	RULE(b, BY("lport", FW_L4PROTO, FW_SPORT));
	RULE(b, V4, IN("lookup4", FW_DADDR4), IN("dns", FW_L4PROTO, FW_DPORT), ACCEPT);
	build_chain(b, "cipher6");
	RULE(b, V6, IN("ep6", FW_DADDR6, FW_L4PROTO, FW_DPORT), ACCEPT);
	RULE(b, BY("lport", FW_L4PROTO, FW_SPORT));
	RULE(b, V6, IN("lookup6", FW_DADDR6), IN("dns", FW_L4PROTO, FW_DPORT), ACCEPT);
}

static void add_guard(struct build *b)
{
	struct ip_prefix routers;

	build_chain(b, "guard");
	RULE(b, IS(FW_CT_MARK, FW_CT_SPLIT), ACCEPT);
	RULE(b, IS(FW_CT_MARK, FW_CT_INBOUND), IS(FW_CT_DIRECTION, CT_REPLY),
		IN("inb", FW_L4PROTO, FW_SPORT), ACCEPT);
	RULE(b, V4, UDP, IN("client4", FW_SPORT, FW_DPORT), IN("dhcp4", FW_DADDR4), ACCEPT);
	RULE(b, V6, UDP, IN("client6", FW_SPORT, FW_DPORT), IN("dhcp6", FW_DADDR6), ACCEPT);
	RULE(b, V6, ICMPV6, IN("nd_out", FW_ICMPV6_TYPE), IS(FW_HOPLIMIT, 255), ACCEPT);
	if (ip_prefix_parse("ff02::16/128", &routers))
		RULE(b, V6, rule_is_prefix(FW_DADDR4, FW_DADDR6, &routers), ICMPV6,
			IS(FW_ICMPV6_TYPE, 143), IS(FW_HOPLIMIT, 1), ACCEPT);
	RULE(b, V4, TCP, IN("login4", FW_DADDR4, FW_SPORT, FW_DPORT), ACCEPT);
	RULE(b, V6, TCP, IN("login6", FW_DADDR6, FW_SPORT, FW_DPORT), ACCEPT);
}

static void add_dnsgate(struct build *b)
{
	build_chain(b, "dnsgate");
	/* At output it may come here by the interface of its first route. */
	if (b->steer)
		RULE(b, IS(FW_CT_MARK, FW_CT_SPLIT), RETURN);
	RULE(b, V4, IN("tdns4", FW_OIFNAME, FW_DADDR4), RETURN);
	RULE(b, V6, IN("tdns6", FW_OIFNAME, FW_DADDR6), RETURN);
	RULE(b, IN("anydns", FW_OIFNAME), RETURN);
	RULE(b, IN("vbr", FW_OIFNAME), RETURN);
	RULE(b, V4, NOT(IN("tun", FW_OIFNAME)), IN("ldns4", FW_DADDR4), RETURN);
	RULE(b, V6, NOT(IN("tun", FW_OIFNAME)), IN("ldns6", FW_DADDR6), RETURN);
	RULE(b, COUNT("wf_drop_dns"));
	RULE(b, TCP, REJECT(FW_TCP_RESET));
	RULE(b, REJECT(FW_PORT_UNREACHABLE));
}

static void add_refuse(struct build *b)
{
	build_chain(b, "refuse");
	RULE(b, V4, COUNT("wf_drop_out"));
	RULE(b, V6, COUNT("wf_drop_v6"));
	RULE(b, TCP, REJECT(FW_TCP_RESET));
	RULE(b, REJECT(FW_ADMIN_PROHIBITED));
}

static void add_answers(struct build *b)
{
	build_chain(b, "answers4");
	RULE(b, V4, IN("ep4", FW_SADDR4, FW_L4PROTO, FW_SPORT), ACCEPT);
	RULE(b, BY("lport", FW_L4PROTO, FW_DPORT));
	RULE(b, IS(FW_CT_MARK, FW_CT_SPLIT), ACCEPT);
	RULE(b, V4, IN("ldns4", FW_SADDR4), IN("gated", FW_L4PROTO, FW_SPORT), ACCEPT);
	RULE(b, V4, IN("lookup4", FW_SADDR4), IN("dns", FW_L4PROTO, FW_SPORT), ACCEPT);
	build_chain(b, "answers6");
	RULE(b, V6, IN("ep6", FW_SADDR6, FW_L4PROTO, FW_SPORT), ACCEPT);
	RULE(b, BY("lport", FW_L4PROTO, FW_DPORT));
	RULE(b, IS(FW_CT_MARK, FW_CT_SPLIT), ACCEPT);
	RULE(b, V6, IN("ldns6", FW_SADDR6), IN("gated", FW_L4PROTO, FW_SPORT), ACCEPT);
	RULE(b, V6, IN("lookup6", FW_SADDR6), IN("dns", FW_L4PROTO, FW_SPORT), ACCEPT);
	build_chain(b, "related");
	RULE(b, IN("errors", FW_L4PROTO), ACCEPT);
}

static void add_bridges(struct build *b)
{
	build_chain(b, "answered");
	RULE(b, IS(FW_CT_STATE, CT_ESTABLISHED | CT_RELATED), ACCEPT);
	build_chain(b, "from_bridge");
	RULE(b, JUMP("answered"));
	RULE(b, V4, UDP, IS(FW_DPORT, 67), ACCEPT);
	RULE(b, V6, UDP, IS(FW_DPORT, 547), ACCEPT);
	RULE(b, IN("dns", FW_L4PROTO, FW_DPORT), ACCEPT);
}

/* What dnat rows let in, after the translation. */
static void add_published(struct build *b)
{
	build_chain(b, "published");
	LIST_FOREACH (x, b->f, dnat) {
		struct fw_expr family = rule_family(x->to.addr.family);
		struct fw_expr source = rule_is_addr(FW_SADDR4, FW_SADDR6, &x->to.addr);
		struct fw_expr dest = rule_is_addr(FW_DADDR4, FW_DADDR6, &x->to.addr);
		struct fw_expr proto = IS(FW_L4PROTO, x->proto);
		uint16_t port = x->to.port ? x->to.port : x->port;

		if (x->in_ifname[0] && !build_name_fits(x->in_ifname))
			continue;
		if (x->in_ifname[0]) {
			RULE(b, rule_is_name(FW_IIFNAME, x->in_ifname), family, dest, proto,
				IS(FW_DPORT, port), IS(FW_CT_STATUS, CT_DNAT), ACCEPT);
			RULE(b, rule_is_name(FW_OIFNAME, x->in_ifname), family, source, proto,
				IS(FW_SPORT, port), IS(FW_CT_STATUS, CT_DNAT),
				IS(FW_CT_DIRECTION, CT_REPLY), ACCEPT);
		} else {
			RULE(b, family, dest, proto, IS(FW_DPORT, port), IS(FW_CT_STATUS, CT_DNAT),
				ACCEPT);
			RULE(b, family, source, proto, IS(FW_SPORT, port),
				IS(FW_CT_STATUS, CT_DNAT), IS(FW_CT_DIRECTION, CT_REPLY), ACCEPT);
		}
	}
}

void build_shared(struct build *b)
{
	if (!b->hold)
		return;
	add_cipher(b);
	if (b->gate)
		add_dnsgate(b);
	add_refuse(b);
	if (!b->f->kill_switch)
		return;
	add_guard(b);
	add_answers(b);
	add_bridges(b);
	add_published(b);
}

static void add_out_tunnel(struct build *b)
{
	struct ip_prefix links;

	build_chain(b, "out_tunnel");
	if (b->gate)
		RULE(b, IN("gated", FW_L4PROTO, FW_DPORT), JUMP("dnsgate"));
	if (!b->f->kill_switch)
		return;
	RULE(b, V4, IN("tip4", FW_SADDR4), ACCEPT);
	RULE(b, V6, IN("tip6", FW_SADDR6), ACCEPT);
	/* Routed again by `steer`, but the hook goes on to name the interface of the first route.
	 */
	if (b->steer) {
		RULE(b, IS(FW_CT_MARK, FW_CT_SPLIT), ACCEPT);
		RULE(b, IS(FW_CT_MARK, FW_CT_INBOUND), IS(FW_CT_DIRECTION, CT_REPLY),
			IN("inb", FW_L4PROTO, FW_SPORT), ACCEPT);
	}
	/* What a link with an address of its own says there by itself; nobody is to be told. */
	if (ip_prefix_parse("ff02::/16", &links))
		RULE(b, V6, rule_is_prefix(FW_DADDR4, FW_DADDR6, &links), DROP);
	RULE(b, GOTO("refuse"));
}

/* Containers have private addresses. Nothing else: a bridge may get a network card one day. */
static void add_out_bridge(struct build *b)
{
	build_chain(b, "out_bridge");
	RULE(b, V4, IN("near4", FW_DADDR4), ACCEPT);
	RULE(b, V6, IN("near6", FW_DADDR6), ACCEPT);
}

static void add_egress(struct build *b)
{
	bool kill = b->f->kill_switch;

	build_base(b, "egress_local", FW_FILTER, FW_OUTPUT, 0, kill);
	RULE(b, BY("out_if", FW_OIFNAME));
	/* Of a tunnel that listens most packets go elsewhere. */
	if (kill && !b->f->n_listen_ports) {
		RULE(b, V4, IN("out4", FW_MARK, FW_DADDR4, FW_L4PROTO, FW_DPORT), ACCEPT);
		RULE(b, V6, IN("out6", FW_MARK, FW_DADDR6, FW_L4PROTO, FW_DPORT), ACCEPT);
	}
	RULE(b, BY("marked", FW_NFPROTO, FW_MARK));
	if (kill)
		RULE(b, JUMP("guard"));
	else
		RULE(b, IS(FW_CT_MARK, FW_CT_SPLIT), ACCEPT);
	if (b->gate)
		RULE(b, IN("gated", FW_L4PROTO, FW_DPORT), JUMP("dnsgate"));
	if (kill) {
		RULE(b, V4, IN("ldns4", FW_DADDR4), IN("gated", FW_L4PROTO, FW_DPORT), ACCEPT);
		RULE(b, V6, IN("ldns6", FW_DADDR6), IN("gated", FW_L4PROTO, FW_DPORT), ACCEPT);
	}
	RULE(b, V4, IN("kept4", FW_DADDR4), GOTO("refuse"));
	RULE(b, V6, IN("kept6", FW_DADDR6), GOTO("refuse"));
	if (kill) {
		RULE(b, V4, IN("lan4", FW_DADDR4), ACCEPT);
		RULE(b, V6, IN("lan6", FW_DADDR6), ACCEPT);
		RULE(b, GOTO("refuse"));
	}
}

static void add_ingress(struct build *b)
{
	struct ip_prefix nobody;

	build_base(b, "ingress_local", FW_FILTER, FW_INPUT, 0, true);
	RULE(b, BY("answered_in", FW_CT_MARK, FW_CT_STATE));
	RULE(b, BY("in_if", FW_IIFNAME));
	RULE(b, BY("in_state", FW_NFPROTO, FW_CT_STATE));
	RULE(b, IN("inb", FW_L4PROTO, FW_DPORT), ACCEPT);
	RULE(b, V4, UDP, IN("client4", FW_DPORT, FW_SPORT), ACCEPT);
	RULE(b, V6, UDP, IN("client6", FW_DPORT, FW_SPORT), IN("link6", FW_SADDR6), ACCEPT);
	RULE(b, V6, ICMPV6, IN("nd_in", FW_ICMPV6_TYPE), IS(FW_HOPLIMIT, 255), ACCEPT);
	RULE(b, V6, IN("link6", FW_SADDR6), ICMPV6, IS(FW_ICMPV6_TYPE, 130), IS(FW_HOPLIMIT, 1),
		ACCEPT);
	RULE(b, V4, IN("ldns4", FW_SADDR4), IN("gated", FW_L4PROTO, FW_SPORT), COUNT("wf_drop_in"),
		DROP);
	RULE(b, V6, IN("ldns6", FW_SADDR6), IN("gated", FW_L4PROTO, FW_SPORT), COUNT("wf_drop_in"),
		DROP);
	RULE(b, V4, IN("lan4", FW_SADDR4), ACCEPT);
	RULE(b, V6, IN("lan6", FW_SADDR6), ACCEPT);
	/* Of the LAN, too: who asks this machine for a lease has no address yet (RFC 2131 4.1). */
	if (ip_prefix_parse("0.0.0.0/32", &nobody))
		RULE(b, V4, rule_is_prefix(FW_SADDR4, FW_SADDR6, &nobody), IN("lan4", FW_DADDR4),
			UDP, IN("client4", FW_SPORT, FW_DPORT), ACCEPT);
	RULE(b, V4, TCP, IN("login4", FW_SADDR4, FW_DPORT, FW_SPORT), ACCEPT);
	RULE(b, V6, TCP, IN("login6", FW_SADDR6, FW_DPORT, FW_SPORT), ACCEPT);
	RULE(b, JUMP("published"));
	RULE(b, COUNT("wf_drop_in"));
}

/* Steered packets that found no other way must not take the tunnel after all. */
static void add_final_tunnel(struct build *b)
{
	build_chain(b, "final_tunnel");
	RULE(b, IS(FW_CT_MARK, FW_CT_SPLIT), COUNT("wf_drop_out"), DROP);
	RULE(b, IS(FW_CT_MARK, FW_CT_INBOUND), IS(FW_CT_DIRECTION, CT_REPLY), COUNT("wf_drop_out"),
		DROP);
	if (b->f->kill_switch)
		RULE(b, ACCEPT);
}

static void add_final(struct build *b)
{
	build_base(b, "final_guard", FW_FILTER, FW_POSTROUTING, 300, true);
	RULE(b, BY("final_mark", FW_MARK));
	RULE(b, BY("final_if", FW_OIFNAME));
	RULE(b, BY("marked", FW_NFPROTO, FW_MARK));
	RULE(b, JUMP("guard"));
	RULE(b, BY("pairs", FW_IIFNAME, FW_OIFNAME));
	RULE(b, V4, IN("ldns4", FW_DADDR4), IN("gated", FW_L4PROTO, FW_DPORT), ACCEPT);
	RULE(b, V6, IN("ldns6", FW_DADDR6), IN("gated", FW_L4PROTO, FW_DPORT), ACCEPT);
	RULE(b, V4, IN("kept4", FW_DADDR4), COUNT("wf_drop_out"), DROP);
	RULE(b, V6, IN("kept6", FW_DADDR6), COUNT("wf_drop_v6"), DROP);
	RULE(b, JUMP("forward_rows"));
	RULE(b, IS(FW_CT_MARK, FW_CT_INBOUND), IS(FW_CT_STATUS, CT_DNAT),
		IS(FW_CT_DIRECTION, CT_REPLY), ACCEPT);
	RULE(b, IN("gated", FW_L4PROTO, FW_DPORT), COUNT("wf_drop_dns"), DROP);
	RULE(b, V4, IN("lan4", FW_DADDR4), ACCEPT);
	RULE(b, V6, IN("lan6", FW_DADDR6), ACCEPT);
	RULE(b, V4, COUNT("wf_drop_out"));
	RULE(b, V6, COUNT("wf_drop_v6"));
}

void build_local(struct build *b)
{
	if (b->steer)
		add_final_tunnel(b);
	if (b->hold) {
		add_out_tunnel(b);
		add_out_bridge(b);
		add_egress(b);
	}
	if (b->f->kill_switch) {
		add_ingress(b);
		add_final(b);
	} else if (b->steer) {
		build_base(b, "final_guard", FW_FILTER, FW_POSTROUTING, 300, false);
		RULE(b, IN("tun", FW_OIFNAME), GOTO("final_tunnel"));
	}
}
