// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes of a WireGuard device as SET_DEVICE messages. Knows the attributes of
 * include/uapi/linux/wireguard.h and how a peer is continued in the next message; must not decide
 * what is said (patch.h). Keeps the invariants that no key outlives its message in memory, and that
 * messages go out in the order of the operations.
 */
#include "net/wg.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/wireguard.h>
#include <stdlib.h>
#include <string.h>

#include "net/patch.h"

/* Everything of a peer but its allowed IPs, and one allowed IP, with headers and padding. */
#define PEER_HEAD_MAX 192
#define ALLOWED_MAX   48

struct writer {
	uint16_t family;
	const char *ifname;
	const struct key_source *keys;
	size_t limit;
	wg_send_fn send;
	void *ctx;
	struct nlmsghdr *h; /* `limit` bytes */
	bool open, has_device;
	struct nlattr *peers, *peer, *allowed; /* open nests, or NULL */
};

static void begin_message(struct writer *w)
{
	struct genlmsghdr *g;

	if (w->open)
		return;
	mnl_nlmsg_put_header(w->h);
	w->h->nlmsg_type = w->family;
	w->h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	g = mnl_nlmsg_put_extra_header(w->h, sizeof(*g));
	g->cmd = WG_CMD_SET_DEVICE;
	g->version = WG_GENL_VERSION;
	mnl_attr_put_strz(w->h, WGDEVICE_A_IFNAME, w->ifname);
	w->open = true;
}

static void end_nest(struct writer *w, struct nlattr **nest)
{
	if (*nest)
		mnl_attr_nest_end(w->h, *nest);
	*nest = NULL;
}

static void end_peer(struct writer *w)
{
	end_nest(w, &w->allowed);
	end_nest(w, &w->peer);
}

static int end_message(struct writer *w, struct err *e)
{
	int r;

	if (!w->open)
		return 0;
	end_peer(w);
	end_nest(w, &w->peers);
	r = w->send(w->ctx, w->h, e);
	explicit_bzero(w->h, w->limit);
	w->open = w->has_device = false;
	return r;
}

static bool has_room(const struct writer *w, size_t size)
{
	return w->h->nlmsg_len + size <= w->limit;
}

static int put_key(
	struct writer *w, uint16_t attr, enum key_patch what, const char *id, struct err *e)
{
	static const uint8_t zero[WG_KEY_LEN];
	SECRET_CLEANUP struct wg_secret secret = {0};
	int r = 0;

	switch (what) {
	case KEY_KEEP: break;
	case KEY_CLEAR: mnl_attr_put(w->h, attr, sizeof(zero), zero); break;
	case KEY_MISSING:
		return err_set(
			e, E_KEY, "a key of '%s' that is to be restored is not at hand", w->ifname);
	case KEY_SET:
		r = w->keys->get(w->keys->ctx, id, &secret, e);
		if (!r)
			mnl_attr_put(w->h, attr, WG_KEY_LEN, secret_bytes(&secret));
		break;
	}
	return r;
}

static int put_device(struct writer *w, const struct wg_patch *p, struct err *e)
{
	int r;

	/* The kernel does the device's part of a message first, wherever it stands in it. */
	if (w->has_device || w->peers) {
		r = end_message(w, e);
		if (r)
			return r;
	}
	begin_message(w);
	w->has_device = true;
	r = put_key(w, WGDEVICE_A_PRIVATE_KEY, p->private_key, p->device->private_key.id, e);
	if (r)
		return r;
	if (p->set_port)
		mnl_attr_put_u16(w->h, WGDEVICE_A_LISTEN_PORT, p->device->listen_port);
	if (p->set_mark)
		mnl_attr_put_u32(w->h, WGDEVICE_A_FWMARK, p->device->fwmark);
	return 0;
}

static int begin_peer(struct writer *w, const struct wg_key *key, uint32_t flags, struct err *e)
{
	int r;

	if (w->open && !has_room(w, PEER_HEAD_MAX)) {
		r = end_message(w, e);
		if (r)
			return r;
	}
	begin_message(w);
	if (!w->peers)
		w->peers = mnl_attr_nest_start(w->h, WGDEVICE_A_PEERS);
	w->peer = mnl_attr_nest_start(w->h, 0);
	mnl_attr_put(w->h, WGPEER_A_PUBLIC_KEY, WG_KEY_LEN, key->b);
	if (flags)
		mnl_attr_put_u32(w->h, WGPEER_A_FLAGS, flags);
	return 0;
}

