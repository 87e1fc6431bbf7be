/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hosts file, hosts(5). */
#ifndef WF_DNS_HOSTS_H
#define WF_DNS_HOSTS_H

#include "dns/lookup.h"

/*
 * Appends the addresses the file has for the name, in its order; IPv6 ones only when asked for. A
 * file that is not there or cannot be read has none.
 */
void hosts_find(
	struct arena *a, const char *path, const char *host, bool ipv6, struct lookup_result *ret);

#endif
