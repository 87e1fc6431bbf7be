/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about table `inet wf`, for the files of this folder that speak with nf_tables. */
#ifndef WF_NET_NFT_QUERY_H
#define WF_NET_NFT_QUERY_H

#include "net/net.h"

#define NFT_FORM_SET "form" /* whose element is the form of the table */

/* Begins a request: `what` is one of enum nf_tables_msg_types. */
void nft_begin(struct nl_message *m, uint8_t what);
/*
 * A dump, filtered in the kernel by what the message names. `take` gets attributes 0..max of each
 * answer (tb), which may be missing. *ret_there is false when what was named is not there, which is
 * also so in a kernel without nf_tables.
 */
struct nft_dump {
	const uint8_t *sizes; /* as for nl_attrs */
	uint16_t max;
	void (*begin)(void *ctx);
	int (*take)(void *ctx, const struct nlattr *const *tb, struct err *e);
	void *ctx;
};
int nft_dump(struct net *n, struct nl_message *m, const struct nft_dump *d, bool *ret_there,
	struct err *e);
/* What the kernel answered says that there is no such object. */
bool nft_is_absent(int error);
/* The elements of a set of the table, one by one in the kernel's order; as above. */
struct nft_elements {
	void (*begin)(void *ctx);
	int (*take)(void *ctx, const struct nlattr *const *tb, struct err *e); /* NFTA_SET_ELEM_ */
	void *ctx;
};
int nft_dump_elements(struct net *n, const char *set, const struct nft_elements *elements,
	bool *ret_there, struct err *e);

#endif
