/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the net layer share: a network namespace of their own, links in it, and keys
 * that are found by name. Nothing outside the process is touched.
 */
#ifndef TESTS_NET_RIG_H
#define TESTS_NET_RIG_H

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lib/tap.h"
#include "net/change.h"
#include "net/link.h"
#include "net/nl.h"

#define RIG_UNUSED __attribute__((unused))

static struct err rig_err;

/* Private network and mounts with an empty /run; ends the test where that is not allowed. */
RIG_UNUSED static void rig_enter(void)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
		mount("none", "/", "none", MS_REC | MS_PRIVATE, "") < 0 ||
		mount("none", "/run", "tmpfs", 0, "") < 0) {
		printf("1..0 # SKIP a network namespace needs root\n");
		exit(77);
	}
	mkdir("/run/wireguard", 0700);
}

/* An operation that must go right; what went wrong is shown. */
#define works(call, ...)                                                                           \
	({                                                                                         \
		bool rig_ok_ = (call) == 0;                                                        \
		tap_result_(rig_ok_, __FILE__, __LINE__, __VA_ARGS__);                             \
		if (!rig_ok_)                                                                      \
			diag("  %s: %s", err_name(rig_err.code), rig_err.msg);                     \
		rig_ok_;                                                                           \
	})
/* One that must be refused, with this code and these words somewhere in the message. */
#define refuses(call, want, words, ...)                                                            \
	({                                                                                         \
		int rig_r_ = (call);                                                               \
		bool rig_no_ = rig_r_ == -(int)(want) && strstr(rig_err.msg, (words));             \
		tap_result_(rig_no_, __FILE__, __LINE__, __VA_ARGS__);                             \
		if (!rig_no_)                                                                      \
			diag("  returned %d, %s: %s", rig_r_, err_name(rig_err.code), rig_err.msg);\
		rig_no_;                                                                           \
	})

/* A TUN link that lives as long as the descriptor. */
RIG_UNUSED static int rig_tun(const char *name)
{
	struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0) {
		printf("1..0 # SKIP no TUN links here\n");
		exit(77);
	}
	return fd;
}

/* A link of a kind that is nobody's tunnel. */
RIG_UNUSED static int rig_bridge(struct nl *nl, const char *name)
{
	struct nl_message m = {0};
	struct nl_result result;
	struct nlattr *info;

	nl_message_begin(&m, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&m.h, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(&m.h, IFLA_LINKINFO);
	mnl_attr_put_strz(&m.h, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(&m.h, info);
	return nl_ask(nl, &m.h, NULL, NULL, &result, &rig_err) || result.error;
}

RIG_UNUSED static struct ip_prefix rig_prefix(const char *text)
{
	struct ip_prefix p = {0};

	if (!ip_prefix_parse(text, &p))
		abort();
	return p;
}

RIG_UNUSED static struct ip_endpoint rig_endpoint(const char *text)
{
	struct ip_endpoint p = {0};

	if (!ip_endpoint_parse(text, &p))
		abort();
	return p;
}

/* The public key whose bytes are all `fill`; no secret belongs to it. */
RIG_UNUSED static struct wg_key rig_key(uint8_t fill)
{
	struct wg_key key;

	memset(key.b, fill, sizeof(key.b));
	return key;
}

/* Secrets by id: "key1" is the bytes 1, 1, 1…; the id "lost" cannot be opened. */
RIG_UNUSED static int rig_get_key(void *ctx, const char *id, struct wg_secret *ret, struct err *e)
{
	unsigned *asked = ctx;
	uint8_t bytes[WG_KEY_LEN];

	if (asked)
		++*asked;
	if (strncmp(id, "key", 3) != 0)
		return err_set(e, E_SEAL, "the secret '%s' cannot be opened", id);
	memset(bytes, id[3] - '0', sizeof(bytes));
	return secret_from_bytes(bytes, ret, e);
}

RIG_UNUSED static struct key_ref rig_key_ref(const char *id)
{
	struct key_ref ref = {0};
	uint8_t bytes[WG_KEY_LEN];

	str_copy(ref.id, sizeof(ref.id), id);
	memset(bytes, id[3] - '0', sizeof(bytes));
	secret_fingerprint_bytes(bytes, ref.fp);
	return ref;
}

RIG_UNUSED static struct wg_key rig_public_of(const char *id)
{
	SECRET_CLEANUP struct wg_secret secret = {0};
	struct wg_key key;

	if (rig_get_key(NULL, id, &secret, &rig_err))
		abort();
	secret_public_key(&secret, &key);
	return key;
}

#endif
