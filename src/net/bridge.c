// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which bridges are this machine's own: of containers and virtual machines, not of a network card.
 * Knows how rtnetlink lists bridges and the ports of one; must not decide what they may do. Keeps
 * the invariant that a bridge with a port it is not sure of is no local one, for what passes a
 * local bridge is let through.
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "base/str.h"
#include "net/net.h"
#include "net/query.h"

struct bridge {
	uint32_t ifindex;
	char name[WF_IFNAME_SIZE];
	bool physical;
};

struct bridges {
	struct arena *a;
	struct bridge *of; /* the one whose ports are listed, or NULL */
	LIST(struct bridge, found);
};

static void begin(void *ctx)
{
	struct bridges *x = ctx;

	if (x->of)
		x->of->physical = false;
	else
		x->n_found = 0;
}

/* Of kinds that end on this machine; whatever else (a card, a VLAN, a bond) may lead out. */
static bool is_virtual(const char *kind)
{
	static const char *const kinds[] = {"veth", "tun", "dummy", "netkit"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_eq(kind, kinds[i]))
			return true;
	return false;
}

static void read_kind(const struct nlattr *info, char *out, size_t size)
{
	static const uint8_t sizes[IFLA_INFO_KIND + 1];
	const struct nlattr *tb[IFLA_INFO_KIND + 1];

	out[0] = '\0';
	if (info && nl_nested_attrs(info, sizes, IFLA_INFO_KIND, tb) && tb[IFLA_INFO_KIND] &&
		!nl_attr_string(tb[IFLA_INFO_KIND], out, size))
		out[0] = '\0';
}

static int take(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	static const uint8_t sizes[IFLA_PARENT_DEV_NAME + 1] = {[IFLA_MASTER] = sizeof(uint32_t)};
	const struct nlattr *tb[IFLA_PARENT_DEV_NAME + 1];
	struct bridges *x = ctx;
	struct bridge b = {0};
	char kind[32];

	if (h->nlmsg_type != RTM_NEWLINK ||
		!nl_message_attrs(h, sizeof(struct ifinfomsg), sizes, IFLA_PARENT_DEV_NAME, tb) ||
		!tb[IFLA_IFNAME] || !nl_attr_string(tb[IFLA_IFNAME], b.name, sizeof(b.name)))
		return err_set(e, E_KERNEL, "the kernel's answer about a link is malformed");
	b.ifindex = (uint32_t)((const struct ifinfomsg *)mnl_nlmsg_get_payload(h))->ifi_index;
	read_kind(tb[IFLA_LINKINFO], kind, sizeof(kind));
	/* Where the kernel has no such filter (bridge not loaded, for one), all links come. */
	if (!x->of) {
		if (str_eq(kind, "bridge"))
			*LIST_PUSH(x->a, x, found) = b;
	} else if (tb[IFLA_MASTER] && mnl_attr_get_u32(tb[IFLA_MASTER]) == x->of->ifindex) {
		x->of->physical |= tb[IFLA_PARENT_DEV_NAME] || !is_virtual(kind);
	}
	return 0;
}

/* All bridges, or the ports of x->of. */
static int list_links(struct nl *nl, struct bridges *x, struct err *e)
{
	const struct nl_dump d = {begin, take, x};
	struct nl_result result;
	struct nl_message m;
	struct nlattr *info;
	int r;

	nl_message_begin(&m, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_u32(&m.h, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (x->of) {
		mnl_attr_put_u32(&m.h, IFLA_MASTER, x->of->ifindex);
	} else {
		info = mnl_attr_nest_start(&m.h, IFLA_LINKINFO);
		mnl_attr_put_strz(&m.h, IFLA_INFO_KIND, "bridge");
		mnl_attr_nest_end(&m.h, info);
	}
	r = nl_dump(nl, &m.h, &d, &result, e);
	return r || !result.error ? r : nl_refused(&result, e, "cannot list bridges");
}

int net_query_bridges(struct net *n, struct arena *a, struct facts *f, struct err *e)
{
	struct bridges x = {.a = a};
	struct nl *nl;
	int r = net_route_socket(n, &nl, e);

	if (!r)
		r = list_links(nl, &x, e);
	for (size_t i = 0; !r && i < x.n_found; i++) {
		x.of = &x.found[i];
		r = list_links(nl, &x, e);
	}
	if (r)
		return r;
	LIST_FOREACH (b, &x, found)
		if (!b->physical)
			str_copy(LIST_PUSH(a, f, bridges)->name, FW_IFNAME_SIZE, b->name);
	return 0;
}
