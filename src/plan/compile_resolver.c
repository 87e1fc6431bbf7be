// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which DNS servers a tunnel brings and what the machine's resolver is told. Knows the ways a
 * resolver can be told; must not know which one is at work beyond its name. Invariant: only the
 * holder of the default is asked for all names, where a resolver can tell links apart.
 */
#include "plan/compile_parts.h"

#include "base/str.h"

static void add_server(struct compile *c, const struct ip_addr *server)
{
	char text[IP_TEXT_SIZE];

	if (!compile_usable(c, server))
		return;
	if (c->ret->full && !compile_carries(c, server))
		COMPILE_NOTE(c, "the DNS server %s is left out: the tunnel does not carry it",
			ip_addr_format(server, text));
	else
		*LIST_PUSH(c->a, c->ret, dns) = *server;
}

void compile_names(struct compile *c)
{
	const struct policy *p = &c->tunnel->policy;

	switch (p->dns_mode) {
	case DNS_MODE_TUNNEL:
		LIST_FOREACH (server, c->tunnel, dns)
			add_server(c, server);
		break;
	case DNS_MODE_CUSTOM:
		LIST_FOREACH (server, p, dns)
			add_server(c, server);
		break;
	case DNS_MODE_KEEP: return;
	}
	LIST_FOREACH (domain, c->tunnel, search)
		*LIST_PUSH(c->a, c->ret, search) = arena_strdup(c->a, *domain);
}

static void add_resolver(struct compile *c, struct state *to, bool everything)
{
	struct resolver_state *r = LIST_PUSH(c->a, to, resolvers);

	r->backend = c->facts->resolver;
	str_copy(r->ifname, sizeof(r->ifname), c->ret->ifname);
	LIST_FOREACH (server, c->ret, dns)
		*LIST_PUSH(c->a, r, servers) = *server;
	LIST_FOREACH (domain, c->ret, search)
		*LIST_PUSH(c->a, r, domains) = *domain;
	r->everything = everything;
}

void compile_resolver(struct compile *c)
{
	bool by_holder = c->ret->full && c->facts->resolver != RESOLVER_FILE;

	if (!c->ret->n_dns || c->facts->resolver == RESOLVER_NONE)
		return;
	add_resolver(c, &c->ret->own, compile_is_whole(c) && !by_holder);
	if (by_holder)
		add_resolver(c, &c->ret->holder, true);
}
