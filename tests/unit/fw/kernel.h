/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's nf_tables for the tests of fw, which must not use net: sends a batch through a plain
 * libmnl socket, and runs nft(8).
 */
#ifndef TESTS_UNIT_FW_KERNEL_H
#define TESTS_UNIT_FW_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/unshare.h"
#include "rig.h"

/*
 * Runs nft with these words, `input` on its standard input; *ret (may be NULL) is what it printed.
 * What it says of errors becomes a comment of the test.
 */
RIG_UNUSED static bool nft(const char *const *words, const char *input, struct strbuf *ret)
{
	const char *argv[8] = {"nft"};
	int in[2], out[2], status;
	char buf[65536];
	FILE *file = tmpfile();
	ssize_t n;
	pid_t pid;

	for (size_t i = 0; words[i]; i++)
		argv[i + 1] = words[i];
	if (!file || pipe(in) < 0 || pipe(out) < 0)
		abort();
	fputs(input ? input : "", file);
	rewind(file);
	pid = fork();
	if (pid < 0)
		abort();
	if (!pid) {
		dup2(fileno(file), 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		close(out[0]);
		execvp("nft", (char *const *)argv);
		_exit(127);
	}
	close(in[0]);
	close(in[1]);
	close(out[1]);
	if (ret)
		strbuf_reset(ret);
	while ((n = read(out[0], buf, sizeof(buf))) > 0)
		if (ret)
			strbuf_addn(ret, buf, (size_t)n);
		else
			diag("%.*s", (int)n, buf);
	close(out[0]);
	fclose(file);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		printf("1..0 # SKIP there is no nft\n");
		exit(77);
	}
	return status == 0;
}

#define NFT(input, ret, ...) nft((const char *const[]){__VA_ARGS__, NULL}, input, ret)

/*
 * `nft -j list ruleset` without handles, which tell how often something was changed; and behind it
 * the expressions as the kernel has them, some of which nft leaves out (byte order).
 */
RIG_UNUSED static void list_ruleset(struct strbuf *ret)
{
	static const char word[] = "\"handle\": ";
	STRBUF_CLEANUP struct strbuf raw = {0};
	char *at, *from, *to;

	if (!NFT(NULL, ret, "-j", "list", "ruleset"))
		diag("nft: %s", strbuf_str(ret));
	for (at = ret->s; at && (at = strstr(at, word)); at = to) {
		to = at + strlen(word);
		from = to + strspn(to, "0123456789");
		memmove(to, from, strlen(from) + 1);
	}
	ret->len = ret->s ? strlen(ret->s) : 0;
	NFT(NULL, &raw, "--debug=netlink", "list", "ruleset");
	/* Elements (lines with a tab) come in any order; the text is what was listed above. */
	for (at = raw.s; at && *at && strncmp(at, "table ", 6); at = to) {
		to = at + strcspn(at, "\n");
		to += *to == '\n';
		if (*at != '\t')
			strbuf_addn(ret, at, (size_t)(to - at));
	}
}

RIG_UNUSED static struct mnl_socket *nf_open(void)
{
	struct mnl_socket *s = mnl_socket_open(NETLINK_NETFILTER);
	int size = 4 << 20;

	if (!s || mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0) {
		printf("1..0 # SKIP no netfilter here\n");
		exit(77);
	}
	setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return s;
}

RIG_UNUSED static uint32_t nf_generation(struct mnl_socket *s)
{
	char buf[8192];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	struct nlattr *attr;
	uint32_t id = 0;

	h->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN;
	h->nlmsg_flags = NLM_F_REQUEST;
	if (mnl_socket_sendto(s, h, h->nlmsg_len) < 0 ||
		mnl_socket_recvfrom(s, buf, sizeof(buf)) < 0)
		return 0;
	mnl_attr_for_each(attr, h, sizeof(*g)) if (mnl_attr_get_type(attr) == NFTA_GEN_ID) id =
		mnl_attr_get_u32(attr);
	return id; /* network order */
}

/* Sends all and takes every acknowledgement; the first errno, or 0. */
RIG_UNUSED static int nf_send(struct mnl_socket *s, const struct fw_batch *b)
{
	unsigned left = b->messages, portid = mnl_socket_get_portid(s);
	static char buf[1 << 20];
	uint32_t generation = nf_generation(s);
	int error = 0;

	if (b->genid_at)
		memcpy(b->bytes + b->genid_at, &generation, sizeof(generation));
	if (mnl_socket_sendto(s, b->bytes, b->len) < 0)
		return errno;
	while (left && !error) {
		ssize_t n = mnl_socket_recvfrom(s, buf, sizeof(buf));
		int rest = (int)n;

		if (n < 0)
			return errno;
		for (struct nlmsghdr *h = (struct nlmsghdr *)buf; mnl_nlmsg_ok(h, rest);
			h = mnl_nlmsg_next(h, &rest)) {
			const struct nlmsgerr *m = mnl_nlmsg_get_payload(h);

			if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_pid != portid)
				continue;
			if (m->error && !error) {
				error = -m->error;
				diag("message %u: type %u: %s", m->msg.nlmsg_seq,
					m->msg.nlmsg_type & 0xff, strerror(error));
			}
			left -= left > 0;
		}
	}
	return error;
}

#endif
