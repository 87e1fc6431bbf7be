// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of a table, carried out on a described packet: what nf_tables would do, without it. */
#include "walk.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum outcome { GO_ON, ACCEPTED, DROPPED, RETURNED };

struct run {
	const struct fw_table *t;
	struct packet p; /* with the marks as they are now */
	struct walk *w;
};

static void put(uint8_t *key, unsigned *at, const void *bytes, unsigned size)
{
	memcpy(key + *at, bytes, size);
	*at += (size + 3) & ~3u;
}

/* The value of a field; false: the packet has none, and the rule ends. */
static bool field(const struct packet *p, enum fw_field f, uint8_t out[16])
{
	uint32_t fib[] = {
		p->saddr_local ? RTN_LOCAL : RTN_UNICAST, p->daddr_local ? RTN_LOCAL : RTN_UNICAST};
	uint8_t nfproto = p->saddr.family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;
	uint16_t port = htons(f == FW_SPORT ? p->sport : p->dport);
	uint32_t iif = p->iif[0] ? 2 : 0;

	memset(out, 0, 16);
	switch (f) {
	case FW_NFPROTO: out[0] = nfproto; return true;
	case FW_IIF: memcpy(out, &iif, 4); return true;
	case FW_IIFNAME: memcpy(out, p->iif, strlen(p->iif)); return true;
	case FW_OIFNAME: memcpy(out, p->oif, strlen(p->oif)); return true;
	case FW_MARK: memcpy(out, &p->mark, 4); return true;
	case FW_SKUID: memcpy(out, &p->uid, 4); return true;
	case FW_L4PROTO: out[0] = p->l4proto; return true;
	case FW_SADDR4:
	case FW_SADDR6: memcpy(out, p->saddr.b, 16); return true;
	case FW_DADDR4:
	case FW_DADDR6: memcpy(out, p->daddr.b, 16); return true;
	case FW_HOPLIMIT: out[0] = p->hoplimit; return true;
	case FW_SPORT:
	case FW_DPORT: memcpy(out, &port, 2); return true;
	case FW_TCP_FLAGS: out[0] = p->tcp_flags; return true;
	case FW_ICMPV6_TYPE: out[0] = p->icmpv6_type; return true;
	case FW_CT_STATE: memcpy(out, &p->ct_state, 4); return true;
	case FW_CT_STATUS: memcpy(out, &p->ct_status, 4); return true;
	case FW_CT_MARK: memcpy(out, &p->ct_mark, 4); return true;
	case FW_CT_DIRECTION: out[0] = p->ct_direction; return true;
	case FW_SADDR_TYPE: memcpy(out, &fib[0], 4); return true;
	case FW_DADDR_TYPE: memcpy(out, &fib[1], 4); return true;
	case FW_CGROUP: return false;
	}
	return false;
}

static const struct fw_elem *find(const struct fw_set *s, const uint8_t *key)
{
	unsigned size = fw_set_key_size(s);

	LIST_FOREACH (e, s, elems) {
		if (s->flags & FW_SET_INTERVAL
				? memcmp(e->key, key, size) <= 0 && memcmp(e->last, key, size) >= 0
				: memcmp(e->key, key, size) == 0)
			return e;
	}
	return NULL;
}

static const struct fw_elem *lookup(struct run *r, const struct fw_expr *e)
{
	const struct fw_set *s = fw_set_find(r->t, e->name);
	uint8_t key[FW_KEY_SIZE] = {0}, value[16];
	unsigned at = 0;

	if (!s)
		abort();
	for (unsigned i = 0; i < e->n_fields; i++) {
		enum fw_type t = fw_field_type(e->field[i]);

		/* A set of another type than what is looked up in it would not load. */
		if (t != s->type[i] || e->n_fields != s->n_parts)
			abort();
		r->w->cost++;
		field(&r->p, e->field[i], value);
		if (t == FW_TYPE_UID && s->flags & FW_SET_INTERVAL) {
			uint32_t be = htonl(r->p.uid);

			r->w->cost++;
			memcpy(value, &be, 4);
		}
		put(key, &at, value, fw_type_size(t));
	}
	r->w->cost++;
	return find(s, key);
}

static bool equal_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

