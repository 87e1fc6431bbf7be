// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets, maps and their elements as messages. Knows nft(8)'s private numbers of types and what it
 * notes in a set's user data, without which it could not list the set; must not know what the sets
 * are for. Invariant: an interval is sent as nft does, as its first value and the first beyond.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter/nf_tables.h>

#include "fw/encode.h"

#define ELEMS_PER_MESSAGE 128

/* nft's enum datatypes (its include/datatype.h); in a concatenation each takes six bits. */
static const uint32_t datatypes[] = {
	[FW_TYPE_IPV4] = 7,
	[FW_TYPE_IPV6] = 8,
	[FW_TYPE_NFPROTO] = 2,
	[FW_TYPE_PROTO] = 12,
	[FW_TYPE_PORT] = 13,
	[FW_TYPE_IFNAME] = 41,
	[FW_TYPE_MARK] = 19,
	[FW_TYPE_UID] = 24,
	[FW_TYPE_ICMPV6] = 29,
	[FW_TYPE_TCP_FLAGS] = 15,
	[FW_TYPE_CT_STATE] = 26,
};

/* NFTNL_UDATA_SET_KEYBYTEORDER: nft's enum byteorder. */
enum { ORDER_NONE, ORDER_HOST, ORDER_NETWORK };

static uint32_t byte_order(const struct fw_set *s)
{
	static const uint8_t orders[] = {
		[FW_TYPE_IPV4] = ORDER_NETWORK,
		[FW_TYPE_IPV6] = ORDER_NETWORK,
		[FW_TYPE_NFPROTO] = ORDER_HOST,
		[FW_TYPE_PROTO] = ORDER_NETWORK,
		[FW_TYPE_PORT] = ORDER_NETWORK,
		[FW_TYPE_IFNAME] = ORDER_HOST,
		[FW_TYPE_MARK] = ORDER_HOST,
		[FW_TYPE_UID] = ORDER_HOST,
		[FW_TYPE_ICMPV6] = ORDER_NETWORK,
		[FW_TYPE_TCP_FLAGS] = ORDER_HOST,
		[FW_TYPE_CT_STATE] = ORDER_HOST,
	};

	return s->n_parts > 1 ? ORDER_NONE : orders[s->type[0]];
}

