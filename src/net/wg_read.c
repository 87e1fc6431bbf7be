// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state of a WireGuard device from GET_DEVICE. Knows the attributes of
 * include/uapi/linux/wireguard.h and that a long peer goes on in the next message; must not keep a
 * key. Keeps the invariant that of the secrets, which the kernel always sends along, the private
 * key is not looked at (the public one stands for it), a preshared key becomes a fingerprint while
 * it still stands in the receive buffer, and that this buffer is wiped.
 */
#include "net/wg.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/time_types.h>
#include <linux/wireguard.h>
#include <string.h>

static bool parse_endpoint(const struct nlattr *attr, struct ip_endpoint *ret)
{
	struct ip_endpoint p = {0};
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	if (mnl_attr_get_payload_len(attr) == sizeof(in4)) {
		memcpy(&in4, mnl_attr_get_payload(attr), sizeof(in4));
		p.addr.family = AF_INET;
		p.port = ntohs(in4.sin_port);
		memcpy(p.addr.b, &in4.sin_addr, sizeof(in4.sin_addr));
		if (in4.sin_family != AF_INET)
			return false;
	} else if (mnl_attr_get_payload_len(attr) == sizeof(in6)) {
		memcpy(&in6, mnl_attr_get_payload(attr), sizeof(in6));
		p.addr.family = AF_INET6;
		p.port = ntohs(in6.sin6_port);
		p.scope = in6.sin6_scope_id;
		memcpy(p.addr.b, &in6.sin6_addr, sizeof(in6.sin6_addr));
		if (in6.sin6_family != AF_INET6)
			return false;
	} else {
		return false;
	}
	*ret = p;
	return true;
}

static bool parse_allowed(const struct nlattr *nest, struct arena *a, struct wg_peer *peer)
{
	static const uint8_t sizes[WGALLOWEDIP_A_MAX + 1] = {[WGALLOWEDIP_A_FAMILY] = 2,
		[WGALLOWEDIP_A_IPADDR] = 4,
		[WGALLOWEDIP_A_CIDR_MASK] = 1};
	const struct nlattr *tb[WGALLOWEDIP_A_MAX + 1], *attr;
	struct ip_prefix p;
	unsigned bits;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (!nl_nested_attrs(attr, sizes, WGALLOWEDIP_A_MAX, tb) ||
			!tb[WGALLOWEDIP_A_FAMILY] || !tb[WGALLOWEDIP_A_IPADDR] ||
			!tb[WGALLOWEDIP_A_CIDR_MASK])
			return false;
		p = (struct ip_prefix){0};
		bits = mnl_attr_get_u16(tb[WGALLOWEDIP_A_FAMILY]) == AF_INET ? 32 : 128;
		p.addr.family = bits == 32 ? AF_INET : AF_INET6;
		p.len = mnl_attr_get_u8(tb[WGALLOWEDIP_A_CIDR_MASK]);
		if (mnl_attr_get_payload_len(tb[WGALLOWEDIP_A_IPADDR]) != bits / 8 || p.len > bits)
			return false;
		memcpy(p.addr.b, mnl_attr_get_payload(tb[WGALLOWEDIP_A_IPADDR]), bits / 8);
		LIST_PUSH(a, peer, allowed)->prefix = p;
	}
	return true;
}

/* The peer of this key: the last one if it goes on from the message before, else a new one. */
static struct wg_peer *take_peer(struct arena *a, struct wg_state *dev, const uint8_t *key)
{
	struct wg_peer *peer = dev->n_peers ? &dev->peers[dev->n_peers - 1] : NULL;

	if (peer && memcmp(peer->public_key.b, key, WG_KEY_LEN) == 0)
		return peer;
	peer = LIST_PUSH(a, dev, peers);
	memcpy(peer->public_key.b, key, WG_KEY_LEN);
	return peer;
}

