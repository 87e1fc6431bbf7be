// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this machine forwards, and what it translates: the chains at forward and the nat chains.
 * Knows bridges and the rows of forwarding, nat and dnat; must not know what local programs may
 * (build_local.c). Keeps the invariant that nothing forwarded goes where this machine's own packets
 * may not, but by a row.
 */
#include <linux/rtnetlink.h>

#include "fw/build.h"

/* Rows that leave neither by a tunnel nor by a bridge, and rows with an open side. */
static void add_rows(struct build *b)
{
	build_chain(b, "forward_rows");
	RULE(b, BY("rows", FW_IIFNAME, FW_OIFNAME));
	RULE(b, BY("rows_in", FW_IIFNAME));
	RULE(b, BY("rows_out", FW_OIFNAME));
	LIST_FOREACH (x, b->f, forward)
		if (!x->in_ifname[0] && !x->out_ifname[0]) {
			RULE(b, NOT(IS(FW_IIF, 0)), ACCEPT);
			break;
		}
	RULE(b, JUMP("published"));
}

static void add_refuse(struct build *b)
{
	build_chain(b, "refuse_forward");
	RULE(b, COUNT("wf_drop_fwd"));
	RULE(b, TCP, REJECT(FW_TCP_RESET));
	RULE(b, REJECT(FW_ADMIN_PROHIBITED));
}

/* Only with local sources: what comes out of a tunnel may claim to be of the LAN. */
static void add_lan(struct build *b)
{
	RULE(b, IN("vbr", FW_IIFNAME), V4, IN("lan4", FW_DADDR4), ACCEPT);
	RULE(b, IN("vbr", FW_IIFNAME), V6, IN("lan6", FW_DADDR6), ACCEPT);
	RULE(b, IN("vbr", FW_OIFNAME), NOT(IN("tun", FW_IIFNAME)), V4, IN("lan4", FW_SADDR4),
		IS(FW_CT_STATE, CT_ESTABLISHED | CT_RELATED), ACCEPT);
	RULE(b, IN("vbr", FW_OIFNAME), NOT(IN("tun", FW_IIFNAME)), V6, IN("lan6", FW_SADDR6),
		IS(FW_CT_STATE, CT_ESTABLISHED | CT_RELATED), ACCEPT);
	RULE(b, IN("vbr", FW_OIFNAME), NOT(IN("tun", FW_IIFNAME)), V4, IN("lan4", FW_SADDR4),
		IS(FW_CT_STATUS, CT_DNAT), ACCEPT);
	RULE(b, IN("vbr", FW_OIFNAME), NOT(IN("tun", FW_IIFNAME)), V6, IN("lan6", FW_SADDR6),
		IS(FW_CT_STATUS, CT_DNAT), ACCEPT);
}

static void add_clamp(struct build *b)
{
	build_chain(b, "clamp_size");
	RULE(b, IN("clamped", FW_OIFNAME), TCP, (struct fw_expr){.kind = FW_MAXSEG}, RETURN);
	RULE(b, IN("clamped", FW_IIFNAME), TCP, (struct fw_expr){.kind = FW_MAXSEG});
	build_base(b, "clamp", FW_FILTER, FW_FORWARD, -150, false);
	RULE(b, TCP, IN("syn", FW_TCP_FLAGS), JUMP("clamp_size"));
}

void build_forward(struct build *b)
{
	bool kill = b->f->kill_switch;

	if (b->f->n_mss_clamp)
		add_clamp(b);
	if (!b->hold)
		return;
	if (kill)
		add_rows(b);
	add_refuse(b);
	build_base(b, "egress_forward", FW_FILTER, FW_FORWARD, 0, kill);
	if (b->gate)
		RULE(b, IN("gated", FW_L4PROTO, FW_DPORT), IN("vbr", FW_IIFNAME), JUMP("dnsgate"));
	if (kill)
		RULE(b, BY("pairs", FW_IIFNAME, FW_OIFNAME));
	RULE(b, V4, IN("kept4", FW_DADDR4), NOT(IN("tun", FW_OIFNAME)), NOT(IN("vbr", FW_OIFNAME)),
		GOTO("refuse_forward"));
	RULE(b, V6, IN("kept6", FW_DADDR6), NOT(IN("tun", FW_OIFNAME)), NOT(IN("vbr", FW_OIFNAME)),
		GOTO("refuse_forward"));
	if (kill) {
		RULE(b, JUMP("forward_rows"));
		add_lan(b);
		RULE(b, GOTO("refuse_forward"));
	}
}

