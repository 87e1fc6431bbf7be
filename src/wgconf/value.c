// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses, numbers and words. Knows what wg(8) and wg-quick(8) take for a value and what cannot
 * work although they take it; must not know the line it stands in. Invariant: see value.h about
 * what a message may repeat.
 */
#include "wgconf/value.h"

#include <string.h>

#include "base/str.h"
#include "wgconf/key.h"

#define PREFIX_SIZE 80	/* longer than any address with a mask, dotted or not */
#define WORD_SIZE   128 /* of a table's name or a number */
#define DOMAIN_SIZE 256 /* RFC 1035, section 3.1 */

/* Digits, dots, colons, slashes: the text of an address, which base64 is not. */
static bool looks_like_address(const char *s)
{
	return strpbrk(s, ".:") && s[strspn(s, "0123456789abcdefABCDEF.:/")] == '\0';
}

static int refuse_prefix(struct span v, const char *text, enum conf_key key, struct err *e)
{
	const char *name = conf_key_name(key);

	if (looks_like_address(text))
		err_set(e, E_ADDRESS, "%s: '%s' is not an address or prefix", name, text);
	else
		err_set(e, E_ADDRESS, "%s: this is not an address or prefix", name);
	err_hint(e, "an address looks like 10.2.0.2/32 or fd00::2/128");
	return err_at(e, NULL, 0, v.column);
}

/* The prefix length of 255.x.x.x, or -1 when it is no mask. */
static int dotted_mask(const char *text)
{
	struct ip_addr mask;
	uint32_t bits;

	if (!ip_addr_parse(text, &mask) || mask.family != AF_INET)
		return -1;
	bits = (uint32_t)mask.b[0] << 24 | (uint32_t)mask.b[1] << 16 | (uint32_t)mask.b[2] << 8 |
		mask.b[3];
	/* Ones, then zeros: the complement plus one has a single bit, or none. */
	if (~bits & (~bits + 1))
		return -1;
	return __builtin_popcount(bits);
}

static int refuse_length(struct span v, const struct ip_addr *addr, const char *text,
	const char *length, enum conf_key key, struct err *e)
{
	const char *name = conf_key_name(key);
	const char *family = addr->family == AF_INET ? "IPv4" : "IPv6";
	int mask = dotted_mask(length);
	char address[IP_TEXT_SIZE];

	err_set(e, E_ADDRESS, "%s: an %s prefix length is 0-%u", name, family,
		ip_bits(addr->family));
	if (mask >= 0 && addr->family == AF_INET)
		err_hint(e, "write %s/%d", ip_addr_format(addr, address), mask);
	else if (looks_like_address(text))
		err_hint(e, "'%s' has another one; ask the sponsor for the right one", text);
	return err_at(e, NULL, 0, v.column);
}

int value_read_prefix(struct span v, enum conf_key key, struct ip_prefix *ret, struct err *e)
{
	char text[PREFIX_SIZE], *slash;
	struct ip_addr addr;
	bool good;

	if (span_squeeze(v, text, sizeof(text)) == SIZE_MAX)
		return refuse_prefix(v, "", key, e);
	if (ip_prefix_parse(text, ret))
		return 0;
	slash = strchr(text, '/');
	if (!slash)
		return refuse_prefix(v, text, key, e);
	*slash = '\0';
	good = ip_addr_parse(text, &addr);
	*slash = '/';
	if (!good)
		return refuse_prefix(v, text, key, e);
	return refuse_length(v, &addr, text, slash + 1, key, e);
}

static bool is_domain(const char *s)
{
	unsigned label = 0;

	if (strlen(s) >= DOMAIN_SIZE)
		return false;
	for (; *s; s++) {
		if (*s == '.') {
			if (!label)
				return false;
			label = 0;
			continue;
		}
		if (!strchr("-_", *s) && !(*s >= '0' && *s <= '9') &&
			!(str_lower(*s) >= 'a' && str_lower(*s) <= 'z'))
			return false;
		if (++label > 63)
			return false;
	}
	return true;
}

