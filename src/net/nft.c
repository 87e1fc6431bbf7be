// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transactions of nf_tables, and what its table says of itself. Knows generations, what a refusal
 * looks like and which set holds the form; must not know what the rules are for, nor make one.
 * Keeps the invariants that a change meant for one form never lands on another, and that after an
 * error of a commit the table is as it was.
 */
#include "net/nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>

#include "net/nft_query.h"

#define COMMIT_TRIES 64

/* --- reading -----------------------------------------------------------------------------------
 */

struct form {
	uint64_t value; /* 0 = none found */
};

static void begin_form(void *ctx)
{
	struct form *x = ctx;

	x->value = 0;
}

/* The key is two marks of 32 bits in the machine's own order, the high half first. */
static int take_form(void *ctx, const struct nlattr *const *tb, struct err *e)
{
	static const uint8_t sizes[NFTA_DATA_MAX + 1];
	const struct nlattr *data[NFTA_DATA_MAX + 1];
	struct form *x = ctx;
	uint32_t half[2];

	if (!tb[NFTA_SET_ELEM_KEY] ||
		!nl_nested_attrs(tb[NFTA_SET_ELEM_KEY], sizes, NFTA_DATA_MAX, data) ||
		!data[NFTA_DATA_VALUE] ||
		mnl_attr_get_payload_len(data[NFTA_DATA_VALUE]) != sizeof(half))
		return 0;
	memcpy(half, mnl_attr_get_payload(data[NFTA_DATA_VALUE]), sizeof(half));
	/* More than one is nobody's form. */
	x->value = x->value ? UINT64_MAX : (uint64_t)half[0] << 32 | half[1];
	return 0;
}

static int take_nothing(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	return 0;
}

static int has_table(struct net *n, bool *ret, struct err *e)
{
	struct nl_result result;
	struct nl_message m;
	struct nl *nl;
	int r = net_nft_socket(n, &nl, e);

	if (r == -E_UNSUPPORTED) {
		*ret = false;
		return 0;
	}
	nft_begin(&m, NFT_MSG_GETTABLE);
	mnl_attr_put_strz(&m.h, NFTA_TABLE_NAME, FW_TABLE);
	if (!r)
		r = nl_ask(nl, &m.h, take_nothing, NULL, &result, e);
	if (!r && result.error && !nft_is_absent(result.error))
		r = nl_refused(&result, e, "cannot read table 'inet " FW_TABLE "'");
	if (!r)
		*ret = !result.error;
	return r;
}

int net_nft_form(struct net *n, uint64_t *ret, struct err *e)
{
	struct form x = {0};
	bool there;
	int r = nft_dump_elements(
		n, NFT_FORM_SET, &(struct nft_elements){begin_form, take_form, &x}, &there, e);

	if (!r && !there)
		r = has_table(n, &there, e);
	if (!r)
		*ret = x.value ? x.value : there ? UINT64_MAX : 0;
	return r;
}

struct counters {
	struct arena *a;
	struct fw_counters found;
};

static void begin_counters(void *ctx)
{
	struct counters *x = ctx;

	x->found.n_items = 0;
}

static uint64_t get_u64(const struct nlattr *attr)
{
	return be64toh(mnl_attr_get_u64(attr));
}

static int take_counter(void *ctx, const struct nlattr *const *tb, struct err *e)
{
	static const uint8_t sizes[NFTA_COUNTER_MAX + 1] = {
		[NFTA_COUNTER_BYTES] = sizeof(uint64_t),
		[NFTA_COUNTER_PACKETS] = sizeof(uint64_t),
	};
	const struct nlattr *data[NFTA_COUNTER_MAX + 1];
	struct counters *x = ctx;
	struct fw_counter c = {0};

	if (!tb[NFTA_OBJ_NAME] || !nl_attr_string(tb[NFTA_OBJ_NAME], c.name, sizeof(c.name)) ||
		!tb[NFTA_OBJ_DATA] ||
		!nl_nested_attrs(tb[NFTA_OBJ_DATA], sizes, NFTA_COUNTER_MAX, data))
		return 0; /* a name that long is none of wf's */
	if (data[NFTA_COUNTER_PACKETS])
		c.packets = get_u64(data[NFTA_COUNTER_PACKETS]);
	if (data[NFTA_COUNTER_BYTES])
		c.bytes = get_u64(data[NFTA_COUNTER_BYTES]);
	*LIST_PUSH(x->a, &x->found, items) = c;
	return 0;
}

