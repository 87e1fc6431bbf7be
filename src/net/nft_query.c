// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading from nf_tables. Knows the header of its messages and how its dumps are filtered; must not
 * know what the answers mean. Keeps the invariant that nothing but table `inet wf` is read, however
 * many tables and rules others have.
 */
#include "net/nft_query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "fw/fw.h"

void nft_begin(struct nl_message *m, uint8_t what)
{
	struct nfgenmsg *g =
		nl_message_begin(m, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | what), 0, sizeof(*g));

	g->nfgen_family = NFPROTO_INET;
	g->version = NFNETLINK_V0;
}

/* EINVAL, EOPNOTSUPP: nobody answers for nf_tables in this kernel (nfnetlink_rcv_msg). */
bool nft_is_absent(int error)
{
	return error == ENOENT || error == EINVAL || error == EOPNOTSUPP;
}

static void begin(void *ctx)
{
	const struct nft_dump *d = ctx;

	d->begin(d->ctx);
}

static int take(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	const struct nlattr *tb[64];
	const struct nft_dump *d = ctx;

	if (!nl_message_attrs(h, sizeof(struct nfgenmsg), d->sizes, d->max, tb))
		return err_set(e, E_KERNEL, "the kernel's answer about nf_tables is malformed");
	return d->take(d->ctx, tb, e);
}

int nft_dump(struct net *n, struct nl_message *m, const struct nft_dump *d, bool *ret_there,
	struct err *e)
{
	struct nft_dump copy = *d;
	const struct nl_dump dump = {begin, take, &copy};
	struct nl_result result;
	struct nl *nl;
	int r = net_nft_socket(n, &nl, e);

	if (r == -E_UNSUPPORTED) {
		d->begin(d->ctx);
		*ret_there = false;
		return 0;
	}
	if (!r)
		r = nl_dump(nl, &m->h, &dump, &result, e);
	if (!r && result.error && !nft_is_absent(result.error))
		r = nl_refused(&result, e, "cannot read table 'inet " FW_TABLE "'");
	if (!r)
		*ret_there = !result.error;
	return r;
}

static void begin_elements(void *ctx)
{
	const struct nft_elements *x = ctx;

	x->begin(x->ctx);
}

/* One answer holds a list of elements. */
static int take_elements(void *ctx, const struct nlattr *const *tb, struct err *e)
{
	static const uint8_t sizes[NFTA_SET_ELEM_MAX + 1] = {
		[NFTA_SET_ELEM_FLAGS] = sizeof(uint32_t)};
	const struct nlattr *list = tb[NFTA_SET_ELEM_LIST_ELEMENTS];
	const struct nlattr *item;
	const struct nft_elements *x = ctx;
	int r = 0;

	if (!list)
		return 0;
	mnl_attr_for_each_nested(item, list)
	{
		const struct nlattr *element[NFTA_SET_ELEM_MAX + 1];

		if (!nl_nested_attrs(item, sizes, NFTA_SET_ELEM_MAX, element))
			return err_set(e, E_KERNEL,
				"the kernel's answer about a set's elements is malformed");
		if ((r = x->take(x->ctx, element, e)))
			return r;
	}
	return 0;
}

int nft_dump_elements(struct net *n, const char *set, const struct nft_elements *elements,
	bool *ret_there, struct err *e)
{
	static const uint8_t sizes[NFTA_SET_ELEM_LIST_MAX + 1];
	struct nft_elements copy = *elements;
	const struct nft_dump d = {
		sizes, NFTA_SET_ELEM_LIST_MAX, begin_elements, take_elements, &copy};
	struct nl_message m;

	nft_begin(&m, NFT_MSG_GETSETELEM);
	mnl_attr_put_strz(&m.h, NFTA_SET_ELEM_LIST_TABLE, FW_TABLE);
	mnl_attr_put_strz(&m.h, NFTA_SET_ELEM_LIST_SET, set);
	return nft_dump(n, &m, &d, ret_there, e);
}