static void put_user_data(struct nftnl_set *n, uint32_t order)
{
	struct nftnl_udata_buf *u = encode_own(nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN));

	nftnl_udata_put_u32(u, NFTNL_UDATA_SET_KEYBYTEORDER, order);
	nftnl_set_set_data(n, NFTNL_SET_USERDATA, nftnl_udata_buf_data(u), nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

static uint32_t set_flags(const struct fw_set *s)
{
	return (s->flags & FW_SET_CONSTANT ? NFT_SET_CONSTANT : 0) |
		(s->flags & FW_SET_INTERVAL ? NFT_SET_INTERVAL : 0) |
		(s->flags & FW_SET_TIMEOUT ? NFT_SET_TIMEOUT : 0) |
		(s->flags & FW_SET_VERDICTS ? NFT_SET_MAP : 0);
}

static struct nftnl_set *make_set(const struct encode *x, const struct fw_set *s)
{
	struct nftnl_set *n = encode_own(nftnl_set_alloc());

	nftnl_set_set_str(n, NFTNL_SET_TABLE, x->t->name);
	nftnl_set_set_str(n, NFTNL_SET_NAME, s->name);
	return n;
}

void encode_set(struct encode *x, const struct fw_set *s, uint32_t id)
{
	struct nlmsghdr *h = encode_begin(x, NFT_MSG_NEWSET, NLM_F_CREATE);
	struct nftnl_set *n = make_set(x, s);
	uint32_t type = 0;

	for (unsigned i = 0; i < s->n_parts; i++)
		type = type << 6 | datatypes[s->type[i]];
	nftnl_set_set_u32(n, NFTNL_SET_FLAGS, set_flags(s));
	nftnl_set_set_u32(n, NFTNL_SET_KEY_TYPE, type);
	nftnl_set_set_u32(n, NFTNL_SET_KEY_LEN, fw_set_key_size(s));
	nftnl_set_set_u32(n, NFTNL_SET_ID, id);
	if (s->flags & FW_SET_VERDICTS) {
		nftnl_set_set_u32(n, NFTNL_SET_DATA_TYPE, NFT_DATA_VERDICT);
		nftnl_set_set_u32(n, NFTNL_SET_DATA_LEN, 0);
	}
	put_user_data(n, byte_order(s));
	nftnl_set_nlmsg_build_payload(h, n);
	nftnl_set_free(n);
	encode_end(x, h);
}

static struct nftnl_set_elem *add_elem(
	struct nftnl_set *n, const struct fw_set *s, const uint8_t *key)
{
	struct nftnl_set_elem *m = encode_own(nftnl_set_elem_alloc());

	nftnl_set_elem_set(m, NFTNL_SET_ELEM_KEY, key, fw_set_key_size(s));
	nftnl_set_elem_add(n, m);
	return m;
}

/* That there is no end: nft would else list the range as reaching to the last value but one. */
static void put_open(struct nftnl_set_elem *m)
{
	struct nftnl_udata_buf *u = encode_own(nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN));

	nftnl_udata_put_u32(u, NFTNL_UDATA_SET_ELEM_FLAGS, NFTNL_SET_ELEM_F_INTERVAL_OPEN);
	nftnl_set_elem_set(
		m, NFTNL_SET_ELEM_USERDATA, nftnl_udata_buf_data(u), nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

static void add_interval(struct nftnl_set *n, const struct fw_set *s, const struct fw_elem *e)
{
	struct nftnl_set_elem *first = add_elem(n, s, e->key);
	unsigned size = fw_set_key_size(s), i = size;
	uint8_t beyond[sizeof(e->last)];

	memcpy(beyond, e->last, sizeof(beyond));
	while (i && ++beyond[i - 1] == 0)
		i--;
	if (i)
		nftnl_set_elem_set_u32(
			add_elem(n, s, beyond), NFTNL_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
	else
		put_open(first);
}

static void add_plain(struct nftnl_set *n, const struct fw_set *s, const struct fw_elem *e,
	bool added, uint64_t timeout)
{
	struct nftnl_set_elem *m = add_elem(n, s, e->key);

	if (timeout)
		nftnl_set_elem_set_u64(m, NFTNL_SET_ELEM_TIMEOUT, timeout);
	if (added && s->flags & FW_SET_VERDICTS) {
		nftnl_set_elem_set_u32(
			m, NFTNL_SET_ELEM_VERDICT, (uint32_t)encode_verdict(e->verdict.code));
		if (e->verdict.chain)
			nftnl_set_elem_set_str(m, NFTNL_SET_ELEM_CHAIN, e->verdict.chain);
	}
}

void encode_elems(struct encode *x, uint16_t type, const struct fw_set *s,
	const struct fw_elem *elems, size_t n, uint64_t timeout)
{
	bool added = type == NFT_MSG_NEWSETELEM;

	while (n) {
		struct nlmsghdr *h = encode_begin(x, type, added ? NLM_F_CREATE : 0);
		size_t some = n < ELEMS_PER_MESSAGE ? n : ELEMS_PER_MESSAGE;
		struct nftnl_set *set = make_set(x, s);

		for (size_t i = 0; i < some; i++)
			if (s->flags & FW_SET_INTERVAL)
				add_interval(set, s, &elems[i]);
			else
				add_plain(set, s, &elems[i], added, timeout);
		nftnl_set_elems_nlmsg_build_payload(h, set);
		nftnl_set_free(set);
		encode_end(x, h);
		elems += some;
		n -= some;
	}
}
