// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Carries out operations. Knows which of them go out together and what each refusal means for it;
 * must not know why they are done. Keeps the invariants that the order of the operations is the
 * order on the wire, that done[] is exact also after a failure in the middle, and that a stranger's
 * object which is in the way is reported and never taken over.
 */
#include "net/change.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/net.h"
#include "net/route.h"
#include "net/rule.h"
#include "net/uapi.h"
#include "net/wg.h"

struct change {
	struct net *net;
	struct arena *a;
	const struct op *ops;
	const struct key_source *keys;
	bool *done;
	LIST(struct link_state, links); /* found by now; ifindex 0 = there is none */
};

static const char *link_of(const struct op *op)
{
	switch (op->kind) {
	case OP_LINK_ADD:
	case OP_LINK_DEL:
	case OP_LINK_SET: return op->link.name;
	case OP_WG_DEVICE: return op->ifname[0] ? op->ifname : op->wg.ifname;
	case OP_WG_PEER_SET:
	case OP_WG_PEER_DEL: return op->ifname;
	case OP_ADDR_ADD:
	case OP_ADDR_DEL: return op->addr.ifname;
	case OP_ROUTE_ADD:
	case OP_ROUTE_DEL: return op->route.ifname;
	case OP_RULE_ADD:
	case OP_RULE_DEL:
	case OP_USERSPACE_START:
	case OP_USERSPACE_STOP:
	case OP_SYSCTL:
	case OP_FIREWALL:
	case OP_RESOLVER_SET:
	case OP_RESOLVER_DEL:
	case OP_HANDSHAKE: break;
	}
	return "";
}

static bool is_wg(const struct op *op)
{
	return op->kind == OP_WG_DEVICE || op->kind == OP_WG_PEER_SET || op->kind == OP_WG_PEER_DEL;
}

static bool is_removal(const struct op *op)
{
	return op->kind == OP_LINK_DEL || op->kind == OP_WG_PEER_DEL || op->kind == OP_ADDR_DEL ||
		op->kind == OP_ROUTE_DEL || op->kind == OP_RULE_DEL;
}

static struct link_state *known_link(struct change *c, const char *name)
{
	LIST_FOREACH (l, c, links)
		if (str_eq(l->name, name))
			return l;
	return NULL;
}

/* Finds the links that ops[from..to) name and that are not known yet. */
static int find_links(struct change *c, size_t from, size_t to, struct err *e)
{
	const char **names = arena_alloc(c->a, (to - from) * sizeof(*names));
	struct link_state *found = arena_alloc(c->a, (to - from) * sizeof(*found));
	size_t count = 0;
	int r;

	for (size_t i = from; i < to; i++) {
		const char *name = link_of(&c->ops[i]);

		if (!*name || c->ops[i].kind == OP_LINK_ADD || known_link(c, name))
			continue;
		/* Known as absent until the answer says otherwise. */
		str_copy(LIST_PUSH(c->a, c, links)->name, WF_IFNAME_SIZE, name);
		names[count++] = name;
	}
	r = net_find_links(c->net, names, count, found, e);
	for (size_t i = 0; !r && i < count; i++)
		if (found[i].ifindex)
			*known_link(c, names[i]) = found[i];
	return r;
}

