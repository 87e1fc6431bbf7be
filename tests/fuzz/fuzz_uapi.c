// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of what a userspace WireGuard answers, under any bytes: it must not crash, and must
 * not care in which pieces they come. The first byte is the length of the pieces. A broken property
 * aborts.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/uapi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

/* As the socket is read: what is not a whole line yet stays in the room. */
static int feed(struct uapi_reader *u, const uint8_t *data, size_t size, size_t step)
{
	char *room = malloc(size ? size : 1);
	size_t len = 0, used, n;
	struct err e;
	int r = 0;

	for (size_t at = 0; !r && !u->done && at < size; at += n) {
		n = size - at < step ? size - at : step;
		memcpy(room + len, data + at, n);
		len += n;
		r = uapi_take(u, room, len, &used, &e);
		if (!r) {
			must(used <= len);
			len -= used;
			memmove(room, room + used, len);
		}
	}
	free(room);
	return r;
}

static void compare(const struct wg_state *a, const struct wg_state *b)
{
	must(a->n_peers == b->n_peers && a->listen_port == b->listen_port &&
		a->fwmark == b->fwmark && wg_key_equal(&a->public_key, &b->public_key));
	for (size_t i = 0; i < a->n_peers; i++)
		must(wg_peer_equal(&a->peers[i], &b->peers[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct wg_state one = {0}, two = {0};
	struct uapi_reader whole = {.a = a, .device = &one}, pieces = {.a = a, .device = &two};
	struct err e;
	int r;

	if (!size || crypto_init(&e))
		return 0;
	r = feed(&whole, data + 1, size - 1, size);
	must(feed(&pieces, data + 1, size - 1, data[0] + 1u) == r);
	must(r || whole.done == pieces.done);
	if (!r)
		compare(&one, &two);
	LIST_FOREACH (p, &one, peers)
		LIST_FOREACH (w, p, allowed)
			must(w->prefix.len <= ip_bits(w->prefix.addr.family));
	return 0;
}
