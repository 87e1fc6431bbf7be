// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sockets of one network namespace, opened when first needed. Knows which protocols there are
 * and how a generic netlink family is found (include/uapi/linux/genetlink.h); must not know what is
 * asked over them. Keeps the invariant that nobody gets a socket that lost track of its answers.
 */
#include "net/net.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/wireguard.h>
#include <stdlib.h>

struct net {
	struct nl *route, *generic, *nft;
	struct nl_stats closed; /* what sockets counted that are gone */
	uint16_t wg_family;
};

int net_open(struct net **ret, struct err *e)
{
	struct net *n = calloc(1, sizeof(*n));

	if (!n)
		err_oom();
	*ret = n;
	return 0;
}

void net_close(struct net *n)
{
	if (!n)
		return;
	nl_close(n->route);
	nl_close(n->generic);
	nl_close(n->nft);
	free(n);
}

static void add_stats(struct nl_stats *sum, const struct nl *nl)
{
	struct nl_stats s;

	if (!nl)
		return;
	nl_get_stats(nl, &s);
	sum->sent_messages += s.sent_messages;
	sum->sent_bytes += s.sent_bytes;
	sum->received_messages += s.received_messages;
	sum->received_bytes += s.received_bytes;
	sum->system_calls += s.system_calls;
}

void net_get_stats(const struct net *n, struct nl_stats *ret)
{
	*ret = n->closed;
	add_stats(ret, n->route);
	add_stats(ret, n->generic);
	add_stats(ret, n->nft);
}

static int take_socket(struct net *n, struct nl **nl, int protocol, struct err *e)
{
	if (*nl && nl_is_broken(*nl)) {
		add_stats(&n->closed, *nl);
		nl_close(*nl);
		*nl = NULL;
	}
	return *nl ? 0 : nl_open(protocol, nl, e);
}

int net_route_socket(struct net *n, struct nl **ret, struct err *e)
{
	int r = take_socket(n, &n->route, NETLINK_ROUTE, e);

	if (!r)
		*ret = n->route;
	return r;
}

int net_nft_socket(struct net *n, struct nl **ret, struct err *e)
{
	int r = take_socket(n, &n->nft, NETLINK_NETFILTER, e);

	if (!r)
		*ret = n->nft;
	return r;
}

static int take_family(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	static const uint8_t sizes[CTRL_ATTR_MAX + 1] = {[CTRL_ATTR_FAMILY_ID] = sizeof(uint16_t)};
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	uint16_t *family = ctx;

	if (!nl_message_attrs(h, GENL_HDRLEN, sizes, CTRL_ATTR_MAX, tb) || !tb[CTRL_ATTR_FAMILY_ID])
		return err_set(
			e, E_KERNEL, "the kernel's answer about a netlink family is malformed");
	*family = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	return 0;
}

static int find_family(struct nl *nl, const char *name, uint16_t *ret, struct err *e)
{
	struct nl_message m = {0};
	struct genlmsghdr *g = nl_message_begin(&m, GENL_ID_CTRL, 0, sizeof(*g));
	struct nl_result result;
	uint16_t family = 0;
	int r;

	g->cmd = CTRL_CMD_GETFAMILY;
	g->version = 1;
	mnl_attr_put_strz(&m.h, CTRL_ATTR_FAMILY_NAME, name);
	r = nl_ask(nl, &m.h, take_family, &family, &result, e);
	if (r)
		return r;
	if (result.error && result.error != ENOENT)
		return nl_refused(&result, e, "cannot ask for the netlink family '%s'", name);
	*ret = family;
	return 0;
}

int net_wg_socket(struct net *n, struct nl **ret, uint16_t *ret_family, struct err *e)
{
	int r = take_socket(n, &n->generic, NETLINK_GENERIC, e);

	if (!r && !n->wg_family)
		r = find_family(n->generic, WG_GENL_NAME, &n->wg_family, e);
	if (r)
		return r;
	*ret = n->generic;
	*ret_family = n->wg_family;
	return 0;
}
