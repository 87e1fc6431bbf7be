/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links: messages of rtnetlink (rtnetlink(7), include/uapi/linux/if_link.h). Pure. */
#ifndef WF_NET_LINK_H
#define WF_NET_LINK_H

#include "model/state.h"
#include "net/nl.h"

/* Makes a WireGuard link with its group from the first moment on; it is down. */
void link_build_add(struct nl_message *m, const struct link_state *l);
/* Up or down, MTU and group: a link that a userspace implementation made has neither yet. */
void link_build_set(struct nl_message *m, uint32_t ifindex, const struct link_state *l);
void link_build_del(struct nl_message *m, uint32_t ifindex);
/* By name, or with an empty name by index. */
void link_build_get(struct nl_message *m, const char *ifname, uint32_t ifindex);

/* RTM_NEWLINK as a value. False for a malformed message. Kind "tun" gives LINK_USERSPACE. */
bool link_parse(const struct nlmsghdr *h, struct link_state *ret);

#endif
