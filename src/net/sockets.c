// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ends the connections that a kill switch cuts off. Knows sock_diag's SOCK_DESTROY and what the
 * firewall still lets through; must not know why there is one. Keeps the invariant that in doubt a
 * connection is left alone: the firewall holds it anyway, ending it is a courtesy.
 */
#include "net/sockets.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"
#include "model/state.h"
#include "net/addr.h"
#include "net/net.h"

#define LOOPBACK      1	  /* its index in every network namespace */
#define DHCP_CLIENT   68  /* RFC 2131 */
#define DHCPV6_CLIENT 546 /* RFC 8415 */

static void take_addr(uint8_t family, const __be32 words[4], struct ip_addr *ret)
{
	ret->family = family;
	memcpy(ret->b, words, ip_bits(family) / 8);
	ip_addr_unmap(ret);
}

bool socket_parse(const struct nlmsghdr *h, uint8_t proto, struct socket_info *ret)
{
	static const uint8_t sizes[INET_DIAG_MARK + 1] = {[INET_DIAG_MARK] = sizeof(uint32_t)};
	const struct nlattr *tb[INET_DIAG_MARK + 1];
	struct socket_info s = {.proto = proto};
	const struct inet_diag_msg *i;

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		!nl_message_attrs(h, sizeof(*i), sizes, INET_DIAG_MARK, tb))
		return false;
	i = mnl_nlmsg_get_payload(h);
	if (!ip_bits(i->idiag_family) || !i->id.idiag_dport)
		return false;
	s.family = i->idiag_family;
	s.id = i->id;
	s.uid = i->idiag_uid;
	take_addr(s.family, i->id.idiag_src, &s.local);
	take_addr(s.family, i->id.idiag_dst, &s.peer);
	s.local_port = ntohs(i->id.idiag_sport);
	s.peer_port = ntohs(i->id.idiag_dport);
	if (tb[INET_DIAG_MARK])
		s.mark = mnl_attr_get_u32(tb[INET_DIAG_MARK]);
	*ret = s;
	return true;
}

static bool is_loopback(const struct ip_addr *a)
{
	static const struct ip_addr six = {AF_INET6, {[15] = 1}};

	return a->family == AF_INET ? a->b[0] == 127 : ip_addr_equal(a, &six);
}

static bool is_own(const struct socket_own *own, size_t n, const struct ip_addr *a, bool inner)
{
	for (size_t i = 0; i < n; i++)
		if (ip_addr_equal(&own[i].addr, a))
			return !inner || own[i].inner;
	return false;
}

static bool is_let_to_peer(const struct firewall *f, const struct socket_info *s)
{
	LIST_FOREACH (p, f, lan)
		if (ip_prefix_contains(p, &s->peer))
			return true;
	LIST_FOREACH (a, f, lan_dns)
		if (ip_addr_equal(a, &s->peer))
			return true;
	LIST_FOREACH (p, f, endpoints)
		if (p->proto == s->proto && p->port == s->peer_port &&
			ip_addr_equal(&p->addr, &s->peer))
			return true;
	LIST_FOREACH (l, f, logins)
		if (s->proto == IPPROTO_TCP && l->local_port == s->local_port &&
			l->peer_port == s->peer_port && ip_addr_equal(&l->peer, &s->peer))
			return true;
	return false;
}

/* By who has the socket or what it was made with. A cgroup's are ended and may come again. */
static bool is_let_by_owner(const struct firewall *f, const struct socket_info *s)
{
	LIST_FOREACH (m, f, marks)
		if (s->mark == *m)
			return true;
	LIST_FOREACH (x, f, split)
		if (x->kind == FW_SPLIT_UID && s->uid >= x->uid_first && s->uid <= x->uid_last)
			return true;
	LIST_FOREACH (p, f, inbound)
		if (p->proto == s->proto && p->port == s->local_port)
			return true;
	return (s->mark & WF_MARK_MASK) == WF_MARK ||
		(s->proto == IPPROTO_UDP &&
			(s->local_port == DHCP_CLIENT || s->local_port == DHCPV6_CLIENT));
}

bool socket_is_cut(const struct firewall *f, const struct socket_info *s,
	const struct socket_own *own, size_t n_own)
{
	if (!f->kill_switch || is_loopback(&s->local) || is_loopback(&s->peer))
		return false;
	LIST_FOREACH (a, f, addresses)
		if (ip_addr_equal(a, &s->local))
			return false;
	/* From a bridge's own address to a container; to oneself, which is by loopback. */
	if (is_own(own, n_own, &s->local, true) || is_own(own, n_own, &s->peer, false))
		return false;
	return !is_let_to_peer(f, s) && !is_let_by_owner(f, s);
}

/* --- this machine's addresses ------------------------------------------------------------------
 */

struct addresses {
	struct arena *a;
	const struct link_state *inner; /* links; ifindex 0 = there is none */
	size_t n_inner;
	LIST(struct socket_own, own);
};

