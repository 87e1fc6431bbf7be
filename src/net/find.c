// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding links. Knows that a name, an alternative name and an index are three things; must not
 * remember anything between two calls, because a stranger may have made the link anew. Keeps the
 * invariant that many links cost one round trip.
 */
#include "net/net.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "net/link.h"

static int take_link(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct link_state *found = ctx;

	if (!link_parse(h, &found[index]))
		return err_set(e, E_KERNEL, "the kernel's answer about a link is malformed");
	return 0;
}

/* Asks the requests pushed; *found is filled where there is such a link. */
static int ask(struct nl *nl, struct link_state *found, struct err *e)
{
	size_t count = nl_pushed(nl);
	ARENA_CLEANUP struct arena *a = arena_new();
	struct nl_result *results = arena_alloc(a, count * sizeof(*results));
	int r = nl_flush(nl, results, take_link, found, e);

	for (size_t i = 0; !r && i < count; i++)
		if (results[i].error && results[i].error != ENODEV)
			r = nl_refused(&results[i], e, "cannot read a link");
	return r;
}

static int begin(
	struct net *n, struct link_state *found, size_t count, struct nl **ret, struct err *e)
{
	memset(found, 0, count * sizeof(*found));
	return count ? net_route_socket(n, ret, e) : 0;
}

int net_find_links(struct net *n, const char *const *names, size_t count, struct link_state *found,
	struct err *e)
{
	struct nl_message m;
	struct nl *nl;
	int r = begin(n, found, count, &nl, e);

	if (r || !count)
		return r;
	for (size_t i = 0; i < count; i++) {
		link_build_get(&m, names[i], 0);
		nl_push(nl, &m.h);
	}
	r = ask(nl, found, e);
	for (size_t i = 0; !r && i < count; i++)
		if (found[i].ifindex && !str_eq(found[i].name, names[i])) {
			str_copy(found[i].name, sizeof(found[i].name), names[i]);
			found[i].kind = LINK_FOREIGN;
		}
	return r;
}

int net_find_indexes(struct net *n, const uint32_t *indexes, size_t count, struct link_state *found,
	struct err *e)
{
	struct nl_message m;
	struct nl *nl;
	int r = begin(n, found, count, &nl, e);

	if (r || !count)
		return r;
	for (size_t i = 0; i < count; i++) {
		link_build_get(&m, "", indexes[i]);
		nl_push(nl, &m.h);
	}
	return ask(nl, found, e);
}

int net_read_link(struct net *n, const char *ifname, struct link_state *ret, struct err *e)
{
	struct link_state found;
	int r = net_find_links(n, &ifname, 1, &found, e);

	if (!r && !found.ifindex)
		r = err_set(e, E_NOT_FOUND, "there is no link '%s'", ifname);
	if (!r)
		*ret = found;
	return r;
}