static void put_endpoint(struct writer *w, const struct ip_endpoint *p)
{
	struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(p->port)};
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(p->port), .sin6_scope_id = p->scope};

	if (p->addr.family == AF_INET) {
		memcpy(&in4.sin_addr, p->addr.b, sizeof(in4.sin_addr));
		mnl_attr_put(w->h, WGPEER_A_ENDPOINT, sizeof(in4), &in4);
	} else {
		memcpy(&in6.sin6_addr, p->addr.b, sizeof(in6.sin6_addr));
		mnl_attr_put(w->h, WGPEER_A_ENDPOINT, sizeof(in6), &in6);
	}
}

static int put_allowed(
	struct writer *w, const struct wg_peer *p, const struct ip_prefix *prefix, struct err *e)
{
	struct nlattr *nest;
	int r;

	if (!has_room(w, ALLOWED_MAX)) {
		r = end_message(w, e);
		/* The peer goes on in the next message, unless it was removed meanwhile. */
		r = r ? r : begin_peer(w, &p->public_key, WGPEER_F_UPDATE_ONLY, e);
		if (r)
			return r;
	}
	if (!w->allowed)
		w->allowed = mnl_attr_nest_start(w->h, WGPEER_A_ALLOWEDIPS);
	nest = mnl_attr_nest_start(w->h, 0);
	mnl_attr_put_u16(w->h, WGALLOWEDIP_A_FAMILY, prefix->addr.family);
	mnl_attr_put(w->h, WGALLOWEDIP_A_IPADDR, ip_bits(prefix->addr.family) / 8, prefix->addr.b);
	mnl_attr_put_u8(w->h, WGALLOWEDIP_A_CIDR_MASK, prefix->len);
	mnl_attr_nest_end(w->h, nest);
	return 0;
}

static int put_peer(struct writer *w, const struct wg_patch *p, struct err *e)
{
	uint32_t flags = (p->remove ? WGPEER_F_REMOVE_ME : 0) |
		(p->update_only ? WGPEER_F_UPDATE_ONLY : 0) |
		(p->replace_allowed ? WGPEER_F_REPLACE_ALLOWEDIPS : 0);
	int r = begin_peer(w, &p->peer->public_key, flags, e);

	if (!r && !p->remove) {
		r = put_key(w, WGPEER_A_PRESHARED_KEY, p->preshared, p->peer->preshared.id, e);
		if (p->set_endpoint)
			put_endpoint(w, &p->peer->endpoint);
		mnl_attr_put_u16(w->h, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, p->keepalive);
		for (size_t i = 0; !r && p->set_allowed && i < p->peer->n_allowed; i++)
			r = put_allowed(w, p->peer, &p->peer->allowed[i].prefix, e);
	}
	if (!r)
		end_peer(w);
	return r;
}

int wg_encode(uint16_t family, const char *ifname, const struct op *ops, size_t count,
	const struct key_source *keys, size_t limit, wg_send_fn send, void *ctx, struct err *e)
{
	struct writer w = {.family = family,
		.ifname = ifname,
		.keys = keys,
		.limit = limit,
		.send = send,
		.ctx = ctx};
	struct wg_patch p;
	int r = 0;

	w.h = calloc(1, limit);
	if (!w.h)
		err_oom();
	for (size_t i = 0; !r && i < count; i++) {
		wg_patch_of(&ops[i], &p);
		r = p.device ? put_device(&w, &p, e) : put_peer(&w, &p, e);
	}
	if (!r)
		r = end_message(&w, e);
	explicit_bzero(w.h, limit);
	free(w.h);
	return r;
}

struct sender {
	struct nl *nl;
	struct nl_result *result;
};

#define REFUSED 1 /* not an error of this side: the result says what the kernel said */

static int send_message(void *ctx, struct nlmsghdr *h, struct err *e)
{
	struct sender *s = ctx;
	int r = nl_ask(s->nl, h, NULL, NULL, s->result, e);

	return r ? r : s->result->error ? REFUSED : 0;
}

int wg_write(struct nl *nl, uint16_t family, const char *ifname, const struct op *ops, size_t count,
	const struct key_source *keys, struct nl_result *result, struct err *e)
{
	struct sender s = {.nl = nl, .result = result};
	int r;

	*result = (struct nl_result){0};
	r = wg_encode(family, ifname, ops, count, keys, (size_t)MNL_SOCKET_BUFFER_SIZE,
		send_message, &s, e);
	return r == REFUSED ? 0 : r;
}
