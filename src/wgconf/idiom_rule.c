// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an iptables rule means. Each meaning is a table and chain, the parts that a rule must have,
 * those that it may have, and what stands behind a "!": a rule that has anything else, or lacks a
 * negation, means something else and is none of them.
 */
#include "base/str.h"
#include "wgconf/idiom_iptables.h"

/* Parts that say nothing by themselves, or that every rule has. */
#define ALWAYS                                                                                     \
	(RULE_CHAIN | RULE_TABLE | RULE_TARGET | RULE_COMMENT | RULE_REJECT_WITH | RULE_M_MARK |   \
		RULE_M_ADDRTYPE | RULE_M_CONNTRACK | RULE_M_STATE | RULE_M_COMMENT)

static bool has(const struct iptables_rule *r, unsigned must, unsigned may)
{
	return (r->has & must) == must && !(r->has & ~(must | may | ALWAYS));
}

static bool is_at(const struct iptables_rule *r, const char *table, const char *chain)
{
	return str_eq(r->table, table) && str_eq(r->chain, chain);
}

static bool accepts(const struct iptables_rule *r)
{
	return str_eq(r->target, "ACCEPT");
}

static bool refuses(const struct iptables_rule *r)
{
	return str_eq(r->target, "REJECT") || str_eq(r->target, "DROP");
}

/* ! -o %i -m mark ! --mark FWMARK [-m addrtype ! --dst-type LOCAL] [! -d LAN] -j REJECT */
static bool is_kill(const struct iptables_rule *r, struct act *ret)
{
	if (!is_at(r, "filter", "OUTPUT") || !refuses(r) || !act_is_self(r->out) ||
		!has(r, RULE_OUT | RULE_MARK, RULE_DST_LOCAL | RULE_DST))
		return false;
	if (r->neg != (r->has & (RULE_OUT | RULE_MARK | RULE_DST_LOCAL | RULE_DST)) || r->somewhere)
		return false;
	if (r->has & RULE_DST && !firewall_is_lan(&r->dst))
		return false;
	ret->kind = ACT_KILL;
	ret->prefix = r->dst;
	ret->no_local = !(r->has & RULE_DST_LOCAL);
	return true;
}

/* -d LAN -j ACCEPT */
static bool is_lan(const struct iptables_rule *r, struct act *ret)
{
	if (!is_at(r, "filter", "OUTPUT") || !accepts(r) || !has(r, RULE_DST, 0) || r->neg ||
		r->somewhere || !firewall_is_lan(&r->dst))
		return false;
	ret->kind = ACT_LAN;
	ret->prefix = r->dst;
	return true;
}

/* ! -o %i -p udp --dport 53 [-m addrtype ! --dst-type LOCAL] -j REJECT */
static bool is_dns_gate(const struct iptables_rule *r, struct act *ret)
{
	if (!is_at(r, "filter", "OUTPUT") || !refuses(r) || !act_is_self(r->out) ||
		!has(r, RULE_OUT | RULE_PROTO | RULE_DPORT, RULE_DST_LOCAL) || r->dport != 53 ||
		r->neg != (r->has & (RULE_OUT | RULE_DST_LOCAL)))
		return false;
	ret->kind = ACT_DNS_GATE;
	ret->protos = r->proto == IPPROTO_TCP ? ACT_TCP : ACT_UDP;
	return true;
}

/* [-s P] [-o X] -j MASQUERADE | SNAT --to-source A */
static bool is_nat(const struct iptables_rule *r, struct act *ret)
{
	bool masquerade = str_eq(r->target, "MASQUERADE"), snat = str_eq(r->target, "SNAT");

	if (!is_at(r, "nat", "POSTROUTING") || r->neg || !(masquerade || snat) ||
		!has(r, snat ? RULE_TO : 0, RULE_SRC | RULE_OUT))
		return false;
	if (snat && (!ip_addr_parse(r->to, &ret->nat.to) || act_family(&ret->nat.to) != r->family))
		return false;
	ret->kind = ACT_NAT;
	ret->nat.source = r->src;
	ret->nat.family = r->family == ACT_IPV4 ? AF_INET : AF_INET6;
	str_copy(ret->nat.out_ifname, sizeof(ret->nat.out_ifname), r->out);
	return true;
}

