// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a tunnel asks of the firewall. Knows what its traffic and its ciphertext look like; must not
 * know chains (that is fw) nor other tunnels (that is merge). Invariant: every tunnel names its own
 * endpoints, addresses and interface, whether it asks for a table or not, so that another one's
 * kill switch lets it be.
 */
#include "plan/compile_parts.h"

#include "base/str.h"

static bool is_private(const struct ip_addr *addr)
{
	struct ip_prefix whole = {*addr, (uint8_t)ip_bits(addr->family)};

	return firewall_is_lan(&whole);
}

static void add_link(struct compile *c, struct fw_link *to)
{
	str_copy(to->name, sizeof(to->name), c->ret->ifname);
}

static void add_ciphertext(struct compile *c, struct firewall *f)
{
	const struct wg_state *device = &c->ret->own.devices[0];
	bool roaming = false;

	LIST_FOREACH (p, device, peers) {
		roaming |= !p->endpoint.addr.family;
		/* Nested, it leaves by the outer tunnel, as what that one's own sends. */
		if (!p->endpoint.addr.family || c->outer)
			continue;
		*LIST_PUSH(c->a, f, endpoints) =
			(struct fw_endpoint){p->endpoint.addr, IPPROTO_UDP, p->endpoint.port};
	}
	if (roaming && device->listen_port)
		*LIST_PUSH(c->a, f, listen_ports) = device->listen_port;
	if (!c->outer)
		*LIST_PUSH(c->a, f, marks) = c->mark;
}

static void add_tunnel(struct compile *c, struct firewall *f)
{
	add_link(c, LIST_PUSH(c->a, f, tunnels));
	LIST_FOREACH (x, &c->ret->own, addrs)
		*LIST_PUSH(c->a, f, addresses) = x->prefix.addr;
	LIST_FOREACH (server, c->ret, dns) {
		struct fw_dns *x;

		if (!compile_carries(c, server))
			continue;
		x = LIST_PUSH(c->a, f, dns);
		str_copy(x->ifname, sizeof(x->ifname), c->ret->ifname);
		x->server = *server;
	}
	if (!c->ret->n_dns)
		add_link(c, LIST_PUSH(c->a, f, any_dns));
}

/* The logins that a rule keeps outside; one in another tunnel goes by what that one allows. */
static void add_logins(struct compile *c, struct firewall *f)
{
	LIST_FOREACH (r, &c->ret->own, rules)
		if (r->priority == PRIO_SSH && r->table == TABLE_MAIN)
			*LIST_PUSH(c->a, f, logins) =
				(struct fw_login){r->dst.addr, r->sport, r->dport};
}

/* What is allowed as LAN: never more than the fixed ranges, whoever asks. */
static void add_lan(struct compile *c, struct firewall *f)
{
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (p, &c->tunnel->policy, lan) {
		bool found = false;

		for (size_t i = 0; i < firewall_n_lan; i++) {
			const struct ip_prefix *range = &firewall_lan[i];

			if (!ip_prefix_overlaps(range, p))
				continue;
			*LIST_PUSH(c->a, f, lan) = range->len > p->len ? *range : *p;
			found = true;
		}
		if (!found)
			COMPILE_NOTE(c, "%s is no local range; the kill switch does not let it by",
				ip_prefix_format(p, text));
	}
}

/* The machine's own resolver under the kill switch: asked directly where the LAN is allowed. */
static void add_resolvers(struct compile *c, struct firewall *f)
{
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (server, c->facts, resolvers) {
		bool allowed = false;

		if (!is_private(server) || c->ret->n_dns)
			continue;
		LIST_FOREACH (p, f, lan)
			allowed |= ip_prefix_contains(p, server);
		if (allowed && c->tunnel->policy.dns_mode == DNS_MODE_KEEP)
			*LIST_PUSH(c->a, f, lan_dns) = *server;
		else
			COMPILE_NOTE(c,
				"the DNS server %s of this network is stopped; 'wf set %s dns=…' "
				"names one inside the tunnel",
				ip_addr_format(server, text),
				tunnel_typed_name(c->a, c->ret->name));
	}
}

/* A name in a policy's lists; POLICY_SELF is this tunnel. */
static void own_name(const struct compile *c, char *ifname)
{
	if (str_eq(ifname, POLICY_SELF))
		str_copy(ifname, FW_IFNAME_SIZE, c->ret->ifname);
}

