// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Puts a firewall in force. Knows when a change of elements is enough and when the table has to be
 * replaced; must not know what the rules are (fw's business) nor how they are sent (net's). Keeps
 * the invariants that each operation is one transaction, and that after it the table has the form
 * that was asked for or the error says so.
 */
#include "apply/firewall.h"

#include "dns/resolver.h"
#include "fw/table.h"
#include "net/nft.h"

/* Whether somebody edited the table since its digest was taken, which is known. */
static int is_edited(struct local *l, bool *ret, struct err *e)
{
	uint64_t generation, digest;
	int r = net_nft_generation(l->net, &generation, e);

	if (r)
		return r;
	if (generation == l->firewall_generation) {
		*ret = false;
		return 0;
	}
	if ((r = net_nft_digest(l->net, &digest, e)))
		return r;
	*ret = digest != l->firewall_digest;
	return 0;
}

int firewall_observe(struct local *l, struct state *ret, struct err *e)
{
	bool edited = false;
	uint64_t form;
	int r = net_nft_form(l->net, &form, e);

	if (!r && form && l->firewall_digest)
		r = is_edited(l, &edited, e);
	if (!r)
		ret->firewall_form = edited ? UINT64_MAX : form;
	return r;
}

/* *done stays false when elements are not enough, or the table is not what it was taken for. */
static int change_elements(struct local *l, struct arena *a, const struct firewall *before,
	const struct fw_table *to, bool *done, struct err *e)
{
	struct fw_table from;
	struct fw_batch batch;
	struct err refused;
	uint64_t expect;
	bool possible;
	int r;

	fw_build(a, before, &from);
	expect = fw_table_form(&from);
	r = fw_encode_change(a, &from, to, &possible, &batch, e);
	if (!r && possible)
		*done = net_nft_commit(l->net, &batch, &expect, &refused) == 0;
	return r;
}

/* *done stays false when there is a table after all. */
static int create(
	struct local *l, struct arena *a, const struct fw_table *to, bool *done, struct err *e)
{
	struct fw_batch batch;
	int r = fw_encode_create(a, to, &batch, e);

	if (!r)
		r = net_nft_commit(l->net, &batch, NULL, e);
	*done = !r;
	return r == -E_EXISTS ? 0 : r;
}

/* The counters of what stands go on. */
static int replace(struct local *l, struct arena *a, const struct fw_table *to, struct err *e)
{
	struct fw_counters counters = {0};
	struct fw_batch batch;
	int r = net_nft_counters(l->net, a, &counters, e);

	if (r)
		return r;
	r = fw_encode_replace(a, to, &counters, &batch, e);
	return r ? r : net_nft_commit(l->net, &batch, NULL, e);
}

static int remove_table(struct local *l, struct arena *a, struct err *e)
{
	struct fw_batch batch;
	int r = fw_encode_delete(a, FW_TABLE, &batch, e);

	return r ? r : net_nft_commit(l->net, &batch, NULL, e);
}

/* want: 0 = no table */
static int read_back(struct local *l, uint64_t want, struct err *e)
{
	uint64_t form;
	int r = net_nft_form(l->net, &form, e);

	if (r || form == want)
		return r;
	err_set(e, E_KERNEL, "the kernel took the firewall, but table 'inet " FW_TABLE "' %s",
		!form		? "is not there"
			: !want ? "is still there"
				: "is not as it was sent");
	return err_hint(e, "another program may be changing it: 'nft monitor' shows who");
}

int firewall_change(struct local *l, const struct op *op, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const struct firewall *before = op->firewall_before;
	struct fw_table to;
	bool done = false;
	int r = 0;

	/* Whatever becomes of it, what was remembered of the table is over. */
	l->firewall_digest = 0;
	l->firewall_changed = true;
	if (!op->firewall->present)
		return (r = remove_table(l, a, e)) ? r : read_back(l, 0, e);
	fw_build(a, op->firewall, &to);
	if (!before->present && !before->unknown)
		r = create(l, a, &to, &done, e);
	else if (!before->unknown)
		r = change_elements(l, a, before, &to, &done, e);
	if (!r && !done)
		r = replace(l, a, &to, e);
	return r ? r : read_back(l, fw_table_form(&to), e);
}

int firewall_let_lookup(
	struct local *l, const struct ip_addr *servers, size_t n, unsigned seconds, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct fw_batch batch;
	int r = fw_encode_lookup(a, servers, n, seconds, &batch, e);

	return r ? r : net_nft_commit(l->net, &batch, NULL, e);
}

int resolver_observe(struct arena *a, const struct scope *scope, struct state *ret, struct err *e)
{
	LIST_FOREACH (slot, scope, resolvers) {
		struct resolver_state found = {0};
		int r = resolver_read(a, slot, &found, e);

		if (r)
			return r;
		if (found.backend != RESOLVER_NONE)
			*LIST_PUSH(a, ret, resolvers) = found;
	}
	return 0;
}

int resolver_change(const struct op *op, struct err *e)
{
	return op->kind == OP_RESOLVER_SET ? resolver_set(&op->resolver, e)
					   : resolver_unset(&op->resolver_before, e);
}
