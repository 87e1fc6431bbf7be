// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON form of the facts. Knows the names of their members only; what the facts mean is for
 * those who gather them and for compile.
 */
#include "model/facts.h"

#include "model/codec.h"

static const struct codec_field endpoint_rows[] = {
	CODEC_FIELD(struct fact_endpoint, host, CODEC_TEXT),
	CODEC_FIELD(struct fact_endpoint, port, CODEC_UINT),
	CODEC_FIELD(struct fact_endpoint, addr, CODEC_ENDPOINT),
	CODEC_FIELD(struct fact_endpoint, reachable, CODEC_BOOL),
	CODEC_FIELD(struct fact_endpoint, dev, CODEC_TEXT),
	CODEC_FIELD(struct fact_endpoint, mtu, CODEC_UINT),
	CODEC_FIELD(struct fact_endpoint, strict_rp_filter, CODEC_BOOL),
};
static const struct codec endpoint_codec = CODEC_TABLE(struct fact_endpoint, endpoint_rows);
static const struct codec_field endpoint_item = CODEC_ITEM_OF(struct fact_endpoint, endpoint_codec);

static const struct codec_field ssh_rows[] = {
	CODEC_FIELD(struct fact_ssh, local, CODEC_ADDR),
	CODEC_FIELD(struct fact_ssh, peer, CODEC_ADDR),
	CODEC_FIELD(struct fact_ssh, local_port, CODEC_UINT),
	CODEC_FIELD(struct fact_ssh, peer_port, CODEC_UINT),
	CODEC_FIELD(struct fact_ssh, table, CODEC_UINT),
};
static const struct codec ssh_codec = CODEC_TABLE(struct fact_ssh, ssh_rows);
static const struct codec_field ssh_item = CODEC_ITEM_OF(struct fact_ssh, ssh_codec);

static const struct codec_field facts_rows[] = {
	CODEC_LIST_OF(struct facts, endpoints, endpoint_item),
	CODEC_FIELD(struct facts, default_mtu, CODEC_UINT),
	CODEC_LIST_OF(struct facts, local, codec_item_prefix),
	CODEC_LIST_OF(struct facts, ssh, ssh_item),
	CODEC_FIELD(struct facts, ipv6, CODEC_BOOL),
	CODEC_FIELD(struct facts, ipv6_sysctl, CODEC_TEXT),
	CODEC_FIELD(struct facts, ipv6_elsewhere, CODEC_BOOL),
	CODEC_FIELD(struct facts, kernel_wireguard, CODEC_BOOL),
	CODEC_FIELD(struct facts, free_table, CODEC_UINT, .max = 0xffff),
	CODEC_FIELD(struct facts, next_seq, CODEC_UINT),
};
static const struct codec facts_codec = CODEC_TABLE(struct facts, facts_rows);

void facts_to_json(const struct facts *f, struct strbuf *out)
{
	struct jsonw j;

	jsonw_begin(&j, out);
	codec_write(&facts_codec, f, &j);
}

int facts_from_json(struct arena *a, const json_t *j, struct facts *ret, struct err *e)
{
	return codec_from_json(&facts_codec, a, j, ret, e);
}