int value_read_dns(struct span v, struct arena *a, struct ip_addr *ret_server,
	const char **ret_domain, struct err *e)
{
	char text[DOMAIN_SIZE + 1];
	size_t len = span_squeeze(v, text, sizeof(text));
	struct ip_addr addr;

	if (len != SIZE_MAX && ip_addr_parse(text, &addr)) {
		*ret_server = addr;
		*ret_domain = NULL;
		return 0;
	}
	/* wg-quick takes what consists of digits and dots, or has a colon, for a server. */
	if (len != SIZE_MAX && !strchr(text, ':') && text[strspn(text, "0123456789.")] &&
		is_domain(text + (text[0] == '~'))) {
		*ret_domain = arena_strdup(a, text);
		return 0;
	}
	if (len != SIZE_MAX && looks_like_address(text))
		err_set(e, E_ADDRESS, "DNS: '%s' is not an address", text);
	else
		err_set(e, E_ADDRESS, "DNS: this is neither an address nor a search domain");
	err_hint(e, "DNS takes addresses (10.2.0.1, fd00::1) without port or mask, and domains");
	return err_at(e, NULL, 0, v.column);
}

static bool read_hex(const char *s, uint32_t max, uint32_t *ret)
{
	uint64_t n = 0;

	if (s[0] != '0' || str_lower(s[1]) != 'x' || !s[2])
		return false;
	for (s += 2; *s; s++) {
		char c = str_lower(*s);
		unsigned digit;

		if (c >= '0' && c <= '9')
			digit = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned)(c - 'a') + 10;
		else
			return false;
		n = n << 4 | digit;
		if (n > max)
			return false;
	}
	*ret = (uint32_t)n;
	return true;
}

int value_read_number(
	struct span v, enum conf_key key, uint32_t min, uint32_t max, uint32_t *ret, struct err *e)
{
	bool may_be_off = key == CONF_FWMARK || key == CONF_KEEPALIVE;
	char text[WORD_SIZE];

	if (span_squeeze(v, text, sizeof(text)) != SIZE_MAX) {
		if (may_be_off && str_ieq(text, "off")) {
			*ret = 0;
			return 0;
		}
		if (str_to_u32(text, min, max, ret) ||
			(key == CONF_FWMARK && read_hex(text, max, ret)))
			return 0;
	}
	err_set(e, E_NUMBER, "%s is %sa number from %u to %u", conf_key_name(key),
		may_be_off ? "off or " : "", min, max);
	err_hint(e, "%s",
		key == CONF_KEEPALIVE ? "25 seconds is the usual value behind a router"
				      : "without the line the value is chosen automatically");
	return err_at(e, NULL, 0, v.column);
}

int value_read_bool(struct span v, enum conf_key key, bool *ret, struct err *e)
{
	bool yes = span_ieq(v, "true");

	if (!yes && !span_ieq(v, "false")) {
		err_set(e, E_SYNTAX, "%s is true or false", conf_key_name(key));
		err_hint(e, "without the line it is false");
		return err_at(e, NULL, 0, v.column);
	}
	*ret = yes;
	return 0;
}

int value_read_table(struct span v, struct arena *a, const char **ret, struct err *e)
{
	static const char good[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "_.+-";
	char text[WORD_SIZE];
	size_t len = span_squeeze(v, text, sizeof(text));
	uint32_t number;

	if (len != v.len || text[strspn(text, good)])
		goto refuse;
	if (str_ieq(text, "off") || str_ieq(text, "auto"))
		for (char *c = text; *c; c++)
			*c = str_lower(*c);
	else if (text[strspn(text, "0123456789")] == '\0' &&
		!str_to_u32(text, 1, UINT32_MAX, &number))
		goto refuse;
	*ret = arena_strdup(a, text);
	return 0;
refuse:
	err_set(e, E_NUMBER, "Table is off, auto, a number from 1 to 4294967295 or a table's name");
	err_hint(e, "without the line it is auto");
	return err_at(e, NULL, 0, v.column);
}
