/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathering facts: names first (without the lock), then what the kernel knows (under it). */
#ifndef WF_OPS_FACTS_H
#define WF_OPS_FACTS_H

#include "ops/host.h"

/*
 * Resolves the endpoints of the tunnel into ret->endpoints. Of several addresses the one that
 * `before` (may be NULL) already uses is taken when it is still among the answers, else the first
 * that can be reached.
 */
int facts_resolve(struct host *h, const struct tunnel *t, const struct contribution *before,
	struct facts *ret, struct err *e);
/* The rest. `before` is the contribution that is replaced, or NULL. */
int facts_gather(struct host *h, const struct tunnel *t, const struct contribution *before,
	struct facts *ret, struct err *e);
/*
 * Only the logins over SSH: of our own session, or of everybody's when there is none. Left out are
 * those that come through the tunnel `ifname` (may be NULL) itself.
 */
int facts_logins(struct host *h, const char *ifname, struct facts *ret, struct err *e);

#endif
