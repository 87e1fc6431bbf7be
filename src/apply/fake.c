// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel in memory, for tests. Knows the rules of the real one that plans rely on: what exists
 * already or not at all is an error; a link takes its addresses, routes and device along; a link
 * that goes down loses its routes; a prefix given to one peer leaves the other; rules of one
 * priority are asked in the order they were added. Must not be kinder than the kernel anywhere.
 */
#include "apply/fake.h"

#include <errno.h>

#include "base/str.h"
#include "fw/fw.h"
#include "plan/text.h"

/* Removes item `at` of a list. */
#define LIST_CUT(obj, name, at)                                                                    \
	do {                                                                                       \
		size_t at_ = (at);                                                                 \
		memmove(&(obj)->name[at_], &(obj)->name[at_ + 1],                                  \
			((obj)->n_##name - at_ - 1) * sizeof(*(obj)->name));                       \
		(obj)->n_##name--;                                                                 \
	} while (0)

/* Removes every item for which `cond` on the pointer `it` holds. */
#define LIST_CUT_IF(obj, name, it, cond)                                                           \
	for (size_t i_ = (obj)->n_##name; i_-- > 0;) {                                             \
		const __typeof__(*(obj)->name) *it = &(obj)->name[i_];                             \
		if (cond)                                                                          \
			LIST_CUT(obj, name, i_);                                                   \
	}

static int link_add(struct fake *f, const struct op *op)
{
	struct link_state *l;

	if (state_find_link(&f->state, op->link.name))
		return EEXIST;
	l = LIST_PUSH(f->arena, &f->state, links);
	*l = op->link;
	l->mtu = 1420;
	l->up = false;
	l->group = WF_LINK_GROUP;
	l->ifindex = f->next_ifindex++;
	str_copy(LIST_PUSH(f->arena, &f->state, devices)->ifname, WF_IFNAME_SIZE, l->name);
	return 0;
}

static int link_del(struct fake *f, const char *name)
{
	struct state *s = &f->state;

	if (!state_find_link(s, name))
		return ENODEV;
	LIST_CUT_IF(s, links, it, str_eq(it->name, name));
	LIST_CUT_IF(s, devices, it, str_eq(it->ifname, name));
	LIST_CUT_IF(s, addrs, it, str_eq(it->ifname, name));
	LIST_CUT_IF(s, routes, it, str_eq(it->ifname, name));
	return 0;
}

static int link_set(struct fake *f, const struct op *op)
{
	struct link_state *l = state_find_link(&f->state, op->link.name);

	if (!l)
		return ENODEV;
	l->mtu = op->link.mtu;
	if (l->up && !op->link.up)
		LIST_CUT_IF(&f->state, routes, it, str_eq(it->ifname, l->name));
	/* As wg_open in the kernel's drivers/net/wireguard/device.c does. */
	if (!l->up && op->link.up && l->kind == LINK_WIREGUARD)
		LIST_FOREACH (x, &f->state, sysctls)
			if (str_eq(x->key, "net.ipv4.conf.all.send_redirects"))
				x->value = 0;
	l->up = op->link.up;
	return 0;
}

static int device_set(struct fake *f, const struct op *op)
{
	struct wg_state *d = state_find_device(&f->state, op->ifname);

	if (!d)
		return ENODEV;
	d->public_key = op->wg.public_key;
	d->private_key = op->wg.private_key;
	d->listen_port = op->wg.listen_port;
	d->fwmark = op->wg.fwmark;
	return 0;
}

static void take_prefixes(struct wg_state *d, const struct wg_peer *taker)
{
	LIST_FOREACH (p, d, peers)
		LIST_FOREACH (w, taker, allowed)
			LIST_CUT_IF(p, allowed, it, ip_prefix_equal(&it->prefix, &w->prefix));
}

static int peer_set(struct fake *f, const struct op *op)
{
	struct wg_state *d = state_find_device(&f->state, op->ifname);
	bool is_new = wg_key_is_zero(&op->peer_before.public_key);
	struct wg_peer *p;
	struct ip_endpoint endpoint;

	if (!d)
		return ENODEV;
	p = wg_find_peer(d, &op->peer.public_key);
	if (!is_new && !p)
		return ENOENT;
	if (is_new && p)
		return EEXIST;
	take_prefixes(d, &op->peer);
	if (!p)
		p = LIST_PUSH(f->arena, d, peers);
	endpoint = op->peer.endpoint.addr.family ? op->peer.endpoint : p->endpoint;
	wg_peer_copy(f->arena, &op->peer, p);
	p->endpoint = endpoint;
	if (op->ask)
		p->keepalive = 25;
	return 0;
}

static int peer_del(struct fake *f, const struct op *op)
{
	struct wg_state *d = state_find_device(&f->state, op->ifname);

	if (!d)
		return ENODEV;
	if (!wg_find_peer(d, &op->peer.public_key))
		return ENOENT;
	LIST_CUT_IF(d, peers, it, wg_key_equal(&it->public_key, &op->peer.public_key));
	return 0;
}

static int handshake(struct fake *f, const struct op *op)
{
	struct wg_state *d = state_find_device(&f->state, op->ifname);
	struct wg_peer *p = d ? wg_find_peer(d, &op->peer.public_key) : NULL;

	if (!p)
		return ENOENT;
	p->keepalive = op->peer.keepalive;
	p->last_handshake = 1;
	return 0;
}

static int addr_change(struct fake *f, const struct op *op)
{
	struct state *s = &f->state;
	bool there = false;

	if (!state_find_link(s, op->addr.ifname))
		return ENODEV;
	LIST_FOREACH (x, s, addrs)
		there |= addr_equal(x, &op->addr);
	if (op->kind == OP_ADDR_ADD) {
		if (there)
			return EEXIST;
		*LIST_PUSH(f->arena, s, addrs) = op->addr;
		return 0;
	}
	if (!there)
		return EADDRNOTAVAIL;
	LIST_CUT_IF(s, addrs, it, addr_equal(it, &op->addr));
	return 0;
}

static int route_change(struct fake *f, const struct op *op)
{
	const struct link_state *l = state_find_link(&f->state, op->route.ifname);
	struct state *s = &f->state;
	bool taken = false, there = false;

	LIST_FOREACH (x, s, routes) {
		taken |= route_same_slot(x, &op->route);
		there |= route_equal(x, &op->route);
	}
	if (op->kind == OP_ROUTE_ADD) {
		if (op->route.ifname[0] && !l)
			return ENODEV;
		if (l && !l->up)
			return ENETDOWN;
		if (taken)
			return EEXIST;
		*LIST_PUSH(f->arena, s, routes) = op->route;
		return 0;
	}
	if (!there)
		return ESRCH;
	LIST_CUT_IF(s, routes, it, route_equal(it, &op->route));
	return 0;
}

static int rule_change(struct fake *f, const struct op *op)
{
	struct state *s = &f->state;
	size_t at = 0;
	bool there = false;

	LIST_FOREACH (x, s, rules)
		there |= rule_equal(x, &op->rule);
	if (op->kind == OP_RULE_DEL) {
		if (!there)
			return ENOENT;
		LIST_CUT_IF(s, rules, it, rule_equal(it, &op->rule));
		return 0;
	}
	if (there)
		return EEXIST;
	LIST_PUSH(f->arena, s, rules);
	while (at + 1 < s->n_rules && s->rules[at].priority <= op->rule.priority)
		at++;
	memmove(&s->rules[at + 1], &s->rules[at], (s->n_rules - 1 - at) * sizeof(*s->rules));
	s->rules[at] = op->rule;
	return 0;
}

static int sysctl_change(struct fake *f, const struct op *op)
{
	LIST_FOREACH (x, &f->state, sysctls)
		if (str_eq(x->key, op->sysctl.key)) {
			x->value = op->sysctl.value;
			return 0;
		}
	return ENOENT;
}

/* One transaction: the table is as it is said, whatever was there. */
static int firewall_change(struct fake *f, const struct op *op)
{
	struct state *s = &f->state;

	s->firewall = (struct firewall){0};
	if (op->firewall->present)
		firewall_copy(f->arena, op->firewall, &s->firewall);
	return 0;
}

static int resolver_change(struct fake *f, const struct op *op)
{
	const struct resolver_state *slot =
		op->kind == OP_RESOLVER_SET ? &op->resolver : &op->resolver_before;
	struct state *s = &f->state;

	LIST_CUT_IF(s, resolvers, it, resolver_same_slot(it, slot));
	if (op->kind == OP_RESOLVER_SET)
		resolver_state_copy(f->arena, slot, LIST_PUSH(f->arena, s, resolvers));
	return 0;
}

static int do_op(struct fake *f, const struct op *op)
{
	switch (op->kind) {
	case OP_USERSPACE_START:
	case OP_LINK_ADD: return link_add(f, op);
	case OP_USERSPACE_STOP: return state_find_link(&f->state, op->ifname) ? EBUSY : 0;
	case OP_SYSCTL: return sysctl_change(f, op);
	case OP_LINK_DEL: return link_del(f, op->link.name);
	case OP_LINK_SET: return link_set(f, op);
	case OP_WG_DEVICE: return device_set(f, op);
	case OP_WG_PEER_SET: return peer_set(f, op);
	case OP_WG_PEER_DEL: return peer_del(f, op);
	case OP_ADDR_ADD:
	case OP_ADDR_DEL: return addr_change(f, op);
	case OP_ROUTE_ADD:
	case OP_ROUTE_DEL: return route_change(f, op);
	case OP_RULE_ADD:
	case OP_RULE_DEL: return rule_change(f, op);
	case OP_FIREWALL: return firewall_change(f, op);
	case OP_RESOLVER_SET:
	case OP_RESOLVER_DEL: return resolver_change(f, op);
	case OP_HANDSHAKE: return handshake(f, op);
	}
	return EINVAL;
}

static int fake_run(void *ctx, const struct op *ops, size_t n, bool *done, struct err *e)
{
	struct fake *f = ctx;

	for (size_t i = 0; i < n; i++) {
		STRBUF_CLEANUP struct strbuf text = {0};
		int errnum = f->fail_at == 0 ? EIO : do_op(f, &ops[i]);

		f->operations++;
		if (f->fail_at >= 0)
			f->fail_at--;
		if (errnum) {
			text_op(&text, &ops[i]);
			return err_errno(e, E_KERNEL, errnum, "cannot do '%s'", strbuf_str(&text));
		}
		done[i] = true;
	}
	return 0;
}

static bool names_table(const struct scope *scope, uint32_t table)
{
	LIST_FOREACH (t, scope, tables)
		if (*t == table)
			return true;
	return false;
}

static bool names_link(const struct scope *scope, const char *ifname)
{
	LIST_FOREACH (name, scope, links)
		if (str_eq(*name, ifname))
			return true;
	return false;
}

static bool names_sysctl(const struct scope *scope, const char *key)
{
	LIST_FOREACH (x, scope, sysctls)
		if (str_eq(*x, key))
			return true;
	return false;
}

static bool names_resolver(const struct scope *scope, const struct resolver_state *slot)
{
	LIST_FOREACH (x, scope, resolvers)
		if (resolver_same_slot(x, slot))
			return true;
	return false;
}

/* What the kernel does not say: the ids of keys. */
static void forget_ids(struct wg_state *d)
{
	d->private_key.id[0] = '\0';
	LIST_FOREACH (p, d, peers)
		p->preshared.id[0] = '\0';
}

static int fake_observe(
	void *ctx, struct arena *a, const struct scope *scope, struct state *ret, struct err *e)
{
	struct fake *f = ctx;
	struct state s;

	state_copy(a, &f->state, &s);
	LIST_CUT_IF(&s, links, it, !names_link(scope, it->name));
	LIST_CUT_IF(&s, devices, it, !names_link(scope, it->ifname));
	LIST_CUT_IF(&s, addrs, it, !names_link(scope, it->ifname));
	LIST_CUT_IF(&s, routes, it, !names_table(scope, it->table));
	LIST_CUT_IF(&s, rules, it,
		!scope->rules || it->priority < WF_PRIO_FIRST || it->priority > WF_PRIO_LAST);
	LIST_CUT_IF(&s, sysctls, it, !names_sysctl(scope, it->key));
	LIST_CUT_IF(&s, resolvers, it, !names_resolver(scope, it));
	/* The kernel tells the form only; what that means the record knows. */
	s.firewall_form = scope->firewall && s.firewall.present ? fw_form(&s.firewall) : 0;
	s.firewall = (struct firewall){0};
	LIST_FOREACH (d, &s, devices)
		forget_ids(d);
	*ret = s;
	return 0;
}

void fake_init(struct fake *f, struct arena *a, const struct state *initial)
{
	*f = (struct fake){.arena = a, .fail_at = -1, .next_ifindex = 100};
	if (initial)
		state_copy(a, initial, &f->state);
}

struct executor fake_executor(struct fake *f)
{
	return (struct executor){.ctx = f, .observe = fake_observe, .run = fake_run};
}
