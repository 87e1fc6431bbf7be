// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The inverse of what was done. Knows which objects go with a link, both ways: what was hung on a
 * link that this plan made needs no inverse of its own, and a link that is made again gets back
 * what went with it. Must not know stages: each inverse keeps the stage of what it takes back, the
 * order is the reverse of doing.
 */
#include "plan/invert.h"

#include "base/str.h"

struct invert {
	struct arena *a;
	const struct plan *p;
	const bool *done;
	struct plan *ret;
	const struct op *of; /* the operation being inverted */
	bool *inverted;
};

static struct op *push(struct invert *x, enum op_kind kind, const char *ifname)
{
	struct op *op = LIST_PUSH(x->a, x->ret, ops);

	op->kind = kind;
	op->stage = x->of->stage;
	op->rank = x->of->rank;
	str_copy(op->ifname, sizeof(op->ifname), ifname);
	str_copy(op->link.name, sizeof(op->link.name), ifname);
	op->link.kind = x->of->link.kind;
	return op;
}

static bool makes_link(const struct op *op)
{
	return op->kind == OP_LINK_ADD || op->kind == OP_USERSPACE_START;
}

/* The interface whose end takes along what the operation did, or "". */
static const char *hangs_on(const struct op *op)
{
	switch (op->kind) {
	case OP_LINK_SET:
	case OP_WG_DEVICE:
	case OP_WG_PEER_SET:
	case OP_WG_PEER_DEL:
	case OP_ADDR_ADD:
	case OP_ADDR_DEL:
	case OP_ROUTE_ADD:
	case OP_ROUTE_DEL: return op->ifname;
	case OP_USERSPACE_START:
	case OP_USERSPACE_STOP:
	case OP_SYSCTL:
	case OP_LINK_ADD:
	case OP_LINK_DEL:
	case OP_RULE_ADD:
	case OP_RULE_DEL:
	case OP_FIREWALL:
	case OP_RESOLVER_SET:
	case OP_RESOLVER_DEL:
	case OP_HANDSHAKE: break;
	}
	return "";
}

/* The done operation that made the link on which ops[index] hangs; `index` itself if there is none.
 */
static size_t find_maker(const struct invert *x, size_t index)
{
	const char *ifname = hangs_on(&x->p->ops[index]);

	if (!ifname[0])
		return index;
	for (size_t i = 0; i < index; i++)
		if (x->done[i] && makes_link(&x->p->ops[i]) && str_eq(x->p->ops[i].ifname, ifname))
			return i;
	return index;
}

static void unmake_link(struct invert *x, const struct op *op)
{
	push(x, OP_LINK_DEL, op->ifname)->link = op->link;
	if (op->kind == OP_USERSPACE_START)
		push(x, OP_USERSPACE_STOP, op->ifname)->link = op->link;
}

static void remake_device(struct invert *x, const struct wg_state *device)
{
	struct op *op = push(x, OP_WG_DEVICE, device->ifname);

	op->wg = *device;
	str_copy(op->wg_before.ifname, sizeof(op->wg_before.ifname), device->ifname);
	LIST_FOREACH (p, device, peers)
		push(x, OP_WG_PEER_SET, device->ifname)->peer = *p;
}

static void remake_link(struct invert *x, const struct op *op)
{
	const char *ifname = op->ifname;
	struct op *set;

	push(x, op->link.kind == LINK_USERSPACE ? OP_USERSPACE_START : OP_LINK_ADD, ifname)->link =
		op->link;
	if (!op->lost)
		return;
	LIST_FOREACH (device, op->lost, devices)
		remake_device(x, device);
	LIST_FOREACH (addr, op->lost, addrs)
		push(x, OP_ADDR_ADD, ifname)->addr = *addr;
	set = push(x, OP_LINK_SET, ifname);
	set->link = set->link_before = op->link;
	set->link_before.up = false;
	LIST_FOREACH (route, op->lost, routes)
		push(x, OP_ROUTE_ADD, ifname)->route = *route;
}

