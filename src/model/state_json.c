// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The members of the kernel objects, as tables for codec.c: their JSON form is written down here.
 * Knows names and limits; must not know how they are walked. Keys appear as public keys, ids and
 * fingerprints only.
 */
#include "model/state.h"

#include "model/codec.h"

const char *const codec_link_kinds[] = {
	[LINK_WIREGUARD] = "wireguard",
	[LINK_USERSPACE] = "userspace",
	[LINK_FOREIGN] = "foreign",
	NULL,
};
static const char *const route_types[] = {
	[ROUTE_UNICAST] = "unicast",
	[ROUTE_UNREACHABLE] = "unreachable",
	NULL,
};
static const char *const rule_actions[] = {
	[RULE_LOOKUP] = "lookup",
	[RULE_PROHIBIT] = "prohibit",
	NULL,
};

static const struct codec_field key_ref_rows[] = {
	CODEC_FIELD(struct key_ref, id, CODEC_ID),
	CODEC_FIELD(struct key_ref, fp, CODEC_BYTES),
};
static const struct codec key_ref_codec = CODEC_TABLE(struct key_ref, key_ref_rows);

static const struct codec_field link_rows[] = {
	CODEC_FIELD(struct link_state, name, CODEC_IFNAME, .required = true),
	CODEC_FIELD(struct link_state, kind, CODEC_ENUM, .names = codec_link_kinds),
	CODEC_FIELD(struct link_state, mtu, CODEC_UINT),
	CODEC_FIELD(struct link_state, up, CODEC_BOOL),
	CODEC_FIELD(struct link_state, group, CODEC_UINT),
	CODEC_FIELD(struct link_state, ifindex, CODEC_UINT, .max = INT32_MAX),
};
static const struct codec link_codec = CODEC_TABLE(struct link_state, link_rows);

static const struct codec_field allowed_item = {
	.type = CODEC_PREFIX, .size = sizeof(struct wg_allowed)};

static const struct codec_field peer_rows[] = {
	CODEC_FIELD(struct wg_peer, public_key, CODEC_KEY, .required = true),
	CODEC_FIELD(struct wg_peer, preshared, CODEC_OBJECT, .sub = &key_ref_codec),
	CODEC_FIELD(struct wg_peer, endpoint, CODEC_ENDPOINT),
	CODEC_FIELD(struct wg_peer, keepalive, CODEC_UINT),
	CODEC_LIST_OF(struct wg_peer, allowed, allowed_item),
	CODEC_FIELD(struct wg_peer, last_handshake, CODEC_INT),
	CODEC_FIELD(struct wg_peer, rx_bytes, CODEC_UINT),
	CODEC_FIELD(struct wg_peer, tx_bytes, CODEC_UINT),
};
const struct codec wg_peer_codec = CODEC_TABLE(struct wg_peer, peer_rows);

static const struct codec_field peer_item = CODEC_ITEM_OF(struct wg_peer, wg_peer_codec);
static const struct codec_field device_rows[] = {
	CODEC_FIELD(struct wg_state, ifname, CODEC_IFNAME, .required = true),
	CODEC_FIELD(struct wg_state, public_key, CODEC_KEY),
	CODEC_FIELD(struct wg_state, private_key, CODEC_OBJECT, .sub = &key_ref_codec),
	CODEC_FIELD(struct wg_state, listen_port, CODEC_UINT),
	CODEC_FIELD(struct wg_state, fwmark, CODEC_UINT),
	CODEC_LIST_OF(struct wg_state, peers, peer_item),
};
const struct codec wg_state_codec = CODEC_TABLE(struct wg_state, device_rows);

static const struct codec_field addr_rows[] = {
	CODEC_FIELD(struct addr_state, ifname, CODEC_IFNAME, .required = true),
	CODEC_FIELD(struct addr_state, prefix, CODEC_PREFIX, .required = true),
};
static const struct codec addr_codec = CODEC_TABLE(struct addr_state, addr_rows);