static bool parse_peer(const struct nlattr *nest, struct arena *a, struct wg_state *dev)
{
	static const uint8_t sizes[WGPEER_A_MAX + 1] = {[WGPEER_A_PUBLIC_KEY] = WG_KEY_LEN,
		[WGPEER_A_PRESHARED_KEY] = WG_KEY_LEN,
		[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL] = 2,
		[WGPEER_A_LAST_HANDSHAKE_TIME] = sizeof(struct __kernel_timespec),
		[WGPEER_A_RX_BYTES] = 8,
		[WGPEER_A_TX_BYTES] = 8};
	const struct nlattr *tb[WGPEER_A_MAX + 1];
	struct __kernel_timespec at;
	struct wg_peer *peer;

	if (!nl_nested_attrs(nest, sizes, WGPEER_A_MAX, tb) || !tb[WGPEER_A_PUBLIC_KEY])
		return false;
	peer = take_peer(a, dev, mnl_attr_get_payload(tb[WGPEER_A_PUBLIC_KEY]));
	if (tb[WGPEER_A_PRESHARED_KEY])
		secret_fingerprint_bytes(
			mnl_attr_get_payload(tb[WGPEER_A_PRESHARED_KEY]), peer->preshared.fp);
	if (tb[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL])
		peer->keepalive = mnl_attr_get_u16(tb[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL]);
	if (tb[WGPEER_A_RX_BYTES])
		peer->rx_bytes = mnl_attr_get_u64(tb[WGPEER_A_RX_BYTES]);
	if (tb[WGPEER_A_TX_BYTES])
		peer->tx_bytes = mnl_attr_get_u64(tb[WGPEER_A_TX_BYTES]);
	if (tb[WGPEER_A_LAST_HANDSHAKE_TIME]) {
		memcpy(&at, mnl_attr_get_payload(tb[WGPEER_A_LAST_HANDSHAKE_TIME]), sizeof(at));
		peer->last_handshake = at.tv_sec;
	}
	if (tb[WGPEER_A_ENDPOINT] && !parse_endpoint(tb[WGPEER_A_ENDPOINT], &peer->endpoint))
		return false;
	return !tb[WGPEER_A_ALLOWEDIPS] || parse_allowed(tb[WGPEER_A_ALLOWEDIPS], a, peer);
}

bool wg_parse(const struct nlmsghdr *h, struct arena *a, struct wg_state *dev)
{
	static const uint8_t sizes[WGDEVICE_A_MAX + 1] = {[WGDEVICE_A_PUBLIC_KEY] = WG_KEY_LEN,
		[WGDEVICE_A_LISTEN_PORT] = 2,
		[WGDEVICE_A_FWMARK] = 4};
	const struct nlattr *tb[WGDEVICE_A_MAX + 1], *peer;

	if (!nl_message_attrs(h, GENL_HDRLEN, sizes, WGDEVICE_A_MAX, tb))
		return false;
	/* Answers after the first one have peers only. */
	if (tb[WGDEVICE_A_IFNAME] &&
		!nl_attr_string(tb[WGDEVICE_A_IFNAME], dev->ifname, sizeof(dev->ifname)))
		return false;
	if (tb[WGDEVICE_A_PUBLIC_KEY])
		memcpy(dev->public_key.b, mnl_attr_get_payload(tb[WGDEVICE_A_PUBLIC_KEY]),
			WG_KEY_LEN);
	if (tb[WGDEVICE_A_LISTEN_PORT])
		dev->listen_port = mnl_attr_get_u16(tb[WGDEVICE_A_LISTEN_PORT]);
	if (tb[WGDEVICE_A_FWMARK])
		dev->fwmark = mnl_attr_get_u32(tb[WGDEVICE_A_FWMARK]);
	if (tb[WGDEVICE_A_PEERS])
		mnl_attr_for_each_nested(peer, tb[WGDEVICE_A_PEERS])
		{
			if (!parse_peer(peer, a, dev))
				return false;
		}
	return true;
}

struct reading {
	struct arena *a;
	struct wg_state device;
};

static void begin_reading(void *ctx)
{
	struct reading *x = ctx;

	x->device = (struct wg_state){0};
}

static int take_answer(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct reading *x = ctx;

	if (!wg_parse(h, x->a, &x->device))
		return err_set(
			e, E_KERNEL, "the kernel's answer about a WireGuard link is malformed");
	return 0;
}

int wg_read(struct nl *nl, uint16_t family, const char *ifname, struct arena *a,
	struct wg_state *ret, struct nl_result *result, struct err *e)
{
	struct nl_message m = {0};
	struct genlmsghdr *g = nl_message_begin(&m, family, 0, sizeof(*g));
	struct reading x = {.a = a};
	const struct nl_dump d = {begin_reading, take_answer, &x, .secret = true};
	int r;

	g->cmd = WG_CMD_GET_DEVICE;
	g->version = WG_GENL_VERSION;
	mnl_attr_put_strz(&m.h, WGDEVICE_A_IFNAME, ifname);
	r = nl_dump(nl, &m.h, &d, result, e);
	if (r)
		return r;
	if (!result->error)
		*ret = x.device;
	return 0;
}