static const char *words(const struct op *op, char *out, size_t size)
{
	char text[IP_TEXT_SIZE];

	switch (op->kind) {
	case OP_LINK_ADD: snprintf(out, size, "cannot add link '%s'", op->link.name); break;
	case OP_LINK_DEL: snprintf(out, size, "cannot remove link '%s'", op->link.name); break;
	case OP_LINK_SET:
		snprintf(out, size, "cannot set link '%s' %s, MTU %u", op->link.name,
			op->link.up ? "up" : "down", op->link.mtu);
		break;
	case OP_WG_DEVICE: snprintf(out, size, "cannot configure '%s'", link_of(op)); break;
	case OP_WG_PEER_SET:
	case OP_WG_PEER_DEL: {
		char key[WG_KEY_TEXT_SIZE];

		wg_key_format(&op->peer.public_key, key);
		snprintf(out, size, "cannot %s peer %.8s… of '%s'",
			op->kind == OP_WG_PEER_SET ? "set" : "remove", key, op->ifname);
		break;
	}
	case OP_ADDR_ADD:
	case OP_ADDR_DEL:
		snprintf(out, size, "cannot %s address '%s' %s '%s'",
			op->kind == OP_ADDR_ADD ? "add" : "remove",
			ip_prefix_format(&op->addr.prefix, text),
			op->kind == OP_ADDR_ADD ? "to" : "of", op->addr.ifname);
		break;
	case OP_ROUTE_ADD:
	case OP_ROUTE_DEL:
		snprintf(out, size, "cannot %s route '%s'",
			op->kind == OP_ROUTE_ADD ? "add" : "remove",
			ip_prefix_format(&op->route.dst, text));
		break;
	case OP_RULE_ADD:
	case OP_RULE_DEL:
		snprintf(out, size, "cannot %s rule %u", op->kind == OP_RULE_ADD ? "add" : "remove",
			op->rule.priority);
		if (op->rule.action == RULE_LOOKUP)
			snprintf(out + strlen(out), size - strlen(out), " lookup 0x%x",
				op->rule.table);
		break;
	case OP_USERSPACE_START:
	case OP_USERSPACE_STOP:
	case OP_SYSCTL:
	case OP_FIREWALL:
	case OP_RESOLVER_SET:
	case OP_RESOLVER_DEL:
	case OP_HANDSHAKE: snprintf(out, size, "operation %d", op->kind); break;
	}
	return out;
}

static int refused(const struct op *op, const struct nl_result *result, struct err *e)
{
	char text[160];

	return nl_refused(result, e, "%s", words(op, text, sizeof(text)));
}

/* There is no link to do it on: done for a removal, else an error. */
static int without_link(struct change *c, size_t i, struct err *e)
{
	char text[160];

	if (!is_removal(&c->ops[i]))
		return err_set(e, E_NOT_FOUND, "%s: there is no link '%s'",
			words(&c->ops[i], text, sizeof(text)), link_of(&c->ops[i]));
	c->done[i] = true;
	return 0;
}

static void build(struct nl_message *m, const struct op *op, uint32_t ifindex)
{
	switch (op->kind) {
	case OP_LINK_ADD: link_build_add(m, &op->link); break;
	case OP_LINK_DEL: link_build_del(m, ifindex); break;
	case OP_LINK_SET: link_build_set(m, ifindex, &op->link); break;
	case OP_ADDR_ADD: addr_build_add(m, ifindex, &op->addr.prefix); break;
	case OP_ADDR_DEL: addr_build_del(m, ifindex, &op->addr.prefix); break;
	case OP_ROUTE_ADD: route_build_add(m, &op->route, ifindex); break;
	case OP_ROUTE_DEL: route_build_del(m, &op->route, ifindex); break;
	case OP_RULE_ADD: rule_build_add(m, &op->rule); break;
	case OP_RULE_DEL: rule_build_del(m, &op->rule); break;
	case OP_WG_DEVICE:
	case OP_WG_PEER_SET:
	case OP_WG_PEER_DEL:
	case OP_USERSPACE_START:
	case OP_USERSPACE_STOP:
	case OP_SYSCTL:
	case OP_FIREWALL:
	case OP_RESOLVER_SET:
	case OP_RESOLVER_DEL:
	case OP_HANDSHAKE: break;
	}
}

static int not_mine(const struct op *op, struct err *e)
{
	char text[160];

	return err_set(e, E_INTERNAL, "%s is not done by netlink", words(op, text, sizeof(text)));
}

