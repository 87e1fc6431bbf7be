// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A number for all of table `inet wf` as the kernel lists it. Knows which attributes are content
 * and which only count or number it; must not know what the content means. Keeps the invariants
 * that the same table has the same number however often it is read, and that what others have is
 * not read.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "base/str.h"
#include "net/nft.h"
#include "net/nft_query.h"

/* FNV-1a of 64 bits (draft-eastlake-fnv). */
#define FNV_BEGIN 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

static uint64_t add_bytes(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * FNV_PRIME;
	return hash;
}

/* Those of the attributes that are there, in the order of `types` (which ends with 0). */
static uint64_t add_attrs(uint64_t hash, const struct nlattr *const *tb, const uint16_t *types)
{
	for (; *types; types++) {
		const struct nlattr *attr = tb[*types];
		uint16_t head[2] = {*types, attr ? mnl_attr_get_payload_len(attr) : 0xffff};

		hash = add_bytes(hash, head, sizeof(head));
		if (attr)
			hash = add_bytes(hash, mnl_attr_get_payload(attr), head[1]);
	}
	return hash;
}

struct name {
	char s[NFT_NAME_MAXLEN + 1];
};

struct rules {
	struct arena *a;
	uint64_t hash;
	LIST(struct name, chains);
};

static void begin_rules(void *ctx)
{
	struct rules *x = ctx;

	x->hash = FNV_BEGIN;
	x->n_chains = 0;
}

/* The order of rules counts; they come chain by chain. */
static int take_rule(void *ctx, const struct nlattr *const *tb, struct err *e)
{
	static const uint16_t content[] = {
		NFTA_RULE_CHAIN, NFTA_RULE_EXPRESSIONS, NFTA_RULE_COMPAT, NFTA_RULE_USERDATA, 0};
	struct rules *x = ctx;
	struct name name;

	x->hash = add_attrs(x->hash, tb, content);
	if (tb[NFTA_RULE_CHAIN] && nl_attr_string(tb[NFTA_RULE_CHAIN], name.s, sizeof(name.s)) &&
		(!x->n_chains || !str_eq(x->chains[x->n_chains - 1].s, name.s)))
		*LIST_PUSH(x->a, x, chains) = name;
	return 0;
}

static int hash_rules(struct net *n, struct rules *x, bool *ret_there, struct err *e)
{
	static const uint8_t sizes[NFTA_RULE_MAX + 1];
	const struct nft_dump d = {sizes, NFTA_RULE_MAX, begin_rules, take_rule, x};
	struct nl_message m;

	nft_begin(&m, NFT_MSG_GETRULE);
	mnl_attr_put_strz(&m.h, NFTA_RULE_TABLE, FW_TABLE);
	return nft_dump(n, &m, &d, ret_there, e);
}

static int take_chain(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	static const uint16_t content[] = {NFTA_CHAIN_NAME, NFTA_CHAIN_HOOK, NFTA_CHAIN_POLICY,
		NFTA_CHAIN_TYPE, NFTA_CHAIN_FLAGS, 0};
	static const uint8_t sizes[NFTA_CHAIN_MAX + 1];
	const struct nlattr *tb[NFTA_CHAIN_MAX + 1];
	uint64_t *hash = ctx;

	if (!nl_message_attrs(h, sizeof(struct nfgenmsg), sizes, NFTA_CHAIN_MAX, tb))
		return err_set(e, E_KERNEL, "the kernel's answer about a chain is malformed");
	*hash += add_attrs(FNV_BEGIN, tb, content);
	return 0;
}

/*
 * The kernel lists chains of all tables or one by its name; so those that have rules are asked for,
 * in one go. A chain without rules is seen by that its rules are not there.
 */
static int hash_chains(struct net *n, const struct rules *x, uint64_t *hash, struct err *e)
{
	struct nl_result *results = arena_alloc(x->a, (x->n_chains + 1) * sizeof(*results));
	struct nl_message m;
	struct nl *nl;
	int r = net_nft_socket(n, &nl, e);

	if (r)
		return r;
	LIST_FOREACH (c, x, chains) {
		nft_begin(&m, NFT_MSG_GETCHAIN);
		mnl_attr_put_strz(&m.h, NFTA_CHAIN_TABLE, FW_TABLE);
		mnl_attr_put_strz(&m.h, NFTA_CHAIN_NAME, c->s);
		nl_push(nl, &m.h);
	}
	return nl_flush(nl, results, take_chain, hash, e);
}

