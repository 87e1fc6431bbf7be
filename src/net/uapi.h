/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * WireGuard devices of a userspace implementation over its socket: lines "key=value", an empty line
 * at the end (https://www.wireguard.com/xplatform/, "Configuration Protocol"). The same reading and
 * writing as in net/wg.h.
 */
#ifndef WF_NET_UAPI_H
#define WF_NET_UAPI_H

#include "net/change.h"
#include "net/nl.h"

/* E_NOT_FOUND when no process answers on the socket of this name. */
int uapi_read(const char *ifname, struct arena *a, struct wg_state *ret, struct err *e);

/* As wg_write; *result has no text, the protocol has errno values only. E_NOT_FOUND as above. */
int uapi_write(const char *ifname, const struct op *ops, size_t count,
	const struct key_source *keys, struct nl_result *result, struct err *e);

/*
 * The reader of answers, pure on bytes. The text holds keys: room for it is guarded memory, and no
 * more than UAPI_CHUNK bytes of an answer are in memory at a time. Zero it, set `a` and `device`.
 */
#define UAPI_CHUNK 16384
struct uapi_reader {
	struct arena *a;
	struct wg_state *device; /* filled; NULL: only the errno is of interest */
	bool done;		 /* the empty line was read */
	bool has_error;		 /* errno= was read */
	int error;		 /* its value, positive */
	bool has_peer;		 /* a public_key= was read: lines are about the last peer */
};
/*
 * Takes the whole lines of text[0..len), which it may change; *ret_used bytes are done with.
 * E_KERNEL when it is not the protocol. Unknown keys are skipped.
 */
int uapi_take(struct uapi_reader *u, char *text, size_t len, size_t *ret_used, struct err *e);

/* Pure but for `keys`: the text of ops as one "set" request, in pieces given to `send`. */
typedef int (*uapi_send_fn)(void *ctx, const char *text, size_t len, struct err *e);
int uapi_encode(const char *ifname, const struct op *ops, size_t count,
	const struct key_source *keys, uapi_send_fn send, void *ctx, struct err *e);

#endif