/* Queues ops[i], or settles it without a message. queued[] takes the op of each message. */
static int queue_op(struct change *c, size_t i, struct nl *nl, size_t *queued, struct err *e)
{
	const struct op *op = &c->ops[i];
	const char *name = link_of(op);
	uint32_t ifindex = 0;
	struct nl_message m;

	switch (op->kind) {
	case OP_LINK_ADD:
		if (op->link.kind != LINK_WIREGUARD)
			return not_mine(op, e);
		break;
	case OP_LINK_DEL:
	case OP_LINK_SET:
	case OP_ADDR_ADD:
	case OP_ADDR_DEL:
	case OP_ROUTE_ADD:
	case OP_ROUTE_DEL:
	case OP_RULE_ADD:
	case OP_RULE_DEL:
		ifindex = *name ? known_link(c, name)->ifindex : 0;
		/* A link made anew under the same name is a stranger's. */
		if (op->kind == OP_LINK_DEL && op->link.ifindex && op->link.ifindex != ifindex)
			ifindex = 0;
		if (*name && !ifindex)
			return without_link(c, i, e);
		break;
	case OP_WG_DEVICE:
	case OP_WG_PEER_SET:
	case OP_WG_PEER_DEL:
	case OP_USERSPACE_START:
	case OP_USERSPACE_STOP:
	case OP_SYSCTL:
	case OP_FIREWALL:
	case OP_RESOLVER_SET:
	case OP_RESOLVER_DEL:
	case OP_HANDSHAKE: return not_mine(op, e);
	}
	build(&m, op, ifindex);
	queued[nl_pushed(nl)] = i;
	nl_push(nl, &m.h);
	return 0;
}

struct presence {
	const struct op *op;
	uint32_t ifindex;
	bool found;
};

static void begin_presence(void *ctx)
{
	struct presence *x = ctx;

	x->found = false;
}

static int take_presence(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct presence *x = ctx;
	struct rule_state rule;
	struct route_info i;

	if (x->op->kind == OP_RULE_ADD) {
		if (rule_parse(h, &rule) == RULE_READ && rule_equal(&rule, &x->op->rule))
			x->found = true;
	} else if (route_parse(h, &i) && i.plain && i.ifindex == x->ifindex) {
		memcpy(i.route.ifname, x->op->route.ifname, sizeof(i.route.ifname));
		if (route_equal(&i.route, &x->op->route))
			x->found = true;
	}
	return 0;
}

/* Whether what is there already is exactly what was to be added. */
static int is_present(
	struct change *c, struct nl *nl, const struct op *op, bool *ret, struct err *e)
{
	const char *name = link_of(op);
	struct presence x = {.op = op, .ifindex = *name ? known_link(c, name)->ifindex : 0};
	const struct nl_dump d = {begin_presence, take_presence, &x};
	struct nl_result result;
	struct nl_message m;
	int r;

	if (op->kind == OP_RULE_ADD)
		rule_build_dump(&m, op->rule.family);
	else
		route_build_dump(
			&m, op->route.dst.addr.family, op->route.table, op->route.protocol, 0);
	r = nl_dump(nl, &m.h, &d, &result, e);
	if (!r)
		*ret = x.found;
	return r;
}

/* What the kernel's answer to ops[i] means. */
static int settle(
	struct change *c, size_t i, struct nl *nl, const struct nl_result *result, struct err *e)
{
	const struct op *op = &c->ops[i];
	bool done = !result->error;
	int r = 0;

	if (is_removal(op))
		done |= result->error == ENOENT || result->error == ESRCH ||
			result->error == ENODEV || result->error == EADDRNOTAVAIL;
	else if (result->error == EEXIST && (op->kind == OP_ROUTE_ADD || op->kind == OP_RULE_ADD))
		r = is_present(c, nl, op, &done, e);
	c->done[i] = done;
	return r || done ? r : refused(op, result, e);
}

static int take_new_link(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct change *c = ctx;
	struct link_state l, *known;

	if (!link_parse(h, &l))
		return err_set(e, E_KERNEL, "the kernel's answer about a link is malformed");
	known = known_link(c, l.name);
	*(known ? known : LIST_PUSH(c->a, c, links)) = l;
	return 0;
}

/* After a LINK_ADD, in the same breath: its index. The answer comes for any link of that name, so
 * it only counts when the adding succeeded. */
static void queue_question(const struct op *op, struct nl *nl)
{
	struct nl_message m;

	link_build_get(&m, op->link.name, 0);
	nl_push(nl, &m.h);
}