static bool match(struct run *r, const struct fw_expr *e)
{
	enum fw_field f = e->field[0];
	uint8_t value[16];
	bool holds;

	if (f == FW_CGROUP || !e->name) {
		r->w->cost++;
		if (!field(&r->p, f, value))
			return false;
		r->w->cost++;
		if (f == FW_CT_STATE || f == FW_CT_STATUS) {
			uint32_t have, want;

			r->w->cost++;
			memcpy(&have, value, 4);
			memcpy(&want, e->value, 4);
			holds = have & want;
		} else if (e->prefix_len) {
			r->w->cost += e->prefix_len % 8 != 0;
			holds = equal_bits(value, e->value, e->prefix_len);
		} else {
			holds = memcmp(value, e->value, fw_type_size(fw_field_type(f))) == 0;
		}
	} else {
		holds = lookup(r, e) != NULL;
	}
	return holds != e->inverted;
}

static enum outcome chain(struct run *r, const struct fw_chain *c);

static enum outcome verdict(struct run *r, const struct fw_chain *from, const struct fw_verdict *v)
{
	enum outcome o;

	switch (v->code) {
	case FW_ACCEPT: return ACCEPTED;
	case FW_DROP: r->w->chain = from->name; return DROPPED;
	case FW_RETURN: return RETURNED;
	case FW_JUMP:
	case FW_GOTO:
		LIST_FOREACH (c, r->t, chains)
			if (str_eq(c->name, v->chain)) {
				o = chain(r, c);
				if (o == ACCEPTED || o == DROPPED)
					return o;
				return v->code == FW_GOTO ? RETURNED : GO_ON;
			}
		abort();
	}
	return GO_ON;
}

/* One expression; *holds: the rule goes on. */
static enum outcome step(
	struct run *r, const struct fw_chain *c, const struct fw_expr *e, bool *holds)
{
	const struct fw_elem *found;

	*holds = true;
	switch (e->kind) {
	case FW_MATCH: *holds = match(r, e); return GO_ON;
	case FW_VMAP:
		found = lookup(r, e);
		*holds = found != NULL;
		return found ? verdict(r, c, &found->verdict) : GO_ON;
	case FW_COUNT: r->w->cost++; return GO_ON;
	case FW_REJECT:
		r->w->cost++;
		r->w->rejected = true;
		r->w->chain = c->name;
		return DROPPED;
	case FW_SET_MARK:
		r->w->cost += 2;
		r->p.mark = e->mark;
		return GO_ON;
	case FW_SET_CT_MARK:
		r->w->cost += 2;
		r->p.ct_mark = e->mark;
		return GO_ON;
	case FW_DNAT:
	case FW_SNAT:
	case FW_MASQUERADE:
		r->w->cost += e->kind == FW_MASQUERADE ? 1 : 2 + (e->to.port != 0);
		r->w->translated = true;
		return ACCEPTED;
	case FW_MAXSEG: r->w->cost += 3; return GO_ON;
	case FW_VERDICT: r->w->cost++; return verdict(r, c, &e->verdict);
	}
	return GO_ON;
}

static enum outcome chain(struct run *r, const struct fw_chain *c)
{
	LIST_FOREACH (rule, c, rules) {
		bool holds = true;

		for (size_t i = 0; i < rule->n_exprs && holds; i++) {
			enum outcome o = step(r, c, &rule->exprs[i], &holds);

			if (o != GO_ON)
				return o;
		}
	}
	return GO_ON;
}

void walk(const struct fw_table *t, enum fw_hook hook, const struct packet *p, struct walk *ret)
{
	struct run r = {.t = t, .p = *p, .w = ret};

	*ret = (struct walk){0};
	for (int prio = -400; prio <= 400 && !ret->dropped; prio++)
		LIST_FOREACH (c, t, chains) {
			enum outcome o;

			if (c->type == FW_REGULAR || c->hook != hook || c->priority != prio ||
				(c->type == FW_NAT && !p->first))
				continue;
			o = chain(&r, c);
			if (o == DROPPED || (o != ACCEPTED && c->drop)) {
				ret->dropped = true;
				ret->chain = ret->chain ? ret->chain : c->name;
				break;
			}
		}
	ret->mark = r.p.mark;
	ret->ct_mark = r.p.ct_mark;
}