int net_nft_counters(struct net *n, struct arena *a, struct fw_counters *ret, struct err *e)
{
	static const uint8_t sizes[NFTA_OBJ_MAX + 1];
	struct counters x = {.a = a};
	const struct nft_dump d = {sizes, NFTA_OBJ_MAX, begin_counters, take_counter, &x};
	struct nl_message m;
	bool there;
	int r;

	nft_begin(&m, NFT_MSG_GETOBJ);
	mnl_attr_put_strz(&m.h, NFTA_OBJ_TABLE, FW_TABLE);
	mnl_attr_put_u32(&m.h, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER));
	r = nft_dump(n, &m, &d, &there, e);
	if (!r)
		*ret = x.found;
	return r;
}

/* --- changing ----------------------------------------------------------------------------------
 */

static int take_generation(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	static const uint8_t sizes[NFTA_GEN_MAX + 1] = {[NFTA_GEN_ID] = sizeof(uint32_t)};
	const struct nlattr *tb[NFTA_GEN_MAX + 1];
	uint32_t *generation = ctx;

	if (!nl_message_attrs(h, sizeof(struct nfgenmsg), sizes, NFTA_GEN_MAX, tb) ||
		!tb[NFTA_GEN_ID])
		return err_set(e, E_KERNEL, "the kernel's answer about its rules is malformed");
	*generation = mnl_attr_get_u32(tb[NFTA_GEN_ID]); /* network order, as it is sent back */
	return 0;
}

static int without_nftables(struct err *e)
{
	err_set(e, E_UNSUPPORTED, "this kernel has no nf_tables, so nothing can be forbidden");
	return err_hint(e, "load or install the kernel module nf_tables");
}

static int ask_generation(struct nl *nl, uint32_t *ret, struct err *e)
{
	struct nl_result result;
	struct nl_message m;
	int r;

	nft_begin(&m, NFT_MSG_GETGEN);
	r = nl_ask(nl, &m.h, take_generation, ret, &result, e);
	if (r || !result.error)
		return r;
	if (nft_is_absent(result.error))
		return without_nftables(e);
	nl_refused(&result, e, "cannot ask which firewall rules are in force");
	return err_hint(e, "this needs root, or CAP_NET_ADMIN in this network namespace");
}

int net_nft_generation(struct net *n, uint64_t *ret, struct err *e)
{
	uint32_t generation;
	struct nl *nl;
	int r = net_nft_socket(n, &nl, e);

	if (r == -E_UNSUPPORTED)
		return without_nftables(e);
	if (r || (r = ask_generation(nl, &generation, e)))
		return r;
	*ret = ntohl(generation);
	return 0;
}

/* Everything between BATCH_BEGIN and BATCH_END is acknowledged, whatever the encoder asked for. */
static void want_answers(uint8_t *bytes, size_t len)
{
	const struct nlmsghdr *h;
	size_t at = 0;

	while ((h = nl_message_at(bytes, len, &at))) {
		struct nlmsghdr *own = (struct nlmsghdr *)(uintptr_t)h;

		if (h->nlmsg_type < NFNL_MSG_BATCH_BEGIN || h->nlmsg_type > NFNL_MSG_BATCH_END)
			own->nlmsg_flags |= NLM_F_ACK;
	}
}

