// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a row asks for, in words for people. Knows policies only; the sentences promise what compile
 * and the firewall make of them, and nothing more.
 */
#include <string.h>

#include "ops/policy.h"

static void add_prefixes(struct strbuf *b, const struct policy *p)
{
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (x, p, lan)
		strbuf_addf(
			b, "%s%s", x == p->lan ? ", but for " : ", ", ip_prefix_format(x, text));
}

static void kill_switch(struct strbuf *b, const struct policy *p, bool whole)
{
	if (!whole) {
		strbuf_add(b, "the tunnel's networks leave by it or not at all");
		return;
	}
	strbuf_add(b, "nothing leaves but through the tunnel");
	if (firewall_is_whole_lan(p->lan, p->n_lan))
		strbuf_add(b, ", but for the LAN");
	else
		add_prefixes(b, p);
	LIST_FOREACH (x, p, inbound)
		strbuf_addf(b, "%s %s/%u", x == p->inbound ? "; from outside may come" : ",",
			fw_proto_name(x->proto), x->port);
}

static void dns(struct strbuf *b, const struct policy *p)
{
	char text[IP_TEXT_SIZE];

	switch (p->dns_mode) {
	case DNS_MODE_TUNNEL: strbuf_add(b, "this machine asks the tunnel's DNS servers"); break;
	case DNS_MODE_KEEP: strbuf_add(b, "this machine's resolver is left alone"); break;
	case DNS_MODE_CUSTOM:
		strbuf_add(b, "this machine asks");
		LIST_FOREACH (x, p, dns)
			strbuf_addf(b, "%s %s", x == p->dns ? "" : ",", ip_addr_format(x, text));
		break;
	}
	if (p->dns_gate)
		strbuf_add(b, "; DNS to any other server is stopped");
}

static void nat(struct strbuf *b, const struct fw_nat *x)
{
	char text[IP_TEXT_SIZE];

	strbuf_addf(b, "IPv%d", x->family == AF_INET6 ? 6 : 4);
	if (x->source.addr.family)
		strbuf_addf(b, " from %s", ip_prefix_format(&x->source, text));
	if (x->out_ifname[0])
		strbuf_addf(b, " out of %s", x->out_ifname);
	if (x->to.family)
		strbuf_addf(b, " gets the address %s", ip_addr_format(&x->to, text));
	else
		strbuf_add(b, " gets this machine's address");
}

static void forwarding(struct strbuf *b, const struct policy *p)
{
	LIST_FOREACH (x, p, forward)
		strbuf_addf(b, "%s may be forwarded to %s%s",
			x->in_ifname[0] ? x->in_ifname : "anything",
			x->out_ifname[0] ? x->out_ifname : "anywhere", x->both ? " and back" : "");
	if (p->forward4 || p->forward6)
		strbuf_addf(b, "%sthis machine forwards %s", b->len ? "; " : "",
			p->forward4 && p->forward6 ? "IPv4 and IPv6"
				: p->forward4	   ? "IPv4"
						   : "IPv6");
}

static void dnat(struct strbuf *b, const struct fw_dnat *x)
{
	char text[IP_TEXT_SIZE];

	strbuf_addf(b, "%s/%u", fw_proto_name(x->proto), x->port);
	if (x->in_ifname[0])
		strbuf_addf(b, " from %s", x->in_ifname);
	strbuf_addf(b, " goes to %s",
		x->to.port ? ip_endpoint_format(&x->to, text) : ip_addr_format(&x->to.addr, text));
}

static void split(struct strbuf *b, const struct split *x)
{
	char text[IP_TEXT_SIZE];

	switch (x->kind) {
	case SPLIT_UID:
		strbuf_addf(b, x->uid_first == x->uid_last ? "user %u" : "users %u-%u",
			x->uid_first, x->uid_last);
		break;
	case SPLIT_CGROUP: strbuf_addf(b, "cgroup /%s", x->cgroup); break;
	case SPLIT_PREFIX: strbuf_add(b, ip_prefix_format(&x->prefix, text)); break;
	case SPLIT_MARK: strbuf_addf(b, "mark 0x%x/0x%x", x->mark, x->mask); break;
	}
	strbuf_add(b, x->only ? " and nothing else uses the tunnel" : " stays outside the tunnel");
}

const char *policy_describe(struct arena *a, enum pattern what, const struct policy *p, bool whole)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	switch (what) {
	case PATTERN_KILL_SWITCH: kill_switch(&b, p, whole); break;
	case PATTERN_DNS_LEAK: dns(&b, p); break;
	case PATTERN_NAT:
		LIST_FOREACH (x, p, nat)
			nat(&b, x);
		break;
	case PATTERN_FORWARDING: forwarding(&b, p); break;
	case PATTERN_MSS_CLAMP: strbuf_add(&b, "TCP through the tunnel is cut to what fits"); break;
	case PATTERN_DNAT:
		LIST_FOREACH (x, p, dnat)
			dnat(&b, x);
		break;
	case PATTERN_SPLIT_TUNNEL:
		LIST_FOREACH (x, p, split)
			split(&b, x);
		break;
	case PATTERN_RAW_SHELL: strbuf_add(&b, "not understood"); break;
	}
	return arena_strdup(a, strbuf_str(&b));
}
