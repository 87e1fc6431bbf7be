// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables as values: making, ordering, comparing. Knows the sizes and the layout of keys; must not
 * know what the rules are for (build*.c), how they are written (text.c) or sent (encode*.c). Keeps
 * the invariant that equal sets have equal element arrays: sorted, without doubles.
 */
#include "fw/table.h"

#include <stdlib.h>
#include "base/str.h"

static const enum fw_type fields[] = {
	[FW_NFPROTO] = FW_TYPE_NFPROTO,
	[FW_IIF] = FW_TYPE_MARK,
	[FW_IIFNAME] = FW_TYPE_IFNAME,
	[FW_OIFNAME] = FW_TYPE_IFNAME,
	[FW_MARK] = FW_TYPE_MARK,
	[FW_SKUID] = FW_TYPE_UID,
	[FW_L4PROTO] = FW_TYPE_PROTO,
	[FW_SADDR4] = FW_TYPE_IPV4,
	[FW_DADDR4] = FW_TYPE_IPV4,
	[FW_SADDR6] = FW_TYPE_IPV6,
	[FW_DADDR6] = FW_TYPE_IPV6,
	[FW_HOPLIMIT] = FW_TYPE_PROTO,
	[FW_SPORT] = FW_TYPE_PORT,
	[FW_DPORT] = FW_TYPE_PORT,
	[FW_TCP_FLAGS] = FW_TYPE_TCP_FLAGS,
	[FW_ICMPV6_TYPE] = FW_TYPE_ICMPV6,
	[FW_CT_STATE] = FW_TYPE_CT_STATE,
	[FW_CT_STATUS] = FW_TYPE_CT_STATE,
	[FW_CT_MARK] = FW_TYPE_MARK,
	[FW_CT_DIRECTION] = FW_TYPE_PROTO,
	[FW_SADDR_TYPE] = FW_TYPE_MARK,
	[FW_DADDR_TYPE] = FW_TYPE_MARK,
	[FW_CGROUP] = FW_TYPE_MARK,
};

enum fw_type fw_field_type(enum fw_field f)
{
	return fields[f];
}

unsigned fw_type_size(enum fw_type t)
{
	static const uint8_t sizes[] = {
		[FW_TYPE_IPV4] = 4,
		[FW_TYPE_IPV6] = 16,
		[FW_TYPE_NFPROTO] = 1,
		[FW_TYPE_PROTO] = 1,
		[FW_TYPE_PORT] = 2,
		[FW_TYPE_IFNAME] = FW_IFNAME_SIZE,
		[FW_TYPE_MARK] = 4,
		[FW_TYPE_UID] = 4,
		[FW_TYPE_ICMPV6] = 1,
		[FW_TYPE_TCP_FLAGS] = 1,
		[FW_TYPE_CT_STATE] = 4,
	};

	return sizes[t];
}

static unsigned padded(unsigned size)
{
	return (size + 3) & ~3u;
}

unsigned fw_set_key_size(const struct fw_set *s)
{
	unsigned sum = 0;

	if (s->n_parts == 1)
		return fw_type_size(s->type[0]);
	for (unsigned i = 0; i < s->n_parts; i++)
		sum += padded(fw_type_size(s->type[i]));
	return sum;
}

const struct fw_set *fw_set_find(const struct fw_table *t, const char *name)
{
	LIST_FOREACH (s, t, sets)
		if (str_eq(s->name, name))
			return s;
	return NULL;
}

struct fw_set *fw_set_add(struct arena *a, struct fw_table *t, const char *name, unsigned flags,
	const enum fw_type *types, unsigned n)
{
	struct fw_set *s = LIST_PUSH(a, t, sets);

	s->name = name;
	s->flags = flags;
	s->n_parts = n;
	memcpy(s->type, types, n * sizeof(*types));
	return s;
}

void fw_key_put(struct fw_elem *e, unsigned *at, const void *bytes, unsigned size)
{
	memcpy(e->key + *at, bytes, size);
	*at += padded(size);
}

int fw_elem_cmp(const struct fw_elem *a, const struct fw_elem *b)
{
	return memcmp(a->key, b->key, sizeof(a->key));
}

static int cmp(const void *a, const void *b)
{
	const struct fw_elem *x = a, *y = b;
	int r = fw_elem_cmp(x, y);

	/* Of intervals with the same start the widest comes first; of doubles the mildest. */
	if (!r)
		r = memcmp(y->last, x->last, sizeof(x->last));
	return r ? r : (int)x->verdict.code - (int)y->verdict.code;
}