static const struct codec_field route_rows[] = {
	CODEC_FIELD(struct route_state, type, CODEC_ENUM, .names = route_types),
	CODEC_FIELD(struct route_state, dst, CODEC_PREFIX, .required = true),
	CODEC_FIELD(struct route_state, table, CODEC_UINT),
	CODEC_FIELD(struct route_state, metric, CODEC_UINT),
	CODEC_FIELD(struct route_state, ifname, CODEC_IFNAME),
	CODEC_FIELD(struct route_state, protocol, CODEC_UINT),
};
static const struct codec route_codec = CODEC_TABLE(struct route_state, route_rows);

static const struct codec_field rule_rows[] = {
	CODEC_FIELD(struct rule_state, family, CODEC_FAMILY, .required = true),
	CODEC_FIELD(struct rule_state, priority, CODEC_UINT, .required = true),
	CODEC_FIELD(struct rule_state, action, CODEC_ENUM, .names = rule_actions),
	CODEC_FIELD(struct rule_state, table, CODEC_UINT),
	CODEC_FIELD(struct rule_state, invert, CODEC_BOOL),
	CODEC_FIELD(struct rule_state, fwmark, CODEC_UINT),
	CODEC_FIELD(struct rule_state, fwmask, CODEC_UINT),
	CODEC_FIELD(struct rule_state, dst, CODEC_PREFIX),
	CODEC_FIELD(struct rule_state, suppress_prefixlen, CODEC_INT, .absent = -1, .min = -1,
		.max = 128),
	CODEC_FIELD(struct rule_state, ip_proto, CODEC_UINT),
	CODEC_FIELD(struct rule_state, sport, CODEC_UINT),
	CODEC_FIELD(struct rule_state, dport, CODEC_UINT),
	CODEC_FIELD(struct rule_state, by_uid, CODEC_BOOL),
	CODEC_FIELD(struct rule_state, uid_first, CODEC_UINT),
	CODEC_FIELD(struct rule_state, uid_last, CODEC_UINT),
	CODEC_FIELD(struct rule_state, protocol, CODEC_UINT),
};
static const struct codec rule_codec = CODEC_TABLE(struct rule_state, rule_rows);

static const struct codec_field sysctl_rows[] = {
	CODEC_FIELD(struct sysctl_state, key, CODEC_SYSCTL, .required = true),
	CODEC_FIELD(struct sysctl_state, value, CODEC_INT, .required = true),
};
static const struct codec sysctl_codec = CODEC_TABLE(struct sysctl_state, sysctl_rows);

static const struct codec_field link_item = CODEC_ITEM_OF(struct link_state, link_codec);
static const struct codec_field device_item = CODEC_ITEM_OF(struct wg_state, wg_state_codec);
static const struct codec_field addr_item = CODEC_ITEM_OF(struct addr_state, addr_codec);
static const struct codec_field route_item = CODEC_ITEM_OF(struct route_state, route_codec);
static const struct codec_field rule_item = CODEC_ITEM_OF(struct rule_state, rule_codec);
const struct codec_field codec_item_sysctl = CODEC_ITEM_OF(struct sysctl_state, sysctl_codec);
const struct codec_field codec_item_addr = {.type = CODEC_ADDR, .size = sizeof(struct ip_addr)};
const struct codec_field codec_item_text = {.type = CODEC_TEXT, .size = sizeof(const char *)};

static const struct codec_field state_rows[] = {
	CODEC_LIST_OF(struct state, links, link_item),
	CODEC_LIST_OF(struct state, devices, device_item),
	CODEC_LIST_OF(struct state, addrs, addr_item),
	CODEC_LIST_OF(struct state, routes, route_item),
	CODEC_LIST_OF(struct state, rules, rule_item),
	CODEC_LIST_OF(struct state, sysctls, codec_item_sysctl),
	CODEC_FIELD(struct state, firewall, CODEC_OBJECT, .sub = &firewall_codec),
	CODEC_LIST_OF(struct state, resolvers, codec_item_resolver),
};
const struct codec state_codec = CODEC_TABLE(struct state, state_rows);

void state_to_json(const struct state *s, struct strbuf *out)
{
	struct jsonw j;

	jsonw_begin(&j, out);
	codec_write(&state_codec, s, &j);
}

int state_from_json(struct arena *a, const json_t *j, struct state *ret, struct err *e)
{
	return codec_from_json(&state_codec, a, j, ret, e);
}
