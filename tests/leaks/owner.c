// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a table of nf_tables and owns it (NFT_TABLE_F_OWNER): nobody else can change or delete it
 * while this process lives. Prints "owned" when that is so, and waits for a signal.
 *
 * Usage: owner TABLE (of family inet)
 */
#include <arpa/inet.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct nlmsghdr *message(
	void *at, uint16_t type, uint16_t flags, uint8_t family, uint16_t res)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(at);
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = 1;
	g->nfgen_family = family;
	g->version = NFNETLINK_V0;
	g->res_id = htons(res);
	return h;
}

static int make(struct mnl_socket *nl, const char *name)
{
	char buf[4096];
	size_t n = 0;
	struct nlmsghdr *h;
	ssize_t got;

	h = message(buf, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	n += h->nlmsg_len;
	h = message(buf + n, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_ACK,
		NFPROTO_INET, 0);
	mnl_attr_put_strz(h, NFTA_TABLE_NAME, name);
	mnl_attr_put_u32(h, NFTA_TABLE_FLAGS, htonl(NFT_TABLE_F_OWNER));
	n += h->nlmsg_len;
	h = message(buf + n, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	n += h->nlmsg_len;
	if (mnl_socket_sendto(nl, buf, n) < 0)
		return -1;
	got = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	return got < 0 ? -1 : mnl_cb_run(buf, (size_t)got, 0, 0, NULL, NULL);
}

int main(int argc, char **argv)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_NETFILTER);

	if (argc != 2 || !nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
		make(nl, argv[1]) < 0) {
		fprintf(stderr, "owner: %s\n", strerror(errno));
		return 1;
	}
	puts("owned");
	fflush(stdout);
	pause();
	return 0;
}
