/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The executor on this machine: netlink, sysctls, the userspace implementation. */
#ifndef WF_APPLY_LOCAL_H
#define WF_APPLY_LOCAL_H

#include "apply/apply.h"
#include "net/change.h"

struct local {
	struct net *net; /* borrowed */
	struct key_source keys;
	bool (*cancelled)(void *ctx); /* asked while waiting for a handshake; may be NULL */
	void *ctx;
	/* What the firewall's table was like when wf last changed it (net_nft_digest); 0 = not known.
	 * The caller remembers it from command to command. */
	uint64_t firewall_digest;
	/* net_nft_generation from before that digest: while it is the same, so is the table. */
	uint64_t firewall_generation;
	bool firewall_changed; /* by an operation, since the caller last took the digest */
};
struct executor local_executor(struct local *l);

#endif
