/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canonical order of kernel objects, so that the same set always reads and compares the same.
 * Addresses keep their order within an interface: the first one is the source the kernel prefers.
 * Pure.
 */
#ifndef WF_PLAN_CANON_H
#define WF_PLAN_CANON_H

#include "model/state.h"

/* For qsort and bsearch; 0 = the same object. A route's slot (table, dst, metric) sorts first. */
int canon_route_cmp(const void *a, const void *b);	/* struct route_state */
int canon_route_slot_cmp(const void *a, const void *b); /* struct route_state, the slot only */
int canon_rule_cmp(const void *a, const void *b);	/* struct rule_state */
int canon_peer_cmp(const void *a, const void *b);	/* struct wg_peer, by public key */

typedef int canon_cmp(const void *a, const void *b);

/* As bsearch, for lists that may be empty. */
const void *canon_find(const void *key, const void *items, size_t n, size_t size, canon_cmp *cmp);

/*
 * Sorts every list of `s` in place and drops doubles. Of a sysctl named twice the higher value
 * stays. Links and devices are one per name.
 */
void canon_state(struct state *s);
/* Deep copies of the objects of `src` behind those of `dst`; the firewalls, which have no such union,
 * are let be. */
void canon_append(struct arena *a, const struct state *src, struct state *dst);
/* A deep copy of everything, in canonical order. */
void canon_copy(struct arena *a, const struct state *src, struct state *ret);

#endif