void fw_set_sort(struct fw_set *s)
{
	bool interval = s->flags & FW_SET_INTERVAL;
	size_t n = 0;

	if (s->n_elems)
		qsort(s->elems, s->n_elems, sizeof(*s->elems), cmp);
	for (size_t i = 0; i < s->n_elems; i++) {
		struct fw_elem *prev = n ? &s->elems[n - 1] : NULL;

		if (prev && !interval && fw_elem_cmp(prev, &s->elems[i]) == 0)
			continue;
		if (prev && interval &&
			memcmp(s->elems[i].key, prev->last, sizeof(prev->last)) <= 0) {
			/* Prefixes only nest; ranges may reach farther. */
			if (memcmp(s->elems[i].last, prev->last, sizeof(prev->last)) > 0)
				memcpy(prev->last, s->elems[i].last, sizeof(prev->last));
			continue;
		}
		s->elems[n++] = s->elems[i];
	}
	s->n_elems = n;
}

struct fw_chain *fw_chain_add(struct arena *a, struct fw_table *t, const char *name)
{
	struct fw_chain *c = LIST_PUSH(a, t, chains);

	c->name = name;
	return c;
}

struct fw_chain *fw_chain_add_base(struct arena *a, struct fw_table *t, const char *name,
	enum fw_chain_type type, enum fw_hook hook, int priority, bool drop)
{
	struct fw_chain *c = fw_chain_add(a, t, name);

	c->type = type;
	c->hook = hook;
	c->priority = priority;
	c->drop = drop;
	return c;
}

void fw_rule_add(struct arena *a, struct fw_chain *c, const struct fw_expr *e, size_t n)
{
	struct fw_rule *r = LIST_PUSH(a, c, rules);

	for (size_t i = 0; i < n; i++)
		*LIST_PUSH(a, r, exprs) = e[i];
}

static bool same_verdict(const struct fw_verdict *a, const struct fw_verdict *b)
{
	return a->code == b->code && str_eq(a->chain, b->chain);
}

static bool same_expr(const struct fw_expr *a, const struct fw_expr *b)
{
	return a->kind == b->kind && a->n_fields == b->n_fields &&
		memcmp(a->field, b->field, sizeof(a->field)) == 0 && a->inverted == b->inverted &&
		str_eq(a->name, b->name) && memcmp(a->value, b->value, sizeof(a->value)) == 0 &&
		a->prefix_len == b->prefix_len && a->mark == b->mark && a->reject == b->reject &&
		ip_endpoint_equal(&a->to, &b->to) && same_verdict(&a->verdict, &b->verdict);
}

static bool same_rule(const struct fw_rule *a, const struct fw_rule *b)
{
	if (a->n_exprs != b->n_exprs)
		return false;
	for (size_t i = 0; i < a->n_exprs; i++)
		if (!same_expr(&a->exprs[i], &b->exprs[i]))
			return false;
	return true;
}

static bool same_chain(const struct fw_chain *a, const struct fw_chain *b)
{
	if (!str_eq(a->name, b->name) || a->type != b->type || a->hook != b->hook ||
		a->priority != b->priority || a->drop != b->drop || a->n_rules != b->n_rules)
		return false;
	for (size_t i = 0; i < a->n_rules; i++)
		if (!same_rule(&a->rules[i], &b->rules[i]))
			return false;
	return true;
}

static bool same_set(const struct fw_set *a, const struct fw_set *b)
{
	return str_eq(a->name, b->name) && a->flags == b->flags && a->n_parts == b->n_parts &&
		memcmp(a->type, b->type, a->n_parts * sizeof(*a->type)) == 0;
}

bool fw_table_same_rules(const struct fw_table *a, const struct fw_table *b)
{
	if (a->family != b->family || !str_eq(a->name, b->name) || a->present != b->present ||
		a->n_counters != b->n_counters || a->n_sets != b->n_sets ||
		a->n_chains != b->n_chains)
		return false;
	for (size_t i = 0; i < a->n_counters; i++)
		if (!str_eq(a->counters[i].name, b->counters[i].name))
			return false;
	for (size_t i = 0; i < a->n_sets; i++)
		if (!same_set(&a->sets[i], &b->sets[i]))
			return false;
	for (size_t i = 0; i < a->n_chains; i++)
		if (!same_chain(&a->chains[i], &b->chains[i]))
			return false;
	return true;
}
