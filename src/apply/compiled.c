// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firewall as a file. Knows how the messages are wrapped; which rules they make is fw's
 * business, and when a file is loaded is not known here. Keeps the invariant that bytes which are
 * not just those that were written never reach the kernel: half a batch could be an open firewall.
 */
#include "apply/compiled.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "fw/table.h"
#include "net/nft.h"

#define SCHEMA	 "wf.nftb/1"
#define CONTEXT	 "wf compiled firewall"
#define HEAD_LEN (sizeof(SCHEMA " ") - 1 + CRYPTO_HASH_SIZE - 1 + 1)

int compiled_encode(
	struct arena *a, const struct firewall *f, char **ret, size_t *ret_len, struct err *e)
{
	STRBUF_CLEANUP struct strbuf rest = {0};
	char hash[CRYPTO_HASH_SIZE], *text;
	struct fw_table table;
	struct fw_batch b;
	int r;

	fw_build(a, f, &table);
	if ((r = fw_encode_replace(a, &table, NULL, &b, e)))
		return r;
	strbuf_addf(&rest, "%u %zu\n", b.messages, b.genid_at);
	strbuf_addn(&rest, b.bytes, b.len);
	crypto_hash_hex(rest.s, rest.len, CONTEXT, hash);
	text = arena_alloc(a, HEAD_LEN + rest.len + 1);
	snprintf(text, HEAD_LEN + 1, SCHEMA " %s ", hash);
	memcpy(text + HEAD_LEN, rest.s, rest.len);
	*ret = text;
	*ret_len = HEAD_LEN + rest.len;
	return 0;
}

/* SCHEMA, the hash of all that follows, the number of messages, the place of the generation. */
static bool parse(char *text, size_t len, struct fw_batch *ret)
{
	char hash[CRYPTO_HASH_SIZE], head[HEAD_LEN + 1], *end;
	struct fw_batch b = {0};

	if (len < HEAD_LEN)
		return false;
	crypto_hash_hex(text + HEAD_LEN, len - HEAD_LEN, CONTEXT, hash);
	snprintf(head, sizeof(head), SCHEMA " %s ", hash);
	end = memchr(text, '\n', len);
	if (memcmp(head, text, HEAD_LEN) != 0 || !end ||
		sscanf(text + HEAD_LEN, "%u %zu\n", &b.messages, &b.genid_at) != 2)
		return false;
	b.bytes = (uint8_t *)end + 1;
	b.len = len - (size_t)(end + 1 - text);
	if (b.genid_at > b.len || b.len - b.genid_at < sizeof(uint32_t))
		return false;
	*ret = b;
	return true;
}

int compiled_load(struct net *n, char *text, size_t len, struct err *e)
{
	struct fw_batch b;

	if (!parse(text, len, &b))
		return err_set(e, E_FAILED, "the compiled firewall is damaged");
	return net_nft_commit(n, &b, NULL, e);
}

int compiled_replace(struct arena *a, struct net *n, const struct firewall *f, struct err *e)
{
	struct fw_table table;
	struct fw_batch b;
	int r;

	fw_build(a, f, &table);
	r = fw_encode_replace(a, &table, NULL, &b, e);
	return r ? r : net_nft_commit(n, &b, NULL, e);
}

int compiled_delete(struct arena *a, struct net *n, struct err *e)
{
	struct fw_batch b;
	int r = fw_encode_delete(a, FW_TABLE, &b, e);

	return r ? r : net_nft_commit(n, &b, NULL, e);
}
