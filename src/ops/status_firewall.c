// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What status says of the firewall and the resolver. Knows whose wish each is and what the kernel
 * has of it; changes nothing. What is not in force is never called on, whatever the record says.
 */
#include "ops/status_parts.h"

#include <net/if.h>

#include "base/str.h"
#include "net/nft.h"
#include "net/query.h"

/* Names for JSON, and the counters of the table (fw/build.c). */
static const struct {
	const char *name, *counter;
} counters[STOPPED_COUNT] = {
	[STOPPED_DNS] = {"dns", "wf_drop_dns"},
	[STOPPED_OUT] = {"out", "wf_drop_out"},
	[STOPPED_IN] = {"in", "wf_drop_in"},
	[STOPPED_FORWARD] = {"forward", "wf_drop_fwd"},
	[STOPPED_V6] = {"v6", "wf_drop_v6"},
	[STOPPED_SPOOF] = {"spoof", "wf_drop_spoof"},
};

const char *stopped_name(enum stopped s)
{
	return counters[s].name;
}

static void add_counters(struct firewall_status *f, const struct fw_counters *found)
{
	LIST_FOREACH (c, found, items)
		for (enum stopped s = 0; s < STOPPED_COUNT; s++)
			if (str_eq(c->name, counters[s].counter))
				f->stopped[s] += c->packets;
}

int status_add_firewall(
	struct host *h, const struct state *own, struct status_result *ret, struct err *e)
{
	struct arena *a = h->ops->arena;
	struct firewall_status *f = &ret->firewall;
	struct fw_counters found = {0};
	int r;

	f->wanted = host_firewall(h)->present;
	f->gone = f->wanted && !own->firewall.present;
	f->edited = own->firewall.unknown;
	f->present = own->firewall.present && !own->firewall.unknown;
	if (!own->firewall.present)
		return 0;
	if (f->present) {
		f->kill_switch = own->firewall.kill_switch;
		f->dns_gate = own->firewall.dns_gate || f->kill_switch;
		LIST_FOREACH (p, &own->firewall, lan)
			*LIST_PUSH(a, f, lan) = *p;
	}
	if ((r = net_nft_counters(h->net, a, &found, e)))
		return r;
	add_counters(f, &found);
	return 0;
}

static const struct resolver_state *find_resolver(const struct state *s, const char *ifname)
{
	LIST_FOREACH (x, s, resolvers)
		if (str_eq(x->ifname, ifname))
			return x;
	return NULL;
}

/* What this tunnel has its part in; the table is one for the whole host. */
void status_add_protection(const struct host *h, const struct contribution *c,
	const struct state *own, const struct firewall_status *f, struct tunnel_status *t)
{
	const struct resolver_state *asked = find_resolver(&c->holder, c->ifname), *have;

	t->kill_switch_asked = c->kill_switch;
	t->dns_gate_asked = c->own.firewall.dns_gate || c->own.firewall.kill_switch;
	t->kill_switch = kill_switch_is_on(c->kill_switch) &&
		(c->own.firewall.kill_switch ? f->kill_switch : f->present);
	t->dns_gate = t->dns_gate_asked && f->dns_gate;
	asked = asked ? asked : find_resolver(&c->own, c->ifname);
	have = find_resolver(own, c->ifname);
	if (!asked)
		return;
	t->resolver = asked->backend;
	t->resolver_set = have && have->backend == asked->backend;
	if (have)
		LIST_FOREACH (server, have, servers)
			*LIST_PUSH(h->ops->arena, t, resolver_servers) = *server;
}

/* A bridge that was for this machine alone when it was let by, and has a way out of it now. */
void status_add_bridges(const struct host *h, const struct contribution *c, struct tunnel_status *t)
{
	const struct firewall *f = &c->own.firewall;
	struct facts now = {0};
	struct err unknown;

	if (!f->present || !f->n_bridges ||
		net_query_bridges(h->net, h->ops->arena, &now, &unknown))
		return;
	LIST_FOREACH (b, f, bridges) {
		bool local = !if_nametoindex(b->name);

		LIST_FOREACH (x, &now, bridges)
			local |= str_eq(x->name, b->name);
		if (!local)
			*LIST_PUSH(h->ops->arena, t, drift) = arena_printf(h->ops->arena,
				"bridge '%s' leads out of this machine now and is not checked: "
				"'wf reload %s' sees to it",
				b->name, tunnel_typed_name(h->ops->arena, t->name));
	}
}

/* In a line instead of as an operation, where the operation would not say what happened. */
const char *status_drift_text(struct arena *a, const struct op *op, const struct tunnel_status *t)
{
	const char *typed = tunnel_typed_name(a, t->name);

	switch (op->kind) {
	case OP_FIREWALL:
		if (!op->firewall_before->present && op->firewall->present)
			return arena_printf(
				a, "firewall table is gone: 'wf reload %s' puts it back", typed);
		return op->firewall_before->unknown
			? arena_printf(a,
				  "firewall table was changed by others: 'wf reload %s' puts it "
				  "back",
				  typed)
			: NULL;
	case OP_RESOLVER_SET:
		return arena_printf(a,
			"the resolver (%s) was changed by others: 'wf reload %s' sets it again",
			resolver_backend_name(op->resolver.backend), typed);
	case OP_USERSPACE_START:
	case OP_USERSPACE_STOP:
	case OP_SYSCTL:
	case OP_LINK_ADD:
	case OP_LINK_DEL:
	case OP_LINK_SET:
	case OP_WG_DEVICE:
	case OP_WG_PEER_SET:
	case OP_WG_PEER_DEL:
	case OP_ADDR_ADD:
	case OP_ADDR_DEL:
	case OP_ROUTE_ADD:
	case OP_ROUTE_DEL:
	case OP_RULE_ADD:
	case OP_RULE_DEL:
	case OP_RESOLVER_DEL:
	case OP_HANDSHAKE: break;
	}
	return NULL;
}