struct sets {
	struct arena *a;
	uint64_t hash;
	LIST(struct name, names);
};

static void begin_sets(void *ctx)
{
	struct sets *x = ctx;

	x->hash = 0;
	x->n_names = 0;
}

static int take_set(void *ctx, const struct nlattr *const *tb, struct err *e)
{
	static const uint16_t content[] = {NFTA_SET_NAME, NFTA_SET_FLAGS, NFTA_SET_KEY_TYPE,
		NFTA_SET_KEY_LEN, NFTA_SET_DATA_TYPE, NFTA_SET_DATA_LEN, 0};
	struct sets *x = ctx;
	struct name name;

	x->hash += add_attrs(FNV_BEGIN, tb, content);
	/* What is in a constant cannot change as long as a rule looks at it. */
	if (tb[NFTA_SET_FLAGS] && ntohl(mnl_attr_get_u32(tb[NFTA_SET_FLAGS])) & NFT_SET_CONSTANT)
		return 0;
	if (tb[NFTA_SET_NAME] && nl_attr_string(tb[NFTA_SET_NAME], name.s, sizeof(name.s)) &&
		!str_eq(name.s, NFT_FORM_SET))
		*LIST_PUSH(x->a, x, names) = name;
	return 0;
}

static int hash_sets(struct net *n, struct sets *x, bool *ret_there, struct err *e)
{
	static const uint8_t sizes[NFTA_SET_MAX + 1] = {[NFTA_SET_FLAGS] = sizeof(uint32_t)};
	const struct nft_dump d = {sizes, NFTA_SET_MAX, begin_sets, take_set, x};
	struct nl_message m;

	nft_begin(&m, NFT_MSG_GETSET);
	mnl_attr_put_strz(&m.h, NFTA_SET_TABLE, FW_TABLE);
	return nft_dump(n, &m, &d, ret_there, e);
}

struct elements {
	const char *set;
	uint64_t hash;
};

static void begin_elements(void *ctx)
{
	struct elements *x = ctx;

	x->hash = 0;
}

/* The order of elements is the kernel's own. One that will vanish by itself is nobody's edit. */
static int take_element(void *ctx, const struct nlattr *const *tb, struct err *e)
{
	static const uint16_t content[] = {NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_KEY_END,
		NFTA_SET_ELEM_DATA, NFTA_SET_ELEM_FLAGS, NFTA_SET_ELEM_OBJREF, 0};
	struct elements *x = ctx;

	if (!tb[NFTA_SET_ELEM_TIMEOUT] && !tb[NFTA_SET_ELEM_EXPIRATION])
		x->hash += add_attrs(add_bytes(FNV_BEGIN, x->set, strlen(x->set)), tb, content);
	return 0;
}

int net_nft_digest(struct net *n, uint64_t *ret, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct rules rules = {.a = a};
	struct sets sets = {.a = a};
	uint64_t sums[3] = {0};
	bool there;
	int r = hash_sets(n, &sets, &there, e);

	if (!r && !there) {
		*ret = 0;
		return 0;
	}
	if (!r)
		r = hash_rules(n, &rules, &there, e);
	if (!r)
		r = hash_chains(n, &rules, &sums[1], e);
	sums[0] = rules.hash;
	sums[2] = sets.hash;
	for (size_t i = 0; !r && i < sets.n_names; i++) {
		struct elements x = {.set = sets.names[i].s};

		r = nft_dump_elements(n, x.set,
			&(struct nft_elements){begin_elements, take_element, &x}, &there, e);
		sums[2] += x.hash;
	}
	if (r)
		return r;
	/* Never 0, and a number that JSON's integers hold. */
	*ret = add_bytes(FNV_BEGIN, sums, sizeof(sums)) >> 1 | 1;
	return 0;
}