/* "rule of 'guard'": which message of the transaction it was. */
static void name_message(const struct fw_batch *b, size_t number, char *out, size_t size)
{
	static const char *const kinds[] = {
		[NFT_MSG_NEWTABLE] = "table",
		[NFT_MSG_DELTABLE] = "removal of table",
		[NFT_MSG_NEWCHAIN] = "chain",
		[NFT_MSG_NEWRULE] = "rule of",
		[NFT_MSG_NEWSET] = "set",
		[NFT_MSG_NEWSETELEM] = "elements of",
		[NFT_MSG_DELSETELEM] = "removal of elements of",
		[NFT_MSG_NEWOBJ] = "counter",
	};
	static const uint8_t sizes[4];
	const struct nlattr *tb[4] = {0};
	const struct nlmsghdr *h = NULL;
	char name[64] = "";
	size_t at = 0;
	uint8_t kind;

	for (size_t i = 0; i <= number; i++)
		h = nl_message_at(b->bytes, b->len, &at);
	kind = h ? (uint8_t)h->nlmsg_type : 0;
	if (!h || kind >= sizeof(kinds) / sizeof(*kinds) || !kinds[kind]) {
		snprintf(out, size, "message %zu", number);
		return;
	}
	/* In these the first string names the table, and the second or (chain) third the object. */
	if (nl_message_attrs(h, sizeof(struct nfgenmsg), sizes, 3, tb))
		(void)nl_attr_string(kind == NFT_MSG_NEWTABLE || kind == NFT_MSG_DELTABLE ? tb[1]
				: kind == NFT_MSG_NEWCHAIN ? tb[NFTA_CHAIN_NAME]
							   : tb[2],
			name, sizeof(name));
	snprintf(out, size, "%s '%s'", kinds[kind], name);
}

/* The first refusal; results[0] is that of BATCH_BEGIN, which speaks of the whole. */
static int judge(
	const struct fw_batch *b, const struct nl_result *results, size_t count, struct err *e)
{
	char what[128], words[256];

	for (size_t i = 1; i + 1 < count; i++) {
		if (!results[i].error || results[i].error == ECANCELED)
			continue;
		name_message(b, i, what, sizeof(what));
		snprintf(words, sizeof(words),
			"the kernel refuses the firewall (%s, message %zu of %u)", what, i,
			b->messages);
		return nl_refused(&results[i], e, "%s", words);
	}
	if (results[0].error != ECANCELED && results[0].error)
		return nl_refused(&results[0], e, "the kernel refuses the firewall");
	for (size_t i = 1; i + 1 < count; i++)
		if (results[i].error)
			return err_set(e, E_KERNEL,
				"the kernel did not answer to message %zu of %u of the firewall", i,
				b->messages);
	return 0;
}

static int check_form(struct net *n, const uint64_t *expect, struct err *e)
{
	uint64_t form;
	int r = expect ? net_nft_form(n, &form, e) : 0;

	if (!r && expect && form != *expect)
		r = err_set(e, E_CONFLICT,
			"table 'inet " FW_TABLE "' was changed by somebody else meanwhile");
	return r;
}

/* *again: somebody else changed a table between the question and this. */
static int try_commit(struct net *n, const struct fw_batch *b, uint8_t *bytes,
	const uint64_t *expect, bool *again, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const size_t count = (size_t)b->messages + 2;
	struct nl_result *results = arena_alloc(a, count * sizeof(*results));
	uint32_t generation;
	struct nl *nl;
	int r = net_nft_socket(n, &nl, e);

	*again = false;
	if (r == -E_UNSUPPORTED)
		return without_nftables(e);
	/* The generation first: what changes after it makes the kernel refuse. */
	if (r || (r = ask_generation(nl, &generation, e)) || (r = check_form(n, expect, e)))
		return r;
	if (b->genid_at)
		memcpy(bytes + b->genid_at, &generation, sizeof(generation));
	if ((r = nl_transact(nl, bytes, b->len, count, results, e)))
		return r;
	*again = results[0].error == ERESTART;
	return judge(b, results, count, e);
}

int net_nft_commit(struct net *n, const struct fw_batch *b, const uint64_t *expect, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	uint8_t *bytes = arena_memdup(a, b->bytes, b->len);
	bool again = true;
	int r = 0;

	want_answers(bytes, b->len);
	for (int i = 0; again && i < COMMIT_TRIES; i++)
		r = try_commit(n, b, bytes, expect, &again, e);
	return r;
}