/* [-i X] [-o Y] [-m conntrack --ctstate …] -j ACCEPT */
static bool is_forward(const struct iptables_rule *r, struct act *ret)
{
	const unsigned all = RULE_NEW | RULE_ESTABLISHED;

	if (!is_at(r, "filter", "FORWARD") || !accepts(r) || r->neg ||
		!has(r, 0, RULE_IN | RULE_OUT | RULE_STATE))
		return false;
	if (!(r->has & RULE_STATE) || (r->states & all) == all) {
		if (!(r->has &
			    (RULE_IN |
				    RULE_OUT))) /* everything between any two: no pattern of ours */
			return false;
		ret->kind = ACT_FORWARD;
		str_copy(ret->forward.in_ifname, FW_IFNAME_SIZE, r->in);
		str_copy(ret->forward.out_ifname, FW_IFNAME_SIZE, r->out);
		return true;
	}
	ret->kind = ACT_RETURN;
	return !(r->states & RULE_NEW);
}

/* -p udp --dport OWN -j ACCEPT */
static bool is_listen(const struct act_reader *rd, const struct iptables_rule *r, struct act *ret)
{
	if (!is_at(r, "filter", "INPUT") || !accepts(r) || r->neg || r->proto != IPPROTO_UDP ||
		!has(r, RULE_PROTO | RULE_DPORT, 0) || r->dport != rd->c->listen_port)
		return false;
	ret->kind = ACT_LISTEN;
	ret->port = r->dport;
	return true;
}

/* [-i %i] [-o %i] -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu */
static bool is_mss(const struct iptables_rule *r, struct act *ret)
{
	if ((!str_eq(r->table, "mangle") && !str_eq(r->table, "filter")) || r->neg ||
		(!str_eq(r->chain, "FORWARD") &&
			!(str_eq(r->chain, "POSTROUTING") && str_eq(r->table, "mangle"))) ||
		!str_eq(r->target, "TCPMSS") ||
		!has(r, RULE_PROTO | RULE_SYN | RULE_CLAMP, RULE_IN | RULE_OUT))
		return false;
	if ((r->has & RULE_IN && !act_is_self(r->in)) ||
		(r->has & RULE_OUT && !act_is_self(r->out)))
		return false;
	ret->kind = ACT_MSS;
	return true;
}

/* "A", "A:P" or "[A]:P" of the rule's family. */
static bool read_dnat_target(const struct iptables_rule *r, struct ip_endpoint *ret)
{
	struct ip_endpoint to = {0};

	if (!ip_addr_parse(r->to, &to.addr) &&
		(!ip_endpoint_parse(r->to, &to) || !to.port || to.scope))
		return false;
	*ret = to;
	return act_family(&to.addr) == r->family;
}

/* [-i X] -p tcp --dport N -j DNAT --to-destination A:P */
static bool is_dnat(const struct iptables_rule *r, struct act *ret)
{
	if (!is_at(r, "nat", "PREROUTING") || !str_eq(r->target, "DNAT") || r->neg ||
		!has(r, RULE_PROTO | RULE_DPORT | RULE_TO, RULE_IN) ||
		!read_dnat_target(r, &ret->dnat.to))
		return false;
	ret->kind = ACT_DNAT;
	ret->dnat.proto = r->proto;
	ret->dnat.port = r->dport;
	str_copy(ret->dnat.in_ifname, sizeof(ret->dnat.in_ifname), r->in);
	return true;
}

bool iptables_meaning(const struct act_reader *rd, const struct iptables_rule *r, struct act *ret)
{
	*ret = (struct act){0};
	if (r->has & RULE_REJECT_WITH && !str_eq(r->target, "REJECT"))
		return false;
	return is_kill(r, ret) || is_lan(r, ret) || is_dns_gate(r, ret) || is_nat(r, ret) ||
		is_forward(r, ret) || is_listen(rd, r, ret) || is_mss(r, ret) || is_dnat(r, ret);
}
