// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Links as rtnetlink messages. Knows the attributes of RTM_*LINK (include/uapi/linux/if_link.h);
 * must not send anything. Keeps the invariant that a link of wf is never without its group: the
 * group is in the message that makes it, so an interrupted command leaves a link that is told from
 * a stranger's.
 */
#include "net/link.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/wireguard.h>
#include <net/if.h>
#include <string.h>

void link_build_add(struct nl_message *m, const struct link_state *l)
{
	struct nlattr *info;

	nl_message_begin(
		m, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&m->h, IFLA_IFNAME, l->name);
	if (l->mtu)
		mnl_attr_put_u32(&m->h, IFLA_MTU, l->mtu);
	mnl_attr_put_u32(&m->h, IFLA_GROUP, WF_LINK_GROUP);
	info = mnl_attr_nest_start(&m->h, IFLA_LINKINFO);
	mnl_attr_put_strz(&m->h, IFLA_INFO_KIND, WG_GENL_NAME);
	mnl_attr_nest_end(&m->h, info);
}

void link_build_set(struct nl_message *m, uint32_t ifindex, const struct link_state *l)
{
	struct ifinfomsg *i = nl_message_begin(m, RTM_NEWLINK, NLM_F_ACK, sizeof(struct ifinfomsg));

	i->ifi_index = (int)ifindex;
	i->ifi_change = IFF_UP;
	i->ifi_flags = l->up ? IFF_UP : 0;
	if (l->mtu)
		mnl_attr_put_u32(&m->h, IFLA_MTU, l->mtu);
	mnl_attr_put_u32(&m->h, IFLA_GROUP, WF_LINK_GROUP);
}

void link_build_del(struct nl_message *m, uint32_t ifindex)
{
	struct ifinfomsg *i = nl_message_begin(m, RTM_DELLINK, NLM_F_ACK, sizeof(struct ifinfomsg));

	i->ifi_index = (int)ifindex;
}

void link_build_get(struct nl_message *m, const char *ifname, uint32_t ifindex)
{
	struct ifinfomsg *i = nl_message_begin(m, RTM_GETLINK, 0, sizeof(struct ifinfomsg));

	i->ifi_index = (int)ifindex;
	if (ifname[0])
		mnl_attr_put_strz(&m->h, IFLA_IFNAME, ifname);
	mnl_attr_put_u32(&m->h, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

static enum link_kind parse_kind(const struct nlattr *info, bool *ok)
{
	static const uint8_t sizes[IFLA_INFO_KIND + 1] = {0};
	const struct nlattr *tb[IFLA_INFO_KIND + 1];
	char kind[64];

	if (!nl_nested_attrs(info, sizes, IFLA_INFO_KIND, tb)) {
		*ok = false;
		return LINK_FOREIGN;
	}
	if (!tb[IFLA_INFO_KIND] || !nl_attr_string(tb[IFLA_INFO_KIND], kind, sizeof(kind)))
		return LINK_FOREIGN;
	if (strcmp(kind, WG_GENL_NAME) == 0)
		return LINK_WIREGUARD;
	return strcmp(kind, "tun") == 0 ? LINK_USERSPACE : LINK_FOREIGN;
}

bool link_parse(const struct nlmsghdr *h, struct link_state *ret)
{
	static const uint8_t sizes[IFLA_GROUP + 1] = {
		[IFLA_MTU] = sizeof(uint32_t), [IFLA_GROUP] = sizeof(uint32_t)};
	const struct nlattr *tb[IFLA_GROUP + 1];
	struct link_state l = {.kind = LINK_FOREIGN};
	const struct ifinfomsg *i;
	bool ok = true;

	if (h->nlmsg_type != RTM_NEWLINK || !nl_message_attrs(h, sizeof(*i), sizes, IFLA_GROUP, tb))
		return false;
	i = mnl_nlmsg_get_payload(h);
	if (i->ifi_index <= 0 || !tb[IFLA_IFNAME] ||
		!nl_attr_string(tb[IFLA_IFNAME], l.name, sizeof(l.name)))
		return false;
	l.ifindex = (uint32_t)i->ifi_index;
	l.up = i->ifi_flags & IFF_UP;
	if (tb[IFLA_MTU])
		l.mtu = mnl_attr_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_GROUP])
		l.group = mnl_attr_get_u32(tb[IFLA_GROUP]);
	if (tb[IFLA_LINKINFO])
		l.kind = parse_kind(tb[IFLA_LINKINFO], &ok);
	if (ok)
		*ret = l;
	return ok;
}
