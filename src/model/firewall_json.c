// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The members of the firewall and of the resolver as tables for codec.c: their JSON form is written
 * down here. Knows names and limits; must not know how they are walked.
 */
#include "model/codec.h"
#include "model/state.h"

static const struct codec_field link_item = {.type = CODEC_IFNAME, .size = sizeof(struct fw_link)};
static const struct codec_field mark_item = {.type = CODEC_UINT, .size = sizeof(uint32_t)};
static const struct codec_field port_item = {.type = CODEC_UINT, .size = sizeof(uint16_t)};
static const struct codec_field prefix_item = {
	.type = CODEC_PREFIX, .size = sizeof(struct ip_prefix)};

static const struct codec_field endpoint_rows[] = {
	CODEC_FIELD(struct fw_endpoint, addr, CODEC_ADDR, .required = true),
	CODEC_FIELD(struct fw_endpoint, proto, CODEC_UINT),
	CODEC_FIELD(struct fw_endpoint, port, CODEC_UINT),
};
static const struct codec endpoint_codec = CODEC_TABLE(struct fw_endpoint, endpoint_rows);

static const struct codec_field dns_rows[] = {
	CODEC_FIELD(struct fw_dns, ifname, CODEC_IFNAME, .required = true),
	CODEC_FIELD(struct fw_dns, server, CODEC_ADDR, .required = true),
};
static const struct codec dns_codec = CODEC_TABLE(struct fw_dns, dns_rows);

static const struct codec_field login_rows[] = {
	CODEC_FIELD(struct fw_login, peer, CODEC_ADDR, .required = true),
	CODEC_FIELD(struct fw_login, local_port, CODEC_UINT),
	CODEC_FIELD(struct fw_login, peer_port, CODEC_UINT),
};
static const struct codec login_codec = CODEC_TABLE(struct fw_login, login_rows);

static const struct codec_field inbound_rows[] = {
	CODEC_FIELD(struct fw_port, proto, CODEC_UINT),
	CODEC_FIELD(struct fw_port, port, CODEC_UINT),
};
static const struct codec inbound_codec = CODEC_TABLE(struct fw_port, inbound_rows);

static const char *const split_kinds[] = {
	[FW_SPLIT_UID] = "uid",
	[FW_SPLIT_CGROUP] = "cgroup",
	NULL,
};
static const struct codec_field split_rows[] = {
	CODEC_FIELD(struct fw_split, kind, CODEC_ENUM, .names = split_kinds),
	CODEC_FIELD(struct fw_split, uid_first, CODEC_UINT),
	CODEC_FIELD(struct fw_split, uid_last, CODEC_UINT),
	CODEC_FIELD(struct fw_split, cgroup, CODEC_TEXT),
};
static const struct codec split_codec = CODEC_TABLE(struct fw_split, split_rows);

static const struct codec_field nat_rows[] = {
	CODEC_FIELD(struct fw_nat, family, CODEC_FAMILY, .required = true),
	CODEC_FIELD(struct fw_nat, source, CODEC_PREFIX),
	CODEC_FIELD(struct fw_nat, out_ifname, CODEC_IFNAME),
	CODEC_FIELD(struct fw_nat, to, CODEC_ADDR),
};
static const struct codec nat_codec = CODEC_TABLE(struct fw_nat, nat_rows);

static const struct codec_field forward_rows[] = {
	CODEC_FIELD(struct fw_forward, in_ifname, CODEC_IFNAME),
	CODEC_FIELD(struct fw_forward, out_ifname, CODEC_IFNAME),
	CODEC_FIELD(struct fw_forward, both, CODEC_BOOL),
};
static const struct codec forward_codec = CODEC_TABLE(struct fw_forward, forward_rows);

static const struct codec_field dnat_rows[] = {
	CODEC_FIELD(struct fw_dnat, in_ifname, CODEC_IFNAME),
	CODEC_FIELD(struct fw_dnat, proto, CODEC_UINT),
	CODEC_FIELD(struct fw_dnat, port, CODEC_UINT),
	CODEC_FIELD(struct fw_dnat, to, CODEC_ENDPOINT, .required = true),
};
static const struct codec dnat_codec = CODEC_TABLE(struct fw_dnat, dnat_rows);

