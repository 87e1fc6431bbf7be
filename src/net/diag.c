// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The connections of this network namespace as the kernel lists them. Knows sock_diag(7) and the
 * cookie of a namespace; must not know whose connections they are (it is told their inodes). Keeps
 * the invariant that the kernel filters by state, so that listening and closed sockets are never
 * read.
 */
#include "net/diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/file.h"
#include "net/query.h"

void diag_build_dump(struct nl_message *m, uint8_t family)
{
	struct inet_diag_req_v2 *i =
		nl_message_begin(m, SOCK_DIAG_BY_FAMILY, 0, sizeof(struct inet_diag_req_v2));

	i->sdiag_family = family;
	i->sdiag_protocol = IPPROTO_TCP;
	i->idiag_states = 1u << TCP_ESTABLISHED;
}

static void take_addr(uint8_t family, const __be32 words[4], struct ip_addr *ret)
{
	ret->family = family;
	memcpy(ret->b, words, ip_bits(family) / 8);
	ip_addr_unmap(ret);
}

bool diag_parse(const struct nlmsghdr *h, struct fact_ssh *ret, uint64_t *ret_inode)
{
	const struct inet_diag_msg *i;
	struct fact_ssh f = {0};

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY || mnl_nlmsg_get_payload_len(h) < sizeof(*i))
		return false;
	i = mnl_nlmsg_get_payload(h);
	if (!ip_bits(i->idiag_family))
		return false;
	take_addr(i->idiag_family, i->id.idiag_src, &f.local);
	take_addr(i->idiag_family, i->id.idiag_dst, &f.peer);
	f.local_port = ntohs(i->id.idiag_sport);
	f.peer_port = ntohs(i->id.idiag_dport);
	*ret = f;
	*ret_inode = i->idiag_inode;
	return true;
}

struct search {
	struct arena *a;
	const uint64_t *inodes;
	size_t count;
	size_t mark; /* found by the dumps before this one */
	LIST(struct fact_ssh, ssh);
};

static void begin(void *ctx)
{
	struct search *x = ctx;

	x->n_ssh = x->mark;
}

static bool is_wanted(const struct search *x, uint64_t inode)
{
	size_t low = 0, high = x->count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (x->inodes[mid] < inode)
			low = mid + 1;
		else
			high = mid;
	}
	return low < x->count && x->inodes[low] == inode;
}

static int take(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct search *x = ctx;
	struct fact_ssh found;
	uint64_t inode;

	if (!diag_parse(h, &found, &inode))
		return err_set(e, E_KERNEL, "the kernel's answer about a socket is malformed");
	if (is_wanted(x, inode))
		*LIST_PUSH(x->a, x, ssh) = found;
	return 0;
}

static int search(struct nl *nl, struct search *x, uint8_t family, struct err *e)
{
	const struct nl_dump d = {begin, take, x};
	struct nl_result result;
	struct nl_message m;
	int r;

	x->mark = x->n_ssh;
	diag_build_dump(&m, family);
	r = nl_dump(nl, &m.h, &d, &result, e);
	return r || !result.error ? r : nl_refused(&result, e, "cannot list TCP connections");
}

int net_query_tcp_by_inode(
	struct arena *a, const uint64_t *inodes, size_t count, struct facts *f, struct err *e)
{
	struct search x = {.a = a, .inodes = inodes, .count = count};
	NL_CLEANUP struct nl *nl = NULL;
	int r = count ? nl_open(NETLINK_SOCK_DIAG, &nl, e) : 0;

	if (!r && count)
		r = search(nl, &x, AF_INET, e);
	if (!r && count)
		r = search(nl, &x, AF_INET6, e);
	if (r)
		return r;
	LIST_FOREACH (s, &x, ssh)
		*LIST_PUSH(a, f, ssh) = *s;
	return 0;
}

int net_query_cookie(uint64_t *ret, struct err *e)
{
	FD_CLEANUP int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie;

	if (fd < 0)
		return err_errno(e, E_KERNEL, errno, "cannot open a socket");
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) < 0)
		return err_errno(e, E_UNSUPPORTED, errno,
			"the kernel does not tell network namespaces apart (Linux 5.14 does)");
	*ret = cookie;
	return 0;
}
