// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table, or the way from one to another, as one transaction of nf_tables. Knows the order of the
 * messages; must not send anything. Keeps the invariant that a batch stands for itself: it applies
 * whether the table is there or not, but for changes of elements, which say what they start from.
 */
#include "fw/encode.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/object.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/str.h"

/* More than any message takes: encode_elems puts few elements into one. */
#define MESSAGE_ROOM 32768

void *encode_own(void *p)
{
	if (!p)
		err_oom();
	return p;
}

uint8_t encode_family(const struct fw_table *t)
{
	static const uint8_t families[] = {
		[FW_INET] = NFPROTO_INET, [FW_IP] = NFPROTO_IPV4, [FW_IP6] = NFPROTO_IPV6};

	return families[t->family];
}

int encode_verdict(enum fw_verdict_code code)
{
	static const int codes[] = {[FW_ACCEPT] = NF_ACCEPT,
		[FW_DROP] = NF_DROP,
		[FW_RETURN] = NFT_RETURN,
		[FW_JUMP] = NFT_JUMP,
		[FW_GOTO] = NFT_GOTO};

	return codes[code];
}

/* Zeroed beyond what is in use: the padding behind attributes is sent, too. */
static char *reserve(struct encode *x)
{
	if (x->cap - x->batch.len < MESSAGE_ROOM) {
		uint8_t *bytes;

		x->cap = 2 * x->cap + 2 * (size_t)MESSAGE_ROOM;
		bytes = arena_alloc(x->a, x->cap);
		if (x->batch.len)
			memcpy(bytes, x->batch.bytes, x->batch.len);
		x->batch.bytes = bytes;
	}
	return (char *)x->batch.bytes + x->batch.len;
}

struct nlmsghdr *encode_begin(struct encode *x, uint16_t type, uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(
		reserve(x), type, encode_family(x->t), NLM_F_ACK | flags, x->batch.messages + 1);
}

void encode_end(struct encode *x, const struct nlmsghdr *h)
{
	x->batch.len += MNL_ALIGN(h->nlmsg_len);
	x->batch.messages++;
}

static void put_edge(struct encode *x, uint16_t type, bool generation)
{
	char *at = reserve(x);
	struct nlmsghdr *h = mnl_nlmsg_put_header(at);
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST;
	h->nlmsg_seq = generation ? 0 : x->batch.messages + 1;
	g->nfgen_family = AF_UNSPEC;
	g->version = NFNETLINK_V0;
	g->res_id = htons(NFNL_SUBSYS_NFTABLES);
	if (generation) {
		mnl_attr_put_u32(h, NFNL_BATCH_GENID, 0);
		x->batch.genid_at = x->batch.len + h->nlmsg_len - sizeof(uint32_t);
	}
	x->batch.len += MNL_ALIGN(h->nlmsg_len);
}

static void begin(struct encode *x, struct arena *a, const struct fw_table *t)
{
	*x = (struct encode){.a = a, .t = t};
	put_edge(x, NFNL_MSG_BATCH_BEGIN, true);
}

static void finish(struct encode *x, struct fw_batch *ret)
{
	put_edge(x, NFNL_MSG_BATCH_END, false);
	*ret = x->batch;
}

static void put_table(struct encode *x, uint16_t type, uint16_t flags)
{
	struct nftnl_table *t = encode_own(nftnl_table_alloc());
	struct nlmsghdr *h = encode_begin(x, type, flags);

	nftnl_table_set_u32(t, NFTNL_TABLE_FAMILY, encode_family(x->t));
	nftnl_table_set_str(t, NFTNL_TABLE_NAME, x->t->name);
	if (type == NFT_MSG_NEWTABLE)
		nftnl_table_set_u32(t, NFTNL_TABLE_FLAGS, 0);
	nftnl_table_nlmsg_build_payload(h, t);
	nftnl_table_free(t);
	encode_end(x, h);
}