static const struct codec_field endpoint_item = CODEC_ITEM_OF(struct fw_endpoint, endpoint_codec);
static const struct codec_field dns_item = CODEC_ITEM_OF(struct fw_dns, dns_codec);
static const struct codec_field login_item = CODEC_ITEM_OF(struct fw_login, login_codec);
static const struct codec_field inbound_item = CODEC_ITEM_OF(struct fw_port, inbound_codec);
static const struct codec_field split_item = CODEC_ITEM_OF(struct fw_split, split_codec);
static const struct codec_field nat_item = CODEC_ITEM_OF(struct fw_nat, nat_codec);
static const struct codec_field forward_item = CODEC_ITEM_OF(struct fw_forward, forward_codec);
static const struct codec_field dnat_item = CODEC_ITEM_OF(struct fw_dnat, dnat_codec);

static const struct codec_field firewall_rows[] = {
	CODEC_FIELD(struct firewall, present, CODEC_BOOL),
	CODEC_FIELD(struct firewall, unknown, CODEC_BOOL),
	CODEC_FIELD(struct firewall, kill_switch, CODEC_BOOL),
	CODEC_FIELD(struct firewall, dns_gate, CODEC_BOOL),
	CODEC_LIST_OF(struct firewall, endpoints, endpoint_item),
	CODEC_LIST_OF(struct firewall, marks, mark_item),
	CODEC_LIST_OF(struct firewall, listen_ports, port_item),
	CODEC_LIST_OF(struct firewall, tunnels, link_item),
	CODEC_LIST_OF(struct firewall, addresses, codec_item_addr),
	CODEC_LIST_OF(struct firewall, dns, dns_item),
	CODEC_LIST_OF(struct firewall, any_dns, link_item),
	CODEC_LIST_OF(struct firewall, lan_dns, codec_item_addr),
	CODEC_LIST_OF(struct firewall, kept, prefix_item),
	CODEC_LIST_OF(struct firewall, lan, prefix_item),
	CODEC_LIST_OF(struct firewall, bridges, link_item),
	CODEC_LIST_OF(struct firewall, bridge_dns, codec_item_addr),
	CODEC_LIST_OF(struct firewall, logins, login_item),
	CODEC_LIST_OF(struct firewall, inbound, inbound_item),
	CODEC_LIST_OF(struct firewall, split, split_item),
	CODEC_LIST_OF(struct firewall, nat, nat_item),
	CODEC_LIST_OF(struct firewall, forward, forward_item),
	CODEC_LIST_OF(struct firewall, dnat, dnat_item),
	CODEC_LIST_OF(struct firewall, mss_clamp, link_item),
};
const struct codec firewall_codec = CODEC_TABLE(struct firewall, firewall_rows);
const struct codec_field codec_item_firewall = CODEC_ITEM_OF(struct firewall, firewall_codec);

static const char *const backends[] = {
	[RESOLVER_NONE] = "none",
	[RESOLVER_RESOLVED] = "resolved",
	[RESOLVER_RESOLVCONF] = "resolvconf",
	[RESOLVER_FILE] = "file",
	NULL,
};

const char *resolver_backend_name(enum resolver_backend b)
{
	return backends[b];
}

static const struct codec_field resolver_rows[] = {
	CODEC_FIELD(struct resolver_state, backend, CODEC_ENUM, .names = backends),
	CODEC_FIELD(struct resolver_state, ifname, CODEC_IFNAME),
	CODEC_LIST_OF(struct resolver_state, servers, codec_item_addr),
	CODEC_LIST_OF(struct resolver_state, domains, codec_item_text),
	CODEC_FIELD(struct resolver_state, everything, CODEC_BOOL),
};
const struct codec resolver_codec = CODEC_TABLE(struct resolver_state, resolver_rows);
const struct codec_field codec_item_resolver = CODEC_ITEM_OF(struct resolver_state, resolver_codec);