static const struct ip_addr *bridge_dns(const struct firewall *f, uint8_t family)
{
	LIST_FOREACH (x, f, bridge_dns)
		if (x->family == family)
			return x;
	return NULL;
}

static struct fw_expr translate(enum fw_expr_kind kind, const struct ip_addr *addr, uint16_t port)
{
	return (struct fw_expr){.kind = kind, .to = {.addr = *addr, .port = port}};
}

static void add_redirect(struct build *b, uint8_t family)
{
	const struct ip_addr *server = bridge_dns(b->f, family);

	if (server)
		RULE(b, IN("vbr", FW_IIFNAME), IN("dns", FW_L4PROTO, FW_DPORT),
			NOT(IS(FW_DADDR_TYPE, RTN_LOCAL)), rule_family(family),
			translate(FW_DNAT, server, 0));
}

static void add_dnat(struct build *b, const struct fw_dnat *x)
{
	struct fw_expr family = rule_family(x->to.addr.family);
	struct fw_expr proto = IS(FW_L4PROTO, x->proto), port = IS(FW_DPORT, x->port);
	struct fw_expr to = translate(FW_DNAT, &x->to.addr, x->to.port);
	struct fw_expr in = x->in_ifname[0] ? rule_is_name(FW_IIFNAME, x->in_ifname)
					    : IS(FW_DADDR_TYPE, RTN_LOCAL);

	/* Routed by mark, too: the first packet has passed premark already. */
	RULE(b, in, NOT(IN("inside", FW_IIFNAME)), family, proto, port, SET_CT_MARK(FW_CT_INBOUND),
		SET_MARK(WF_MARK));
	RULE(b, in, family, proto, port, to);
}

/* "" is any. */
static bool may_be(const char *ifname)
{
	return !ifname[0] || build_name_fits(ifname);
}

static void add_nat(struct build *b, const struct fw_nat *x)
{
	struct fw_expr e[5];
	size_t n = 0;

	if (!may_be(x->out_ifname))
		return;
	e[n++] = rule_family(x->family);
	if (x->out_ifname[0])
		e[n++] = rule_is_name(FW_OIFNAME, x->out_ifname);
	if (x->source.addr.family && x->source.len)
		e[n++] = rule_is_prefix(FW_SADDR4, FW_SADDR6, &x->source);
	e[n++] = x->to.family ? translate(FW_SNAT, &x->to, 0)
			      : (struct fw_expr){.kind = FW_MASQUERADE};
	build_rule(b, e, n);
}

void build_nat(struct build *b)
{
	const struct firewall *f = b->f;

	if (f->n_bridge_dns || f->n_dnat) {
		build_base(b, "redir", FW_NAT, FW_PREROUTING, -100, false);
		add_redirect(b, AF_INET);
		add_redirect(b, AF_INET6);
		LIST_FOREACH (x, f, dnat)
			if (may_be(x->in_ifname))
				add_dnat(b, x);
	}
	if (!f->kill_switch && !b->steer && !f->n_nat && !f->n_bridges)
		return;
	build_base(b, "split_nat", FW_NAT, FW_POSTROUTING, 100, false);
	RULE(b, IS(FW_CT_MARK, FW_CT_SPLIT), NOT(IN("inside", FW_OIFNAME)),
		(struct fw_expr){.kind = FW_MASQUERADE});
	LIST_FOREACH (x, f, nat)
		add_nat(b, x);
	RULE(b, IN("vbr", FW_IIFNAME), IN("tun", FW_OIFNAME),
		(struct fw_expr){.kind = FW_MASQUERADE});
}