/* Made first, if it is not there: deleting what is not there would fail. */
static void put_removal(struct encode *x)
{
	put_table(x, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	put_table(x, NFT_MSG_DELTABLE, 0);
}

static void put_counter(struct encode *x, const char *name, const struct fw_counters *keep)
{
	struct nftnl_obj *o = encode_own(nftnl_obj_alloc());
	struct nlmsghdr *h = encode_begin(x, NFT_MSG_NEWOBJ, NLM_F_CREATE);
	uint64_t packets = 0, bytes = 0;

	if (keep)
		LIST_FOREACH (k, keep, items)
			if (str_eq(k->name, name)) {
				packets = k->packets;
				bytes = k->bytes;
			}
	nftnl_obj_set_str(o, NFTNL_OBJ_TABLE, x->t->name);
	nftnl_obj_set_str(o, NFTNL_OBJ_NAME, name);
	nftnl_obj_set_u32(o, NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
	nftnl_obj_set_u64(o, NFTNL_OBJ_CTR_PKTS, packets);
	nftnl_obj_set_u64(o, NFTNL_OBJ_CTR_BYTES, bytes);
	nftnl_obj_nlmsg_build_payload(h, o);
	nftnl_obj_free(o);
	encode_end(x, h);
}

static void put_chain(struct encode *x, const struct fw_chain *c)
{
	static const char *const types[] = {
		[FW_FILTER] = "filter", [FW_ROUTE] = "route", [FW_NAT] = "nat"};
	static const uint32_t hooks[] = {[FW_PREROUTING] = NF_INET_PRE_ROUTING,
		[FW_INPUT] = NF_INET_LOCAL_IN,
		[FW_FORWARD] = NF_INET_FORWARD,
		[FW_OUTPUT] = NF_INET_LOCAL_OUT,
		[FW_POSTROUTING] = NF_INET_POST_ROUTING};
	struct nftnl_chain *n = encode_own(nftnl_chain_alloc());
	struct nlmsghdr *h = encode_begin(x, NFT_MSG_NEWCHAIN, NLM_F_CREATE);

	nftnl_chain_set_str(n, NFTNL_CHAIN_TABLE, x->t->name);
	nftnl_chain_set_str(n, NFTNL_CHAIN_NAME, c->name);
	if (c->type != FW_REGULAR) {
		nftnl_chain_set_str(n, NFTNL_CHAIN_TYPE, types[c->type]);
		nftnl_chain_set_u32(n, NFTNL_CHAIN_HOOKNUM, hooks[c->hook]);
		nftnl_chain_set_s32(n, NFTNL_CHAIN_PRIO, c->priority);
		nftnl_chain_set_u32(n, NFTNL_CHAIN_POLICY, c->drop ? NF_DROP : NF_ACCEPT);
	}
	nftnl_chain_nlmsg_build_payload(h, n);
	nftnl_chain_free(n);
	encode_end(x, h);
}

/* What is in a table. Elements name chains, and rules name sets. */
static int put_content(struct encode *x, const struct fw_counters *keep, struct err *e)
{
	const struct fw_table *t = x->t;
	uint32_t id = 0;
	int r;

	LIST_FOREACH (c, t, counters)
		put_counter(x, c->name, keep);
	LIST_FOREACH (c, t, chains)
		put_chain(x, c);
	LIST_FOREACH (s, t, sets) {
		encode_set(x, s, ++id);
		encode_elems(x, NFT_MSG_NEWSETELEM, s, s->elems, s->n_elems, 0);
	}
	LIST_FOREACH (c, t, chains)
		LIST_FOREACH (rule, c, rules)
			if ((r = encode_rule(x, c, rule, e)))
				return r;
	return 0;
}

int fw_encode_create(struct arena *a, const struct fw_table *t, struct fw_batch *ret, struct err *e)
{
	struct encode x;
	int r;

	begin(&x, a, t);
	put_table(&x, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	r = put_content(&x, NULL, e);
	if (!r)
		finish(&x, ret);
	return r;
}

int fw_encode_replace(struct arena *a, const struct fw_table *t, const struct fw_counters *keep,
	struct fw_batch *ret, struct err *e)
{
	struct encode x;
	int r = 0;

	begin(&x, a, t);
	put_removal(&x);
	if (t->present) {
		put_table(&x, NFT_MSG_NEWTABLE, NLM_F_CREATE);
		r = put_content(&x, keep, e);
	}
	if (!r)
		finish(&x, ret);
	return r;
}

static bool same_elem(const struct fw_elem *a, const struct fw_elem *b)
{
	return memcmp(a->last, b->last, sizeof(a->last)) == 0 &&
		a->verdict.code == b->verdict.code && str_eq(a->verdict.chain, b->verdict.chain);
}

/* The elements of `a` that `b` has not, or not so; both are sorted. */
static void put_difference(
	struct encode *x, uint16_t type, const struct fw_set *a, const struct fw_set *b)
{
	struct {
		LIST(struct fw_elem, elems);
	} only = {0};
	size_t j = 0;

	for (size_t i = 0; i < a->n_elems; i++) {
		while (j < b->n_elems && fw_elem_cmp(&b->elems[j], &a->elems[i]) < 0)
			j++;
		if (j < b->n_elems && fw_elem_cmp(&b->elems[j], &a->elems[i]) == 0 &&
			same_elem(&b->elems[j], &a->elems[i]))
			continue;
		*LIST_PUSH(x->a, &only, elems) = a->elems[i];
	}
	encode_elems(x, type, a, only.elems, only.n_elems, 0);
}

int fw_encode_change(struct arena *a, const struct fw_table *from, const struct fw_table *to,
	bool *possible, struct fw_batch *ret, struct err *e)
{
	struct encode x;

	*possible = fw_table_same_rules(from, to);
	if (!*possible) {
		*ret = (struct fw_batch){0};
		return 0;
	}
	begin(&x, a, to);
	for (size_t i = 0; i < to->n_sets; i++)
		put_difference(&x, NFT_MSG_DELSETELEM, &from->sets[i], &to->sets[i]);
	for (size_t i = 0; i < to->n_sets; i++)
		put_difference(&x, NFT_MSG_NEWSETELEM, &to->sets[i], &from->sets[i]);
	finish(&x, ret);
	return 0;
}

int fw_encode_delete(struct arena *a, const char *table, struct fw_batch *ret, struct err *e)
{
	const struct fw_table t = {.family = FW_INET, .name = table};
	struct encode x;

	begin(&x, a, &t);
	put_removal(&x);
	finish(&x, ret);
	return 0;
}

static void put_lookup(
	struct encode *x, uint8_t family, const struct ip_addr *servers, size_t n, unsigned seconds)
{
	struct fw_set s = {.name = family == AF_INET ? "lookup4" : "lookup6",
		.type = {family == AF_INET ? FW_TYPE_IPV4 : FW_TYPE_IPV6},
		.n_parts = 1,
		.flags = FW_SET_TIMEOUT};
	const uint64_t ms = (uint64_t)seconds * 1000;

	for (size_t i = 0; i < n; i++)
		if (servers[i].family == family)
			memcpy(LIST_PUSH(x->a, &s, elems)->key, servers[i].b, ip_bits(family) / 8);
	fw_set_sort(&s);
	/* One that is there keeps its old time, so it goes first; and to go it has to be there. */
	encode_elems(x, NFT_MSG_NEWSETELEM, &s, s.elems, s.n_elems, ms);
	encode_elems(x, NFT_MSG_DELSETELEM, &s, s.elems, s.n_elems, 0);
	encode_elems(x, NFT_MSG_NEWSETELEM, &s, s.elems, s.n_elems, ms);
}

int fw_encode_lookup(struct arena *a, const struct ip_addr *servers, size_t n, unsigned seconds,
	struct fw_batch *ret, struct err *e)
{
	static const struct fw_table t = {.family = FW_INET, .name = FW_TABLE};
	struct encode x;

	begin(&x, a, &t);
	put_lookup(&x, AF_INET, servers, n, seconds);
	put_lookup(&x, AF_INET6, servers, n, seconds);
	finish(&x, ret);
	return 0;
}
