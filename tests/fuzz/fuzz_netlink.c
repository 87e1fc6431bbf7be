// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The readers of netlink messages under any bytes, taken for what one receive brought: they must
 * not look outside, and what they accept must be a value that its type allows. A broken property
 * aborts.
 */
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/addr.h"
#include "net/diag.h"
#include "net/link.h"
#include "net/route.h"
#include "net/rule.h"
#include "net/wg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

static bool is_prefix(const struct ip_prefix *p)
{
	return ip_bits(p->addr.family) && p->len <= ip_bits(p->addr.family);
}

static void read_result(const struct nlmsghdr *h)
{
	struct nl_result r;
	struct err e;

	if (!nl_result_parse(h, &r))
		return;
	must(r.error >= 0 && memchr(r.text, '\0', sizeof(r.text)));
	must(nl_refused(&r, &e, "refused") < 0 && e.msg[0]);
}

static void read_route(const struct nlmsghdr *h)
{
	struct route_info i;

	if (!route_parse(h, &i))
		return;
	must(is_prefix(&i.route.dst));
	must(i.route.type == ROUTE_UNICAST || !i.ifindex);
}

static void read_rule(const struct nlmsghdr *h)
{
	struct rule_state r;

	if (rule_parse(h, &r) != RULE_READ)
		return;
	must(r.priority >= WF_PRIO_FIRST && r.priority <= WF_PRIO_LAST && ip_bits(r.family));
	must(!r.dst.addr.family || (is_prefix(&r.dst) && r.dst.addr.family == r.family));
}

static void read_device(const struct nlmsghdr *h, struct arena *a, struct wg_state *d)
{
	if (!wg_parse(h, a, d))
		return;
	must(memchr(d->ifname, '\0', sizeof(d->ifname)));
	LIST_FOREACH (p, d, peers) {
		must(!p->endpoint.addr.family || ip_bits(p->endpoint.addr.family));
		LIST_FOREACH (w, p, allowed)
			must(is_prefix(&w->prefix));
	}
}

static void read_other(const struct nlmsghdr *h)
{
	struct link_state link;
	struct addr_info addr;
	struct fact_ssh ssh;
	uint64_t inode;

	if (link_parse(h, &link))
		must(link.ifindex && memchr(link.name, '\0', sizeof(link.name)));
	if (addr_parse(h, &addr))
		must(is_prefix(&addr.local) && is_prefix(&addr.net));
	if (diag_parse(h, &ssh, &inode))
		must(ip_bits(ssh.local.family) && ip_bits(ssh.peer.family));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	/* A copy of just this size, aligned as the receive buffer is. */
	void *room = size ? malloc(size) : NULL;
	const struct nlmsghdr *h;
	struct wg_state device = {0};
	size_t at = 0;

	if (room)
		memcpy(room, data, size);
	while ((h = nl_message_at(room, size, &at))) {
		read_result(h);
		read_route(h);
		read_rule(h);
		read_other(h);
		read_device(h, a, &device);
	}
	free(room);
	return 0;
}