static bool add_forwarding(struct compile *c, struct firewall *f)
{
	const struct policy *p = &c->tunnel->policy;

	LIST_FOREACH (x, p, nat) {
		struct fw_nat *n = LIST_PUSH(c->a, f, nat);

		*n = *x;
		own_name(c, n->out_ifname);
	}
	LIST_FOREACH (x, p, forward) {
		struct fw_forward *n = LIST_PUSH(c->a, f, forward);

		*n = *x;
		own_name(c, n->in_ifname);
		own_name(c, n->out_ifname);
	}
	LIST_FOREACH (x, p, dnat) {
		struct fw_dnat *n = LIST_PUSH(c->a, f, dnat);

		*n = *x;
		own_name(c, n->in_ifname);
	}
	if (p->mss_clamp)
		add_link(c, LIST_PUSH(c->a, f, mss_clamp));
	return f->n_nat || f->n_forward || f->n_dnat || f->n_mss_clamp;
}

static void add_kill_switch(struct compile *c, struct firewall *f)
{
	f->kill_switch = true;
	add_lan(c, f);
	LIST_FOREACH (x, &c->tunnel->policy, inbound)
		*LIST_PUSH(c->a, f, inbound) = *x;
}

/* Its prefixes leave by it or not at all; everything else is not its business. */
static void keep_prefixes(struct compile *c, struct firewall *f)
{
	LIST_FOREACH (p, &c->ret->own.devices[0], peers)
		LIST_FOREACH (w, p, allowed)
			*LIST_PUSH(c->a, f, kept) = w->prefix;
}

static void compile_kill_switch(struct compile *c, struct firewall *f)
{
	if (c->only) {
		c->ret->kill_switch = KILL_SWITCH_ONLY;
	} else if (compile_is_whole(c)) {
		c->ret->kill_switch = KILL_SWITCH_ALL;
		add_kill_switch(c, f);
	} else {
		c->ret->kill_switch = KILL_SWITCH_NETWORKS;
		keep_prefixes(c, f);
	}
}

/* Where the holder's bridges ask: its first server of that family. */
static void add_bridge_dns(struct compile *c, const struct firewall *f, uint8_t family)
{
	struct firewall *holder = &c->ret->holder.firewall;

	LIST_FOREACH (x, f, dns)
		if (x->server.family == family) {
			holder->present = true;
			*LIST_PUSH(c->a, holder, bridge_dns) = x->server;
			return;
		}
}

void compile_firewall(struct compile *c)
{
	const struct policy *p = &c->tunnel->policy;
	struct firewall *f = &c->ret->own.firewall;

	add_ciphertext(c, f);
	add_tunnel(c, f);
	f->present = c->ret->full || c->premark || p->kill_switch || p->dns_gate;
	f->present |= add_forwarding(c, f);
	if (c->ret->full) {
		add_logins(c, f);
		LIST_FOREACH (x, c->facts, bridges)
			*LIST_PUSH(c->a, f, bridges) = *x;
		if (f->n_bridges) {
			add_bridge_dns(c, f, AF_INET);
			add_bridge_dns(c, f, AF_INET6);
		}
	}
	f->dns_gate = p->dns_gate;
	if (p->kill_switch)
		compile_kill_switch(c, f);
	else if (p->kill_switch_meant)
		c->ret->kill_switch = KILL_SWITCH_OFF;
	if (f->kill_switch || f->dns_gate)
		add_resolvers(c, f);
}

void compile_lockdown(struct arena *a, const struct lockdown *l, struct contribution *ret)
{
	struct contribution made = {
		.name = LOCKDOWN_NAME,
		.title = "the lockdown",
		.lockdown = true,
		.kill_switch = KILL_SWITCH_ALL,
	};
	struct firewall *f = &made.own.firewall;

	str_copy(made.ifname, sizeof(made.ifname), LOCKDOWN_NAME);
	f->present = f->kill_switch = true;
	LIST_FOREACH (x, l, lan)
		*LIST_PUSH(a, f, lan) = *x;
	LIST_FOREACH (x, l, inbound)
		*LIST_PUSH(a, f, inbound) = *x;
	LIST_FOREACH (x, l, bridges)
		*LIST_PUSH(a, f, bridges) = *x;
	firewall_canon(f);
	*ret = made;
}
