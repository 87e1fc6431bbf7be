// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of operations in wf's own scheme. Knows what must stand before what so that at no step
 * a packet takes a way that neither the old nor the new state allows; must not know why an
 * operation is in the plan.
 *
 *   BEFORE  sysctls up, userspace processes
 *   TIGHTEN the firewall: what the new state forbids, with the endpoints of old and new
 *   MAKE    rules up to 5120 (nested, SSH, bypass: before there is a link that could send), links,
 *           devices with their peers, MTU of links that are up, addresses, links up, routes without
 *           a device (what fails closed), routes, rule 5125
 *   VERIFY  handshakes
 *   MOVE    resolvers away; peers of devices that are up; routes that take another's place; new
 *           rules 5130, 5140, 5150; resolvers; then old 5150, 5140, 5130. The kernel asks rules of
 *           one priority in the order they were added: the new 5140 stands behind the old one until
 *           that is deleted.
 *   BREAK   the reverse of MAKE
 *   LOOSEN  sysctls back, the firewall in its final form
 */
#include "plan/order.h"

#include <stdlib.h>

#include "base/err.h"
#include "plan/compile.h"

enum rank {
	BEFORE_SYSCTL = 0,
	BEFORE_USERSPACE,

	TIGHTEN_FIREWALL = 0,

	MAKE_EARLY_RULE = 0, /* + priority - WF_PRIO_FIRST */
	MAKE_LINK = 100,
	MAKE_DEVICE, /* its peers too: neighbours share one message */
	MAKE_MTU,
	MAKE_ADDR,
	MAKE_UP,
	MAKE_STOP_ROUTE,
	MAKE_ROUTE,
	MAKE_LATE_RULE = 200,

	MOVE_RESOLVER_DEL = 0,
	MOVE_PEER,
	MOVE_ROUTE,
	MOVE_RULE_ADD = 100,
	MOVE_RESOLVER_SET = 150,
	MOVE_RULE_DEL = 200, /* + WF_PRIO_LAST - priority */

	BREAK_LATE_RULE = 0, /* + WF_PRIO_LAST - priority */
	BREAK_ROUTE = 100,
	BREAK_STOP_ROUTE,
	BREAK_ADDR,
	BREAK_LINK,
	BREAK_USERSPACE,
	BREAK_EARLY_RULE = 200,

	LOOSEN_SYSCTL = 0,
	LOOSEN_FIREWALL,
};

static void place(struct op *op, enum stage stage, unsigned rank)
{
	op->stage = stage;
	op->rank = (uint16_t)rank;
}

static void place_rule(struct op *op)
{
	unsigned up = op->rule.priority - WF_PRIO_FIRST, down = WF_PRIO_LAST - op->rule.priority;
	bool add = op->kind == OP_RULE_ADD;

	if (op->rule.priority >= PRIO_LAN)
		place(op, STAGE_MOVE, add ? MOVE_RULE_ADD + up : MOVE_RULE_DEL + down);
	else if (op->rule.priority >= PRIO_TUNNEL)
		place(op, add ? STAGE_MAKE : STAGE_BREAK,
			add ? MAKE_LATE_RULE + up : BREAK_LATE_RULE + down);
	else
		place(op, add ? STAGE_MAKE : STAGE_BREAK,
			add ? MAKE_EARLY_RULE + up : BREAK_EARLY_RULE + down);
}

static void place_route(struct op *op)
{
	bool stop = !op->route.ifname[0];

	if (op->stage == STAGE_MOVE)
		place(op, STAGE_MOVE, MOVE_ROUTE);
	else if (op->kind == OP_ROUTE_ADD)
		place(op, STAGE_MAKE, stop ? MAKE_STOP_ROUTE : MAKE_ROUTE);
	else
		place(op, STAGE_BREAK, stop ? BREAK_STOP_ROUTE : BREAK_ROUTE);
}

/* diff has said which of the two it is: what forbids more, or the final form. */
static void place_firewall(struct op *op)
{
	bool tighten = op->stage == STAGE_TIGHTEN;

	place(op, tighten ? STAGE_TIGHTEN : STAGE_LOOSEN,
		tighten ? TIGHTEN_FIREWALL : LOOSEN_FIREWALL);
}

static void place_op(struct op *op)
{
	bool new_peer = wg_key_is_zero(&op->peer_before.public_key);

	switch (op->kind) {
	case OP_USERSPACE_START: place(op, STAGE_BEFORE, BEFORE_USERSPACE); break;
	case OP_USERSPACE_STOP: place(op, STAGE_BREAK, BREAK_USERSPACE); break;
	case OP_SYSCTL:
		place(op, op->restore ? STAGE_LOOSEN : STAGE_BEFORE,
			op->restore ? LOOSEN_SYSCTL : BEFORE_SYSCTL);
		break;
	case OP_LINK_ADD: place(op, STAGE_MAKE, MAKE_LINK); break;
	case OP_LINK_DEL: place(op, STAGE_BREAK, BREAK_LINK); break;
	/* IPv6 addresses need an MTU of 1280 before they can be added. */
	case OP_LINK_SET: place(op, STAGE_MAKE, op->link_before.up ? MAKE_MTU : MAKE_UP); break;
	case OP_WG_DEVICE: place(op, STAGE_MAKE, MAKE_DEVICE); break;
	case OP_WG_PEER_SET:
		place(op, new_peer ? STAGE_MAKE : STAGE_MOVE, new_peer ? MAKE_DEVICE : MOVE_PEER);
		break;
	case OP_WG_PEER_DEL: place(op, STAGE_MOVE, MOVE_PEER); break;
	case OP_ADDR_ADD: place(op, STAGE_MAKE, MAKE_ADDR); break;
	case OP_ADDR_DEL: place(op, STAGE_BREAK, BREAK_ADDR); break;
	case OP_ROUTE_ADD:
	case OP_ROUTE_DEL: place_route(op); break;
	case OP_RULE_ADD:
	case OP_RULE_DEL: place_rule(op); break;
	case OP_FIREWALL: place_firewall(op); break;
	case OP_RESOLVER_SET: place(op, STAGE_MOVE, MOVE_RESOLVER_SET); break;
	case OP_RESOLVER_DEL: place(op, STAGE_MOVE, MOVE_RESOLVER_DEL); break;
	case OP_HANDSHAKE: place(op, STAGE_VERIFY, 0); break;
	}
}

/* Operations are large: keys are sorted, then each operation is moved once. */
struct sort_key {
	unsigned place;
	size_t index;
};

static int sort_key_cmp(const void *va, const void *vb)
{
	const struct sort_key *a = va, *b = vb;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

void order_plan(struct plan *p)
{
	struct sort_key *keys = calloc(p->n_ops + 1, sizeof(*keys));
	struct op *ops = calloc(p->n_ops + 1, sizeof(*ops));

	if (!keys || !ops)
		err_oom();
	for (size_t i = 0; i < p->n_ops; i++) {
		place_op(&p->ops[i]);
		ops[i] = p->ops[i];
		keys[i].place = (unsigned)ops[i].stage << 16 | ops[i].rank;
		keys[i].index = i;
	}
	qsort(keys, p->n_ops, sizeof(*keys), sort_key_cmp);
	for (size_t i = 0; i < p->n_ops; i++)
		p->ops[i] = ops[keys[i].index];
	free(keys);
	free(ops);
}