/* One batch: rtnetlink operations from ops[from] on, a LINK_ADD being its last. */
static int run_batch(struct change *c, size_t from, size_t to, size_t *ret_next, struct err *e)
{
	size_t *queued = arena_alloc(c->a, (to - from + 1) * sizeof(*queued)), n, i;
	struct nl_result *results = arena_alloc(c->a, (to - from + 1) * sizeof(*results));
	struct err later, ignored;
	struct nl *nl;
	int r, after = 0;

	for (i = from; i < to && c->ops[i].kind != OP_LINK_ADD; i++)
		;
	*ret_next = to = i < to ? i + 1 : to;
	r = find_links(c, from, to, e);
	if (!r)
		r = net_route_socket(c->net, &nl, e);
	if (r)
		return r;
	for (i = from; !after && i < to; i++)
		after = queue_op(c, i, nl, queued, &later);
	n = nl_pushed(nl);
	if (n && !after && c->ops[to - 1].kind == OP_LINK_ADD)
		queue_question(&c->ops[to - 1], nl);
	r = n ? nl_flush(nl, results, take_new_link, c, e) : 0;
	for (i = 0; i < n; i++) {
		int one = settle(c, queued[i], nl, &results[i], r ? &ignored : e);

		r = r ? r : one;
	}
	if (!r && after)
		*e = later;
	return r ? r : after;
}

static int write_ops(struct change *c, const struct link_state *l, size_t from, size_t count,
	struct nl_result *result, struct err *e)
{
	uint16_t family;
	struct nl *nl;
	int r;

	switch (l->kind) {
	case LINK_WIREGUARD:
		r = net_wg_socket(c->net, &nl, &family, e);
		return r ? r
			 : wg_write(nl, family, l->name, c->ops + from, count, c->keys, result, e);
	case LINK_USERSPACE: return uapi_write(l->name, c->ops + from, count, c->keys, result, e);
	case LINK_FOREIGN: break;
	}
	return err_set(e, E_CONFLICT, "'%s' is not a WireGuard link", l->name);
}

/*
 * Operations of one device: said together, and after a failure one by one, which tells exactly how
 * far they can be done (to say one again does no harm).
 */
static int run_device(struct change *c, size_t from, size_t to, struct err *e)
{
	struct nl_result result = {0};
	const struct link_state *l;
	int r = find_links(c, from, from + 1, e);

	if (r)
		return r;
	l = known_link(c, link_of(&c->ops[from]));
	if (!l->ifindex) {
		for (size_t i = from; !r && i < to; i++)
			r = without_link(c, i, e);
		return r;
	}
	r = write_ops(c, l, from, to - from, &result, e);
	if (!r && !result.error) {
		for (size_t i = from; i < to; i++)
			c->done[i] = true;
		return 0;
	}
	if (to - from == 1)
		return r ? r : settle(c, from, NULL, &result, e);
	for (size_t i = from; i < to; i++) {
		r = run_device(c, i, i + 1, e);
		if (r)
			return r;
	}
	return 0;
}

int net_change(struct net *n, const struct op *ops, size_t count, const struct key_source *keys,
	bool *done, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct change c = {.net = n, .a = a, .ops = ops, .keys = keys, .done = done};
	int r = 0;

	memset(done, 0, count * sizeof(*done));
	for (size_t at = 0, next; !r && at < count; at = next) {
		next = at + 1;
		if (is_wg(&ops[at])) {
			while (next < count && is_wg(&ops[next]) &&
				str_eq(link_of(&ops[next]), link_of(&ops[at])))
				next++;
			r = run_device(&c, at, next, e);
		} else {
			while (next < count && !is_wg(&ops[next]))
				next++;
			r = run_batch(&c, at, next, &next, e);
		}
	}
	return r;
}

int net_ask_again(struct net *n, const char *ifname, enum link_kind kind,
	const struct wg_peer *peer, const struct key_source *keys, struct err *e)
{
	struct op ops[2] = {{.kind = OP_WG_PEER_DEL, .peer = *peer},
		{.kind = OP_WG_PEER_SET, .peer = *peer, .ask = true}};
	struct change c = {.net = n, .ops = ops, .keys = keys};
	struct link_state l = {.kind = kind};
	struct nl_result result = {0};
	int r;

	str_copy(l.name, sizeof(l.name), ifname);
	str_copy(ops[0].ifname, sizeof(ops[0].ifname), ifname);
	str_copy(ops[1].ifname, sizeof(ops[1].ifname), ifname);
	r = write_ops(&c, &l, 0, 2, &result, e);
	return r || !result.error ? r : refused(&ops[1], &result, e);
}
