// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The settings that are columns of a configuration. Knows their text form, which is that of a .conf
 * where there is one; the values themselves are read by the parser's own functions, so that what
 * `set` takes is what a file may say.
 */
#include <string.h>

#include "base/str.h"
#include "ops/convert.h"
#include "ops/settings.h"
#include "wgconf/value.h"

#define MTU_MIN 576
#define MTU_MAX 65535

static struct span span_of(const char *value)
{
	return (struct span){.s = value, .len = strlen(value)};
}

/* "auto" is no value: `none`. */
static int read_number(const char *value, enum conf_key key, uint32_t min, uint32_t max,
	int64_t none, int64_t *ret, struct err *e)
{
	uint32_t n;
	int r;

	if (str_ieq(value, "auto")) {
		*ret = none;
		return 0;
	}
	r = value_read_number(span_of(value), key, min, max, &n, e);
	if (!r)
		*ret = n;
	return r;
}

static const char *number_or_auto(const struct settings *s, int64_t n, int64_t none)
{
	return n == none ? "auto" : arena_printf(s->o->arena, "%lld", (long long)n);
}

static const char *get_name(const struct settings *s)
{
	return s->row.name;
}

static int put_name(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	if (str_empty(value))
		return setting_refuse(k, value, e);
	s->row.name = value;
	return 0;
}

static const char *get_interface(const struct settings *s)
{
	return s->row.interface_name;
}

static int put_interface(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	(void)k, (void)e; /* store checks it */
	s->row.interface_name = value;
	return 0;
}

static const char *get_address(const struct settings *s)
{
	const struct config *c = &s->row;

	if (!c->assigned_ipv4 || !c->assigned_ipv6)
		return c->assigned_ipv4	   ? c->assigned_ipv4
			: c->assigned_ipv6 ? c->assigned_ipv6
					   : "off";
	return c->address_order && *c->address_order == '6'
		? arena_printf(s->o->arena, "%s, %s", c->assigned_ipv6, c->assigned_ipv4)
		: arena_printf(s->o->arena, "%s, %s", c->assigned_ipv4, c->assigned_ipv6);
}

static int put_address(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	struct conf c = {0};
	struct identity id;
	int r = str_eq(value, "off") ? 0 : convert_add_addresses(s->o->arena, value, &c, e);

	if (r)
		return r;
	if (!c.n_addresses && !str_eq(value, "off"))
		return setting_refuse(k, value, e);
	convert_identity(s->o->arena, &c, &id);
	s->row.assigned_ipv4 = id.ipv4;
	s->row.assigned_ipv6 = id.ipv6;
	s->row.address_order = id.order;
	return 0;
}

static const char *get_servers(const struct settings *s)
{
	return s->row.dns_servers ? s->row.dns_servers : "off";
}

static int put_servers(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	const char *item, *list = value;
	struct arena *a = s->o->arena;
	struct identity id;
	struct conf c = {0};
	size_t len;
	int r;

	while (!str_eq(value, "off") && str_next_item(&list, &item, &len)) {
		const char *domain;
		struct ip_addr addr;

		if ((r = value_read_dns(
			     span_of(arena_strndup(a, item, len)), a, &addr, &domain, e)))
			return r;
		if (domain)
			*LIST_PUSH(a, &c, search) = domain;
		else
			*LIST_PUSH(a, &c, dns) = addr;
	}
	if (!c.n_dns && !c.n_search && !str_eq(value, "off"))
		return setting_refuse(k, value, e);
	convert_identity(a, &c, &id);
	s->row.dns_servers = id.dns;
	return 0;
}

static const char *get_mtu(const struct settings *s)
{
	return number_or_auto(s, s->row.mtu, 0);
}

static int put_mtu(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	int64_t n = 0;
	int r = read_number(value, CONF_MTU, MTU_MIN, MTU_MAX, 0, &n, e);

	(void)k;
	if (!r)
		s->row.mtu = (int)n;
	return r;
}

static const char *get_port(const struct settings *s)
{
	return number_or_auto(s, s->row.listen_port, -1);
}

static int put_port(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	int64_t n = 0;
	int r = read_number(value, CONF_LISTEN_PORT, 1, 65535, -1, &n, e);

	(void)k;
	if (!r)
		s->row.listen_port = (int)n;
	return r;
}

static const char *get_mark(const struct settings *s)
{
	int64_t n = s->row.fwmark;

	return n < 0 ? "auto" : n == 0 ? "off" : arena_printf(s->o->arena, "0x%llx", (long long)n);
}

static int put_mark(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	(void)k;
	return read_number(value, CONF_FWMARK, 0, UINT32_MAX, -1, &s->row.fwmark, e);
}

static const char *get_table(const struct settings *s)
{
	return s->row.table_setting ? s->row.table_setting : "auto";
}

static int put_table(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	int r = value_read_table(span_of(value), s->o->arena, &s->row.table_setting, e);

	(void)k;
	if (!r && str_eq(s->row.table_setting, "auto"))
		s->row.table_setting = NULL;
	return r;
}

static const char *get_notes(const struct settings *s)
{
	return s->row.notes ? s->row.notes : "";
}

static int put_notes(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	(void)k, (void)e;
	s->row.notes = str_empty(value) ? NULL : value;
	return 0;
}

const struct setting_key setting_column_keys[] = {
	{"name", "TEXT", "what it is called", false, get_name, put_name},
	{"interface", "NAME", "its network interface", false, get_interface, put_interface},
	{"address", "off|ADDRESS/LEN,…", "inside the tunnel", false, get_address, put_address},
	{"dns-servers", "off|SERVER,DOMAIN,…", "what the sponsor's file says of DNS", false,
		get_servers, put_servers},
	{"mtu", "auto|576-65535", "of the interface", false, get_mtu, put_mtu},
	{"listen-port", "auto|PORT", "where peers reach this machine", false, get_port, put_port},
	{"fwmark", "auto|off|N", "of its encrypted packets", false, get_mark, put_mark},
	{"table", "auto|off|N", "where its routes go", false, get_table, put_table},
	{"notes", "TEXT", "your own words", false, get_notes, put_notes},
	{0},
};
