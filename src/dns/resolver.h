/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This machine's resolver: which program decides who is asked for names, and telling it. Back-ends:
 * systemd-resolved over D-Bus (org.freedesktop.resolve1), resolvconf (openresolv or Debian's, run
 * without a shell), or /etc/resolv.conf itself, replaced atomically and given back byte for byte.
 */
#ifndef WF_DNS_RESOLVER_H
#define WF_DNS_RESOLVER_H

#include "model/state.h"

/*
 * Which back-end this machine has, and the servers it uses outside of wf's tunnels: what the
 * resolver's own configuration says, never what wf has set. Asks no server.
 */
int resolver_detect(struct arena *a, enum resolver_backend *ret, struct err *e);
int resolver_upstream(struct arena *a, struct ip_addr **ret, size_t *ret_n, struct err *e);

/*
 * What is set for the slot (backend and ifname of `slot`); *ret has backend NONE when nothing is, or
 * when something else is there that wf did not set.
 */
int resolver_read(struct arena *a, const struct resolver_state *slot, struct resolver_state *ret,
	struct err *e);
/* Sets it, whatever of wf's is set for that slot. */
int resolver_set(const struct resolver_state *r, struct err *e);
/* Takes it away; that nothing is set, or that the link is gone, is no error. */
int resolver_unset(const struct resolver_state *slot, struct err *e);

/*
 * What outlives the kernel state is listed in WF_PERSIST_DIR. Puts right a resolv.conf that wf
 * replaced and nobody stands for any more: `wanted` says that a tunnel that is recorded wants it.
 * *ret_done (may be NULL): something was put right.
 */
#define WF_PERSIST_DIR "/var/lib/wf/persist"
int resolver_repair(bool wanted, bool *ret_done, struct err *e);

#endif
