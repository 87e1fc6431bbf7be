/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets: messages of sock_diag(7), include/uapi/linux/inet_diag.h. Pure. */
#ifndef WF_NET_DIAG_H
#define WF_NET_DIAG_H

#include "model/facts.h"
#include "net/nl.h"

/* A dump of the established TCP sockets of one family. */
void diag_build_dump(struct nl_message *m, uint8_t family);
/* One socket as a value, IPv4 in IPv6 as IPv4. False for a malformed message. */
bool diag_parse(const struct nlmsghdr *h, struct fact_ssh *ret, uint64_t *ret_inode);

#endif
