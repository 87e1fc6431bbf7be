// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Endpoints: HOST:PORT and [HOST]:PORT. Knows how wg(8) splits them and what it would hand to the
 * resolver unchecked; must not resolve anything. A port that is missing is never guessed.
 */
#include "wgconf/value.h"

#include <string.h>

#include "base/str.h"

#define HOST_SIZE     254 /* RFC 1035: 253 characters and the end */
#define ENDPOINT_SIZE 320

static int refuse(struct span v, struct err *e, const char *why)
{
	err_set(e, E_ENDPOINT, "%s", why);
	err_hint(e,
		"an endpoint looks like 192.0.2.5:51820, [2001:db8::1]:51820 or "
		"vpn.example.com:51820");
	return err_at(e, NULL, 0, v.column);
}

static bool is_number(const char *s)
{
	return *s && s[strspn(s, "0123456789")] == '\0';
}

static bool is_host_name(const char *s)
{
	const char *last = s;
	unsigned label = 0;
	size_t digits;

	for (const char *c = s; *c; c++) {
		if (*c == '.') {
			if (!label)
				return false;
			label = 0;
			if (c[1])
				last = c + 1;
			continue;
		}
		if (!strchr("-_", *c) && !(*c >= '0' && *c <= '9') &&
			!(str_lower(*c) >= 'a' && str_lower(*c) <= 'z'))
			return false;
		if (++label > 63)
			return false;
	}
	/* A last label of digits only is a broken address, not a name (RFC 1123, section 2.1). */
	digits = strspn(last, "0123456789");
	return last[digits] && last[digits] != '.';
}

/* An IPv6 address, with a zone if need be ("fe80::1%eth0"). */
static bool is_ipv6(const char *s)
{
	char text[HOST_SIZE];
	struct ip_addr addr;
	char *zone;

	str_copy(text, sizeof(text), s);
	zone = strchr(text, '%');
	if (zone) {
		*zone++ = '\0';
		if (!is_host_name(zone) && !is_number(zone))
			return false;
	}
	return ip_addr_parse(text, &addr) && addr.family == AF_INET6;
}

static bool is_ipv4(const char *s)
{
	struct ip_addr addr;

	return ip_addr_parse(s, &addr) && addr.family == AF_INET;
}

/* Suggests a port without taking it. A name is not repeated: it could be anything. */
static int refuse_no_port(struct span v, const char *host, struct err *e)
{
	bool ipv6 = is_ipv6(host) && !strchr(host, '%');

	err_set(e, E_ENDPOINT, "Endpoint has no port");
	if (ipv6 || is_ipv4(host))
		err_hint(e,
			"write %s%s%s:51820 if the server listens on WireGuard's usual port; "
			"the sponsor knows it",
			ipv6 ? "[" : "", host, ipv6 ? "]" : "");
	else
		err_hint(e,
			"write it behind the name, as in vpn.example.com:51820; "
			"the sponsor knows it");
	return err_at(e, NULL, 0, v.column);
}

static int refuse_port(struct span v, const char *port, struct err *e)
{
	if (is_number(port) && strlen(port) <= 20)
		err_set(e, E_ENDPOINT, "the port of Endpoint is %s, a port is 1-65535", port);
	else
		err_set(e, E_ENDPOINT, "the port of Endpoint is not a number from 1 to 65535");
	err_hint(e, "WireGuard's usual port is 51820; the sponsor knows the right one");
	return err_at(e, NULL, 0, v.column);
}

/*
 * Splits text (changed in place) as wg(8) does: at "]:" behind a bracket, else at the last colon.
 * *port is NULL when there is none. *bare: see value.h.
 */
static bool split(char *text, char **host, char **port, bool *bare)
{
	char *end;

	*bare = false;
	*host = text;
	*port = NULL;
	if (text[0] == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		*host = text + 1;
		if (end[1])
			*port = end + 2;
		*end = '\0';
		return true;
	}
	end = strrchr(text, ':');
	if (!end)
		return true;
	*end = '\0';
	if (strchr(text, ':')) {
		*bare = is_ipv6(text);
		if (!*bare) {
			*end = ':';
			return is_ipv6(text);
		}
	}
	*port = end + 1;
	return true;
}

int value_read_endpoint(struct span v, struct arena *a, const char **ret_host, uint16_t *ret_port,
	bool *ret_bare, struct err *e)
{
	char text[ENDPOINT_SIZE], *host, *port;
	size_t len = span_squeeze(v, text, sizeof(text));
	uint32_t number;
	bool bare;

	if (!len)
		return refuse(v, e, "Endpoint has no value");
	if (len == SIZE_MAX)
		return refuse(v, e, "Endpoint is longer than any host name");
	if (!split(text, &host, &port, &bare))
		return refuse(v, e, "Endpoint is not HOST:PORT");
	if (!*host)
		return refuse(v, e, "Endpoint has no host");
	if (!port || !*port)
		return refuse_no_port(v, host, e);
	if (!str_to_u32(port, 1, UINT16_MAX, &number)) {
		v = span_from(v, v.len - strnlen(port, v.len));
		return refuse_port(v, port, e);
	}
	if (strlen(host) >= HOST_SIZE || !(is_ipv4(host) || is_ipv6(host) || is_host_name(host)))
		return refuse(v, e, "the host of Endpoint is neither an address nor a name");
	*ret_host = arena_strdup(a, host);
	*ret_port = (uint16_t)number;
	*ret_bare = bare;
	return 0;
}
