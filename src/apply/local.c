// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The executor on this machine. Knows which layer does which kind of operation and hands runs of
 * the same kind over as a whole, so that netlink operations travel in one batch.
 */
#include "apply/local.h"

#include "apply/firewall.h"
#include "apply/handshake.h"
#include "sys/sysctl.h"
#include "sys/userspace.h"

enum door {
	DOOR_NET,
	DOOR_SYSCTL,
	DOOR_START,
	DOOR_STOP,
	DOOR_HANDSHAKE,
	DOOR_FIREWALL,
	DOOR_RESOLVER
};

static enum door door_of(enum op_kind kind)
{
	switch (kind) {
	case OP_USERSPACE_START: return DOOR_START;
	case OP_USERSPACE_STOP: return DOOR_STOP;
	case OP_SYSCTL: return DOOR_SYSCTL;
	case OP_HANDSHAKE: return DOOR_HANDSHAKE;
	case OP_FIREWALL: return DOOR_FIREWALL;
	case OP_RESOLVER_SET:
	case OP_RESOLVER_DEL: return DOOR_RESOLVER;
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
	case OP_RULE_DEL: return DOOR_NET;
	}
	return DOOR_NET;
}

static int observe(
	void *ctx, struct arena *a, const struct scope *scope, struct state *ret, struct err *e)
{
	struct local *l = ctx;
	int r = net_snapshot(l->net, a, scope, ret, e);

	if (!r)
		r = sysctl_snapshot(a, scope, ret, e);
	if (!r && scope->firewall)
		r = firewall_observe(l, ret, e);
	return r ? r : resolver_observe(a, scope, ret, e);
}

static int run_one(struct local *l, enum door door, const struct op *op, struct err *e)
{
	switch (door) {
	case DOOR_SYSCTL: return sysctl_write(op->sysctl.key, op->sysctl.value, e);
	case DOOR_START: return userspace_start(op->link.name, e);
	case DOOR_STOP: userspace_tidy(op->link.name); return 0;
	case DOOR_FIREWALL: return firewall_change(l, op, e);
	case DOOR_RESOLVER: return resolver_change(op, e);
	case DOOR_NET:
	case DOOR_HANDSHAKE: break;
	}
	return err_set(e, E_INTERNAL, "operation %d is not done one by one", op->kind);
}

static int run_each(
	struct local *l, enum door door, const struct op *ops, size_t n, bool *done, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		int r = run_one(l, door, &ops[i], e);

		if (r)
			return r;
		done[i] = true;
	}
	return 0;
}

static int run(void *ctx, const struct op *ops, size_t n, bool *done, struct err *e)
{
	struct local *l = ctx;
	int r = 0;

	for (size_t i = 0, end; i < n && !r; i = end) {
		enum door door = door_of(ops[i].kind);

		for (end = i + 1; end < n && door_of(ops[end].kind) == door;)
			end++;
		if (door == DOOR_NET)
			r = net_change(l->net, ops + i, end - i, &l->keys, done + i, e);
		else if (door == DOOR_HANDSHAKE)
			r = handshake_wait(l, ops + i, end - i, done + i, e);
		else
			r = run_each(l, door, ops + i, end - i, done + i, e);
	}
	return r;
}

struct executor local_executor(struct local *l)
{
	return (struct executor){.ctx = l, .observe = observe, .run = run};
}