static void swap_op(struct invert *x, enum op_kind kind, const struct op *op)
{
	struct op *back = push(x, kind, op->ifname);

	back->link = op->link;
	back->addr = op->addr;
	back->route = op->route;
	back->rule = op->rule;
	back->peer = op->peer;
	back->sysctl = op->sysctl_before;
	back->sysctl_before = op->sysctl;
	back->restore = !op->restore;
	back->wg = op->wg_before;
	back->wg_before = op->wg;
	if (kind == OP_LINK_SET) {
		back->link = op->link_before;
		back->link_before = op->link;
	}
}

static void invert_peer_set(struct invert *x, const struct op *op)
{
	bool is_new = wg_key_is_zero(&op->peer_before.public_key);
	bool endpoint_given =
		op->peer.endpoint.addr.family && !op->peer_before.endpoint.addr.family;
	struct op *back;

	if (is_new || endpoint_given)
		swap_op(x, OP_WG_PEER_DEL, op);
	if (is_new)
		return;
	/* An endpoint cannot be taken from a peer, so the peer is made anew. */
	if (endpoint_given) {
		push(x, OP_WG_PEER_SET, op->ifname)->peer = op->peer_before;
		return;
	}
	back = push(x, OP_WG_PEER_SET, op->ifname);
	back->peer = op->peer_before;
	back->peer_before = op->peer;
}

/* What was not known cannot be made again; the new form stays, which forbids no less. */
static void invert_firewall(struct invert *x, const struct op *op)
{
	struct op *back;

	if (op->firewall_before->unknown)
		return;
	back = push(x, OP_FIREWALL, "");
	back->firewall = op->firewall_before;
	back->firewall_before = op->firewall;
}

static void invert_resolver(struct invert *x, const struct op *op)
{
	bool set = op->resolver_before.backend != RESOLVER_NONE;
	struct op *back = push(x, set ? OP_RESOLVER_SET : OP_RESOLVER_DEL, op->ifname);

	back->resolver = op->resolver_before;
	if (op->kind == OP_RESOLVER_SET)
		back->resolver_before = op->resolver;
}

static void invert_op(struct invert *x, const struct op *op)
{
	switch (op->kind) {
	case OP_USERSPACE_START:
	case OP_LINK_ADD: unmake_link(x, op); break;
	case OP_LINK_DEL: remake_link(x, op); break;
	/* Tidies up behind LINK_DEL, whose inverse starts the process again. */
	case OP_USERSPACE_STOP: break;
	case OP_SYSCTL:
	case OP_LINK_SET:
	case OP_WG_DEVICE: swap_op(x, op->kind, op); break;
	case OP_WG_PEER_SET: invert_peer_set(x, op); break;
	case OP_WG_PEER_DEL: swap_op(x, OP_WG_PEER_SET, op); break;
	case OP_ADDR_ADD: swap_op(x, OP_ADDR_DEL, op); break;
	case OP_ADDR_DEL: swap_op(x, OP_ADDR_ADD, op); break;
	case OP_ROUTE_ADD: swap_op(x, OP_ROUTE_DEL, op); break;
	case OP_ROUTE_DEL: swap_op(x, OP_ROUTE_ADD, op); break;
	case OP_RULE_ADD: swap_op(x, OP_RULE_DEL, op); break;
	case OP_RULE_DEL: swap_op(x, OP_RULE_ADD, op); break;
	case OP_FIREWALL: invert_firewall(x, op); break;
	case OP_RESOLVER_SET:
	case OP_RESOLVER_DEL: invert_resolver(x, op); break;
	case OP_HANDSHAKE: break;
	}
}

void invert_done(struct arena *a, const struct plan *p, const bool *done, struct plan *ret)
{
	struct plan back = {0};
	struct invert x = {.a = a, .p = p, .done = done, .ret = &back};

	x.inverted = arena_alloc(a, p->n_ops + 1);
	for (size_t i = p->n_ops; i-- > 0;) {
		size_t k = find_maker(&x, i);

		if (!done[i] || x.inverted[k])
			continue;
		x.inverted[k] = true;
		x.of = &p->ops[k];
		invert_op(&x, x.of);
	}
	*ret = back;
}
