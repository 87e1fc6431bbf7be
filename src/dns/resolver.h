/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This machine's resolver: which program decides who is asked for names, and telling it. Back-ends:
 * systemd-resolved over D-Bus (org.freedesktop.resolve1), openresolv's resolvconf (run without a
 * shell), or /etc/resolv.conf itself, replaced atomically and given back byte for byte.
 */
#ifndef WF_DNS_RESOLVER_H
#define WF_DNS_RESOLVER_H

#include "model/state.h"

/*
 * Which back-end this machine has, and the servers it uses outside of wf's tunnels: what the
 * resolver's own configuration says, never what wf has set. Asks no server. Debian's resolvconf
 * cannot make a server the only one: there /etc/resolv.conf, its symbolic link, is replaced.
 */
int resolver_detect(struct arena *a, enum resolver_backend *ret, struct err *e);
int resolver_upstream(struct arena *a, struct ip_addr **ret, size_t *ret_n, struct err *e);
/*
 * The same for who looks up names by himself: *ret_path is the resolv.conf(5) that holds outside of
 * wf's tunnels (it may not exist). *ret is NULL where the servers are those of that file.
 */
int resolver_outside(struct arena *a, const char **ret_path, struct ip_addr **ret, size_t *ret_n,
	struct err *e);

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
 * What outlives the kernel state is listed in WF_PERSIST_DIR (0700; files 0600). A replaced
 * /etc/resolv.conf is kept there as "resolv.conf":
 *   # wf.resolv/1 kind=file mode=0644 uid=0 gid=0 owner=COOKIE target=
 *   the bytes of the original
 * kind: file; link (to `target`, with everything but letters, digits and "/._-" as %XX; the bytes
 * are what the link led to); none (there was no file). owner: the network namespace it was done for,
 * SO_NETNS_COOKIE of socket(7). The first line is a comment of resolv.conf(5), so that c-ares reads
 * the file as it is. It is written before the replacement and removed after the restoring; what
 * stands in /etc is wf's exactly as long as it begins with the stamp "# wf: set for IFNAME". Without
 * the stamp the newer content is the truth and the kept one is dropped. A copy lies in /run/wf, for
 * when /var/lib/wf is removed before the tunnel.
 */
#define WF_STATE_DIR   "/var/lib/wf" /* the database's too, which wants it closed to others */
#define WF_PERSIST_DIR WF_STATE_DIR "/persist"

/* Whether something is kept, and for whom; false also when it cannot be read. */
bool resolver_kept(uint64_t *ret_owner);
/*
 * Puts right a resolv.conf that wf replaced and nobody stands for any more: `wanted` says that a
 * tunnel that is recorded wants it. *ret_done (may be NULL): something was put right.
 */
int resolver_repair(bool wanted, bool *ret_done, struct err *e);

#endif
