/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intents, facts and kernel objects as lines of text, for scenario tests. A line that is not
 * understood is refused, by false or by the end of the program with its words.
 */
#ifndef TESTS_LINES_H
#define TESTS_LINES_H

#include "model/facts.h"
#include "model/plan.h"
#include "model/tunnel.h"

struct intents {
	LIST(struct tunnel, tunnels);
};

struct tunnel *intents_find(const struct intents *in, const char *name);

/*
 * policy TUNNEL PATTERN {VARIABLES}    a row of command_pair; policy TUNNEL none: no more rows
 * tunnel NAME [address=A,…] [dns=A,…] [search=D,…] [key=K] [mtu=N] [port=N] [fwmark=N] [table=auto|off|N]
 *             [ifname=I] [via=I] [no-keep-ssh]              ifname is "wg-NAME", key NAME by
 * default peer TUNNEL KEY [endpoint=HOST:PORT] [allowed=P,…] [keepalive=N] [psk=K] A second line
 * for the same tunnel or peer changes what it names; "+KEY" adds a second section of that key,
 * "-KEY" removes the peer.
 */
bool lines_intent(struct arena *a, const char *line, struct intents *to);
/*
 * endpoint HOST:PORT ADDR:PORT|none [dev=I] [mtu=N] [strict]      dev eth0, mtu 1500 by default
 * resolver none|resolved|resolvconf|file   upstream ADDR   bridge NAME
 * default-mtu N    local PREFIX    ssh LOCAL:PORT PEER:PORT    no-ssh
 * no-ipv6 SYSCTL   no-kernel-wireguard
 */
bool lines_fact(struct arena *a, const char *line, struct facts *to);
/* A line as text_state writes it: link, addr, route, rule, sysctl; put into `to`. */
bool lines_state(struct arena *a, const char *line, struct state *to);

/* "server1" gives the key whose text is "server1AAAA…=". */
struct wg_key lines_key(const char *name);

#endif
