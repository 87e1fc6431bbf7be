// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses as values. Knows the text forms and the arithmetic of prefixes; must not ask anything
 * of the system: no name is looked up, no interface name is turned into an index. Bytes behind an
 * IPv4 address are zero in everything made here.
 */
#include "model/ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"
#include "base/str.h"

static size_t addr_len(uint8_t family)
{
	return ip_bits(family) / 8;
}

unsigned ip_bits(uint8_t family)
{
	return family == AF_INET ? 32 : family == AF_INET6 ? 128 : 0;
}

bool ip_addr_parse(const char *s, struct ip_addr *ret)
{
	struct ip_addr a = {.family = strchr(s, ':') ? AF_INET6 : AF_INET};

	if (inet_pton(a.family, s, a.b) != 1)
		return false;
	*ret = a;
	return true;
}

bool ip_prefix_parse(const char *s, struct ip_prefix *ret)
{
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	char text[INET6_ADDRSTRLEN];
	struct ip_prefix p;
	uint32_t len;

	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (!ip_addr_parse(text, &p.addr))
		return false;
	len = ip_bits(p.addr.family);
	if (slash && !str_to_u32(slash + 1, 0, len, &len))
		return false;
	p.len = (uint8_t)len;
	*ret = p;
	return true;
}

bool ip_endpoint_parse(const char *s, struct ip_endpoint *ret)
{
	struct ip_endpoint p = {0};
	const char *colon = strrchr(s, ':');
	char text[IP_TEXT_SIZE], *host = text, *scope;
	size_t n = colon ? (size_t)(colon - s) : 0;
	uint32_t port;

	if (!n || n >= sizeof(text) || !str_to_u32(colon + 1, 0, UINT16_MAX, &port))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (text[0] == '[') {
		if (text[n - 1] != ']')
			return false;
		text[n - 1] = '\0';
		host++;
	}
	scope = strchr(host, '%');
	if (scope) {
		*scope++ = '\0';
		if (!str_to_u32(scope, 1, UINT32_MAX, &p.scope))
			return false;
	}
	if (!ip_addr_parse(host, &p.addr))
		return false;
	if (p.addr.family == AF_INET6 ? host == text : p.scope != 0)
		return false;
	p.port = (uint16_t)port;
	*ret = p;
	return true;
}

const char *ip_addr_format(const struct ip_addr *a, char out[static IP_TEXT_SIZE])
{
	if (!a->family || !inet_ntop(a->family, a->b, out, IP_TEXT_SIZE))
		out[0] = '\0';
	return out;
}

const char *ip_prefix_format(const struct ip_prefix *p, char out[static IP_TEXT_SIZE])
{
	size_t n = strlen(ip_addr_format(&p->addr, out));

	if (n)
		snprintf(out + n, IP_TEXT_SIZE - n, "/%u", p->len);
	return out;
}

const char *ip_endpoint_format(const struct ip_endpoint *p, char out[static IP_TEXT_SIZE])
{
	char text[IP_TEXT_SIZE];
	size_t n;

	ip_addr_format(&p->addr, text);
	n = strlen(text);
	if (n && p->scope)
		snprintf(text + n, sizeof(text) - n, "%%%u", p->scope);
	if (!n)
		out[0] = '\0';
	else if (p->addr.family == AF_INET6)
		snprintf(out, IP_TEXT_SIZE, "[%.55s]:%u", text, p->port);
	else
		snprintf(out, IP_TEXT_SIZE, "%.57s:%u", text, p->port);
	return out;
}

bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return a->family == b->family && memcmp(a->b, b->b, addr_len(a->family)) == 0;
}

bool ip_prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->len == b->len && ip_addr_equal(&a->addr, &b->addr);
}

bool ip_endpoint_equal(const struct ip_endpoint *a, const struct ip_endpoint *b)
{
	return a->port == b->port && a->scope == b->scope && ip_addr_equal(&a->addr, &b->addr);
}

static int addr_cmp(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->b, b->b, addr_len(a->family));
}

int ip_prefix_cmp(const struct ip_prefix *a, const struct ip_prefix *b)
{
	int r = addr_cmp(&a->addr, &b->addr);

	return r ? r : (a->len > b->len) - (a->len < b->len);
}

/* The mask of byte i of a prefix of `len` bits. */
static uint8_t mask_byte(unsigned len, size_t i)
{
	unsigned before = (unsigned)i * 8;

	if (len >= before + 8)
		return 0xff;
	return len <= before ? 0 : (uint8_t)(0xff << (8 - (len - before)));
}

bool ip_prefix_mask(struct ip_prefix *p)
{
	bool any = false;

	for (size_t i = 0; i < addr_len(p->addr.family); i++) {
		uint8_t kept = p->addr.b[i] & mask_byte(p->len, i);

		any |= kept != p->addr.b[i];
		p->addr.b[i] = kept;
	}
	return any;
}

static bool same_start(const struct ip_addr *a, const struct ip_addr *b, unsigned len)
{
	if (a->family != b->family)
		return false;
	for (size_t i = 0; i < addr_len(a->family); i++)
		if ((a->b[i] ^ b->b[i]) & mask_byte(len, i))
			return false;
	return true;
}

bool ip_prefix_contains(const struct ip_prefix *outer, const struct ip_addr *a)
{
	return same_start(&outer->addr, a, outer->len);
}

bool ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return same_start(&a->addr, &b->addr, a->len < b->len ? a->len : b->len);
}

void ip_cover_add(struct ip_cover *c, const struct ip_prefix *p)
{
	bool v4 = p->addr.family == AF_INET, top = p->addr.b[0] & 0x80;

	if (p->len > 1)
		return;
	if (p->len == 0 || !top)
		*(v4 ? &c->low4 : &c->low6) = true;
	if (p->len == 0 || top)
		*(v4 ? &c->high4 : &c->high6) = true;
}

bool ip_cover_all(const struct ip_cover *c, uint8_t family)
{
	return family == AF_INET ? c->low4 && c->high4 : c->low6 && c->high6;
}

bool ip_prefix_is_default(const struct ip_prefix *p)
{
	return p->addr.family && p->len == 0;
}

void ip_addr_unmap(struct ip_addr *a)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct ip_addr v4 = {.family = AF_INET};

	if (a->family != AF_INET6 || memcmp(a->b, mapped, sizeof(mapped)) != 0)
		return;
	memcpy(v4.b, a->b + sizeof(mapped), 4);
	*a = v4;
}
