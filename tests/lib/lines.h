/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intents, facts and kernel objects as lines of text, for scenario tests. See tests/scenario/README
 * for what each line may hold. A line that is not understood ends the program with its words.
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

/* "tunnel NAME …" and "peer NAME …"; a second line for the same one changes what it names. */
bool lines_intent(struct arena *a, const char *line, struct intents *to);
/* "endpoint …", "default-mtu …", "local …", "ssh …", "no-ipv6 …", "no-kernel-wireguard" */
bool lines_fact(struct arena *a, const char *line, struct facts *to);
/* A line as text_state writes it, put into `to`. */
bool lines_state(struct arena *a, const char *line, struct state *to);

/* "server1" gives the key whose text is "server1AAAA…=". */
struct wg_key lines_key(const char *name);

#endif