static void begin_addresses(void *ctx)
{
	struct addresses *x = ctx;

	x->n_own = 0;
}

static int take_address(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct addresses *x = ctx;
	struct socket_own *own;
	struct addr_info i;

	if (!addr_parse(h, &i))
		return 0;
	own = LIST_PUSH(x->a, x, own);
	own->addr = i.local.addr;
	own->inner = i.ifindex == LOOPBACK;
	for (size_t n = 0; n < x->n_inner; n++)
		own->inner |= x->inner[n].ifindex == i.ifindex;
	return 0;
}

static int find_addresses(
	struct net *n, const struct firewall *f, struct addresses *x, struct err *e)
{
	const size_t count = f->n_tunnels + f->n_bridges;
	const char **names = arena_alloc(x->a, (count + 1) * sizeof(*names));
	struct link_state *links = arena_alloc(x->a, (count + 1) * sizeof(*links));
	const struct nl_dump d = {begin_addresses, take_address, x};
	struct nl_result result;
	struct nl_message m;
	struct nl *nl;
	size_t at = 0;
	int r;

	LIST_FOREACH (t, f, tunnels)
		names[at++] = t->name;
	LIST_FOREACH (b, f, bridges)
		names[at++] = b->name;
	if ((r = net_find_links(n, names, count, links, e)) || (r = net_route_socket(n, &nl, e)))
		return r;
	x->inner = links;
	x->n_inner = count;
	addr_build_dump(&m, AF_UNSPEC, 0);
	r = nl_dump(nl, &m.h, &d, &result, e);
	return r || !result.error ? r : nl_refused(&result, e, "cannot read addresses");
}

/* --- sockets -----------------------------------------------------------------------------------
 */

struct search {
	struct arena *a;
	const struct firewall *f;
	const struct addresses *own;
	uint8_t proto;
	size_t mark; /* found by the dumps before this one */
	LIST(struct socket_info, cut);
};

static void begin(void *ctx)
{
	struct search *x = ctx;

	x->n_cut = x->mark;
}

static int take(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct search *x = ctx;
	struct socket_info s;

	if (socket_parse(h, x->proto, &s) && socket_is_cut(x->f, &s, x->own->own, x->own->n_own))
		*LIST_PUSH(x->a, x, cut) = s;
	return 0;
}

/* Those that may still send something, filtered in the kernel; of UDP those with a peer. */
static int search(struct nl *nl, struct search *x, uint8_t proto, uint8_t family, struct err *e)
{
	const struct nl_dump d = {begin, take, x};
	struct inet_diag_req_v2 *i;
	struct nl_result result;
	struct nl_message m;

	x->proto = proto;
	x->mark = x->n_cut;
	i = nl_message_begin(&m, SOCK_DIAG_BY_FAMILY, 0, sizeof(*i));
	i->sdiag_family = family;
	i->sdiag_protocol = proto;
	i->idiag_states = 1u << TCP_ESTABLISHED;
	if (proto == IPPROTO_TCP)
		i->idiag_states |= 1u << TCP_SYN_SENT | 1u << TCP_CLOSE_WAIT;
	/* What the kernel says against it (there is no such part in it) is an empty answer. */
	return nl_dump(nl, &m.h, &d, &result, e);
}

static void push_end(struct nl *nl, const struct socket_info *s)
{
	struct inet_diag_req_v2 *i;
	struct nl_message m;

	i = nl_message_begin(&m, SOCK_DESTROY, NLM_F_ACK, sizeof(*i));
	i->sdiag_family = s->family;
	i->sdiag_protocol = s->proto;
	i->idiag_states = ~0u;
	i->id = s->id;
	nl_push(nl, &m.h);
}

int net_end_sockets(struct net *n, const struct firewall *f, unsigned *ret_ended, struct err *e)
{
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP},
			     families[] = {AF_INET, AF_INET6};
	ARENA_CLEANUP struct arena *a = arena_new();
	struct addresses own = {.a = a};
	struct search x = {.a = a, .f = f, .own = &own};
	NL_CLEANUP struct nl *nl = NULL;
	struct nl_result *results;
	unsigned ended = 0;
	int r;

	if ((r = nl_open(NETLINK_SOCK_DIAG, &nl, e)) || (r = find_addresses(n, f, &own, e)))
		return r;
	for (size_t i = 0; !r && i < 4; i++)
		r = search(nl, &x, protos[i / 2], families[i % 2], e);
	if (r)
		return r;
	results = arena_alloc(a, (x.n_cut + 1) * sizeof(*results));
	LIST_FOREACH (s, &x, cut)
		push_end(nl, s);
	if ((r = nl_flush(nl, results, NULL, NULL, e)))
		return r;
	for (size_t i = 0; i < x.n_cut; i++)
		ended += !results[i].error;
	*ret_ended = ended;
	return 0;
}
