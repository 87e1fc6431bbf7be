// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The notation of rules (build.h): one expression each. Knows how a value lies in a register; must
 * not know which rules there are.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/str.h"
#include "fw/build.h"

struct fw_expr rule_is(enum fw_field f, uint32_t value)
{
	struct fw_expr e = {.kind = FW_MATCH, .field = {f}, .n_fields = 1};
	uint16_t port = htons((uint16_t)value);
	uint8_t byte = (uint8_t)value;

	switch (fw_type_size(fw_field_type(f))) {
	case 1: memcpy(e.value, &byte, 1); break;
	case 2: memcpy(e.value, &port, 2); break;
	case 4: memcpy(e.value, &value, 4); break;
	}
	return e;
}

struct fw_expr rule_is_name(enum fw_field f, const char *name)
{
	struct fw_expr e = {.kind = FW_MATCH, .field = {f}, .n_fields = 1};

	str_copy((char *)e.value, sizeof(e.value), name);
	return e;
}

struct fw_expr rule_is_prefix(enum fw_field v4, enum fw_field v6, const struct ip_prefix *p)
{
	struct fw_expr e = {.kind = FW_MATCH, .n_fields = 1, .prefix_len = p->len};
	struct ip_prefix masked = *p;

	ip_prefix_mask(&masked);
	e.field[0] = p->addr.family == AF_INET ? v4 : v6;
	memcpy(e.value, masked.addr.b, ip_bits(p->addr.family) / 8);
	return e;
}

struct fw_expr rule_is_addr(enum fw_field v4, enum fw_field v6, const struct ip_addr *addr)
{
	struct ip_prefix p = {.addr = *addr, .len = (uint8_t)ip_bits(addr->family)};

	return rule_is_prefix(v4, v6, &p);
}

struct fw_expr rule_family(uint8_t family)
{
	return rule_is(FW_NFPROTO, family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6);
}

struct fw_expr rule_not(struct fw_expr e)
{
	e.inverted = true;
	return e;
}

struct fw_expr rule_lookup(
	enum fw_expr_kind kind, const char *set, const enum fw_field *fields, unsigned n)
{
	struct fw_expr e = {.kind = kind, .n_fields = n, .name = set};

	memcpy(e.field, fields, n * sizeof(*fields));
	return e;
}
