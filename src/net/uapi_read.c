// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of what a userspace implementation answers. Knows the keys of the configuration
 * protocol; must not know a socket. Pure on bytes and fuzzed: the other side is a process, its
 * text is believed no more than a file. Keeps the invariant that a secret leaves its line as a
 * public key or a fingerprint only.
 */
#include "net/uapi.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

/* Longer than any line of the protocol. */
#define LINE_MAX_LEN 512

static int hex_digit(char c)
{
	c = str_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_key(const char *hex, uint8_t out[static WG_KEY_LEN])
{
	int high, low;

	if (strlen(hex) != 2 * WG_KEY_LEN)
		return false;
	for (size_t i = 0; i < WG_KEY_LEN; i++) {
		high = hex_digit(hex[2 * i]);
		low = hex_digit(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool is_zero(const uint8_t key[static WG_KEY_LEN])
{
	uint8_t any = 0;

	for (size_t i = 0; i < WG_KEY_LEN; i++)
		any |= key[i];
	return !any;
}

/* The protocol does not say the device's public key. */
static bool take_private(const char *hex, struct wg_key *ret_public)
{
	SECRET_CLEANUP struct wg_secret secret = {0};
	uint8_t key[WG_KEY_LEN];
	struct err ignored;
	bool good = parse_key(hex, key);

	if (good && !is_zero(key)) {
		good = secret_from_bytes(key, &secret, &ignored) == 0;
		if (good)
			secret_public_key(&secret, ret_public);
	}
	explicit_bzero(key, sizeof(key));
	return good;
}

static bool take_preshared(const char *hex, struct key_ref *ret)
{
	uint8_t key[WG_KEY_LEN];
	bool good = parse_key(hex, key);

	if (good)
		secret_fingerprint_bytes(key, ret->fp);
	explicit_bzero(key, sizeof(key));
	return good;
}

static bool take_number(const char *s, uint64_t max, uint64_t *ret)
{
	return str_to_u64(s, 0, max, ret);
}

static bool take_u16(const char *s, uint16_t *ret)
{
	uint64_t n;

	if (!take_number(s, UINT16_MAX, &n))
		return false;
	*ret = (uint16_t)n;
	return true;
}

/* A scope in the text (fe80::1%eth0) may be a name, which only the system could make a number. */
static bool take_endpoint(char *s, struct ip_endpoint *ret)
{
	char *scope = strchr(s, '%'), *end = scope ? strchr(scope, ']') : NULL;
	struct ip_endpoint p;
	uint32_t index = 0;

	if (end) {
		*end = '\0';
		if (!str_to_u32(scope + 1, 1, INT32_MAX, &index))
			index = 0;
		*end = ']';
		memmove(scope, end, strlen(end) + 1);
	}
	if (!ip_endpoint_parse(s, &p))
		return false;
	p.scope = index;
	*ret = p;
	return true;
}

static bool take_device(struct uapi_reader *u, const char *key, char *value)
{
	struct wg_state *d = u->device;
	uint64_t n;

	if (str_eq(key, "private_key"))
		return take_private(value, &d->public_key);
	if (str_eq(key, "listen_port"))
		return take_u16(value, &d->listen_port);
	if (str_eq(key, "fwmark")) {
		if (!take_number(value, UINT32_MAX, &n))
			return false;
		d->fwmark = (uint32_t)n;
	}
	return true;
}

static bool take_peer(struct uapi_reader *u, const char *key, char *value)
{
	struct wg_peer *p = &u->device->peers[u->device->n_peers - 1];
	struct ip_prefix prefix;
	uint64_t n;

	if (str_eq(key, "preshared_key"))
		return take_preshared(value, &p->preshared);
	if (str_eq(key, "endpoint"))
		return take_endpoint(value, &p->endpoint);
	if (str_eq(key, "persistent_keepalive_interval"))
		return take_u16(value, &p->keepalive);
	if (str_eq(key, "rx_bytes"))
		return take_number(value, UINT64_MAX, &p->rx_bytes);
	if (str_eq(key, "tx_bytes"))
		return take_number(value, UINT64_MAX, &p->tx_bytes);
	if (str_eq(key, "last_handshake_time_sec")) {
		if (!take_number(value, INT64_MAX, &n))
			return false;
		p->last_handshake = (int64_t)n;
	}
	if (str_eq(key, "allowed_ip")) {
		if (!ip_prefix_parse(value, &prefix))
			return false;
		LIST_PUSH(u->a, p, allowed)->prefix = prefix;
	}
	return true;
}

/* Implementations differ in the sign. */
static bool take_errno(struct uapi_reader *u, const char *value)
{
	uint64_t n;

	if (!take_number(value + (*value == '-'), 4095, &n))
		return false;
	u->has_error = true;
	u->error = (int)n;
	return true;
}

static bool take_line(struct uapi_reader *u, char *line)
{
	char *value = strchr(line, '=');
	struct wg_key key;

	if (!*line) {
		u->done = true;
		return u->has_error;
	}
	if (!value)
		return false;
	*value++ = '\0';
	if (str_eq(line, "errno"))
		return take_errno(u, value);
	if (!u->device)
		return true;
	if (str_eq(line, "public_key")) {
		if (!parse_key(value, key.b))
			return false;
		LIST_PUSH(u->a, u->device, peers)->public_key = key;
		u->has_peer = true;
		return true;
	}
	return u->has_peer ? take_peer(u, line, value) : take_device(u, line, value);
}

int uapi_take(struct uapi_reader *u, char *text, size_t len, size_t *ret_used, struct err *e)
{
	size_t at = 0;
	char *end;

	while (!u->done && at < len) {
		end = memchr(text + at, '\n', len - at);
		if ((end ? (size_t)(end - text) : len) - at > LINE_MAX_LEN)
			goto bad;
		if (!end)
			break;
		*end = '\0';
		if (!take_line(u, text + at))
			goto bad;
		at = (size_t)(end - text) + 1;
	}
	*ret_used = at;
	return 0;
bad:
	return err_set(e, E_KERNEL, "the userspace WireGuard answered what is not its protocol");
}
