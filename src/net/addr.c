// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses as rtnetlink messages. Knows the attributes of RTM_*ADDR
 * (include/uapi/linux/if_addr.h); must not send anything. Keeps the invariant that an address of wf
 * brings no route of its own: which prefixes go into a tunnel is said by its allowed IPs only.
 */
#include "net/addr.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

static void build(struct nl_message *m, uint16_t type, uint16_t flags, uint32_t ifindex,
	const struct ip_prefix *p)
{
	struct ifaddrmsg *i =
		nl_message_begin(m, type, NLM_F_ACK | flags, sizeof(struct ifaddrmsg));
	size_t len = ip_bits(p->addr.family) / 8;

	i->ifa_family = p->addr.family;
	i->ifa_prefixlen = p->len;
	i->ifa_index = ifindex;
	mnl_attr_put(&m->h, IFA_LOCAL, len, p->addr.b);
	mnl_attr_put(&m->h, IFA_ADDRESS, len, p->addr.b);
}

void addr_build_add(struct nl_message *m, uint32_t ifindex, const struct ip_prefix *p)
{
	uint32_t flags = IFA_F_NOPREFIXROUTE;

	if (p->addr.family == AF_INET6)
		flags |= IFA_F_NODAD;
	build(m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, ifindex, p);
	mnl_attr_put_u32(&m->h, IFA_FLAGS, flags);
}

void addr_build_del(struct nl_message *m, uint32_t ifindex, const struct ip_prefix *p)
{
	build(m, RTM_DELADDR, 0, ifindex, p);
}

void addr_build_dump(struct nl_message *m, uint8_t family, uint32_t ifindex)
{
	struct ifaddrmsg *i = nl_message_begin(m, RTM_GETADDR, 0, sizeof(struct ifaddrmsg));

	i->ifa_family = family;
	i->ifa_index = ifindex;
}

static void copy_addr(const struct nlattr *attr, uint8_t family, struct ip_addr *ret)
{
	ret->family = family;
	memcpy(ret->b, mnl_attr_get_payload(attr), ip_bits(family) / 8);
}

static bool is_link_local(const struct ip_addr *a)
{
	return a->family == AF_INET6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

bool addr_parse(const struct nlmsghdr *h, struct addr_info *ret)
{
	static const uint8_t sizes4[IFA_FLAGS + 1] = {
		[IFA_ADDRESS] = 4, [IFA_LOCAL] = 4, [IFA_FLAGS] = sizeof(uint32_t)};
	static const uint8_t sizes6[IFA_FLAGS + 1] = {
		[IFA_ADDRESS] = 16, [IFA_LOCAL] = 16, [IFA_FLAGS] = sizeof(uint32_t)};
	const struct nlattr *tb[IFA_FLAGS + 1];
	struct addr_info a = {0};
	const struct ifaddrmsg *i;
	uint32_t flags;

	if (h->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(h) < sizeof(*i))
		return false;
	i = mnl_nlmsg_get_payload(h);
	if (!ip_bits(i->ifa_family) || i->ifa_prefixlen > ip_bits(i->ifa_family) ||
		!nl_message_attrs(
			h, sizeof(*i), i->ifa_family == AF_INET ? sizes4 : sizes6, IFA_FLAGS, tb) ||
		!tb[IFA_ADDRESS])
		return false;
	a.ifindex = i->ifa_index;
	a.local.len = a.net.len = i->ifa_prefixlen;
	copy_addr(tb[IFA_ADDRESS], i->ifa_family, &a.net.addr);
	copy_addr(tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS], i->ifa_family, &a.local.addr);
	ip_prefix_mask(&a.net);
	flags = tb[IFA_FLAGS] ? mnl_attr_get_u32(tb[IFA_FLAGS]) : i->ifa_flags;
	a.by_kernel = is_link_local(&a.local.addr) && !(flags & IFA_F_NOPREFIXROUTE);
	*ret = a;
	return true;
}
