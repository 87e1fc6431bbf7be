// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The settings that protect: kill switch, LAN, inbound ports, DNS. Knows their text form and which
 * pattern each belongs to; must not know rows. What is allowed under the kill switch is kept while
 * it is off.
 */
#include <string.h>

#include "base/str.h"
#include "ops/set_split.h"
#include "ops/settings.h"

static const char *on_off(bool on)
{
	return on ? "on" : "off";
}

static void add_item(struct strbuf *b, const char *item)
{
	if (b->len)
		strbuf_addc(b, ',');
	strbuf_add(b, item);
}

static const char *get_kill_switch(const struct settings *s)
{
	return on_off(s->kill_switch);
}

static int put_kill_switch(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	s->touched[PATTERN_KILL_SWITCH] = true;
	return setting_on_off(k, value, &s->kill_switch, e);
}

static const char *get_lan(const struct settings *s)
{
	struct strbuf b = {0};
	char text[IP_TEXT_SIZE];

	if (firewall_is_whole_lan(s->policy.lan, s->policy.n_lan))
		return "on";
	LIST_FOREACH (p, &s->policy, lan)
		add_item(&b, ip_prefix_format(p, text));
	return setting_list(s, &b);
}

static int not_local(const char *item, struct err *e)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < firewall_n_lan; i++)
		add_item(&b, ip_prefix_format(&firewall_lan[i], text));
	err_set(e, E_ADDRESS, "'%s' is not local", item);
	return err_hint(e, "it has to lie in one of %s", strbuf_str(&b));
}

static int add_range(
	struct settings *s, const struct setting_key *k, const char *item, struct err *e)
{
	struct ip_prefix p;

	if (!ip_prefix_parse(item, &p))
		return setting_refuse(k, item, e);
	ip_prefix_mask(&p);
	/* Fixed ranges and never "what the interface says": a hostile network would name anything
	 * local. */
	if (!firewall_is_lan(&p))
		return not_local(item, e);
	*LIST_PUSH(s->o->arena, &s->policy, lan) = p;
	return 0;
}

/* Calls `add` with each item of a comma list; an empty one is refused. */
static int each_item(struct settings *s, const struct setting_key *k, const char *value,
	int (*add)(struct settings *, const struct setting_key *, const char *, struct err *),
	struct err *e)
{
	const char *item, *list = value;
	size_t len, n = 0;
	int r;

	for (; str_next_item(&list, &item, &len); n++)
		if ((r = add(s, k, arena_strndup(s->o->arena, item, len), e)))
			return r;
	return n ? 0 : setting_refuse(k, value, e);
}

static int put_lan(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	s->touched[PATTERN_KILL_SWITCH] = true;
	s->policy.n_lan = 0;
	if (str_eq(value, "off"))
		return 0;
	if (!str_eq(value, "on"))
		return each_item(s, k, value, add_range, e);
	for (size_t i = 0; i < firewall_n_lan; i++)
		*LIST_PUSH(s->o->arena, &s->policy, lan) = firewall_lan[i];
	return 0;
}

static const char *get_inbound(const struct settings *s)
{
	struct strbuf b = {0};

	LIST_FOREACH (p, &s->policy, inbound)
		add_item(&b, arena_printf(s->o->arena, "%s/%u", fw_proto_name(p->proto), p->port));
	return setting_list(s, &b);
}

static int add_port(
	struct settings *s, const struct setting_key *k, const char *item, struct err *e)
{
	struct fw_port p;

	if (!fw_port_parse(item, &p))
		return setting_refuse(k, item, e);
	*LIST_PUSH(s->o->arena, &s->policy, inbound) = p;
	return 0;
}

static int put_inbound(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	s->touched[PATTERN_KILL_SWITCH] = true;
	s->policy.n_inbound = 0;
	return str_eq(value, "off") ? 0 : each_item(s, k, value, add_port, e);
}

static const char *get_dns_leak(const struct settings *s)
{
	return on_off(s->policy.dns_gate);
}

static int put_dns_leak(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	s->touched[PATTERN_DNS_LEAK] = true;
	return setting_on_off(k, value, &s->policy.dns_gate, e);
}

static const char *get_dns(const struct settings *s)
{
	struct strbuf b = {0};
	char text[IP_TEXT_SIZE];

	switch (s->policy.dns_mode) {
	case DNS_MODE_TUNNEL: return "tunnel";
	case DNS_MODE_KEEP: return "keep";
	case DNS_MODE_CUSTOM: break;
	}
	LIST_FOREACH (d, &s->policy, dns)
		add_item(&b, ip_addr_format(d, text));
	return setting_list(s, &b);
}

static int add_server(
	struct settings *s, const struct setting_key *k, const char *item, struct err *e)
{
	struct ip_addr addr;

	if (!ip_addr_parse(item, &addr))
		return setting_refuse(k, item, e);
	*LIST_PUSH(s->o->arena, &s->policy, dns) = addr;
	return 0;
}

static int put_dns(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	s->touched[PATTERN_DNS_LEAK] = true;
	s->policy.n_dns = 0;
	s->policy.dns_mode = str_eq(value, "tunnel") ? DNS_MODE_TUNNEL
		: str_eq(value, "keep")		     ? DNS_MODE_KEEP
						     : DNS_MODE_CUSTOM;
	return s->policy.dns_mode == DNS_MODE_CUSTOM ? each_item(s, k, value, add_server, e) : 0;
}

static const char *get_split(const struct settings *s)
{
	struct strbuf b = {0};

	LIST_FOREACH (x, &s->policy, split) {
		if (b.len)
			strbuf_addc(&b, ',');
		set_split_format(x, &b);
	}
	return setting_list(s, &b);
}

static int add_split(
	struct settings *s, const struct setting_key *k, const char *item, struct err *e)
{
	struct split x;
	int r = set_split_parse(s->o->arena, item, &x, e);

	(void)k;
	if (!r)
		*LIST_PUSH(s->o->arena, &s->policy, split) = x;
	return r;
}

static int put_split(
	struct settings *s, const struct setting_key *k, const char *value, struct err *e)
{
	s->touched[PATTERN_SPLIT_TUNNEL] = true;
	s->policy.n_split = 0;
	return str_eq(value, "off") ? 0 : each_item(s, k, value, add_split, e);
}

const struct setting_key setting_policy_keys[] = {
	{"kill-switch", "on|off", "nothing leaves but through the tunnel", true, get_kill_switch,
		put_kill_switch},
	{"allow-lan", "on|off|PREFIX,…", "what of the LAN stays reachable under it", true, get_lan,
		put_lan},
	{"allow-in", "off|tcp/PORT,udp/PORT,…", "what may come in from outside under it", true,
		get_inbound, put_inbound},
	{"dns-leak", "on|off", "on: DNS to the tunnel's servers only", true, get_dns_leak,
		put_dns_leak},
	{"dns", "tunnel|keep|SERVER,…", "whom this machine asks while it is up", true, get_dns,
		put_dns},
	{"split", "off|[only:]WHO,…",
		"outside (only: inside) the tunnel: user:, cgroup:, mark:, PREFIX", true, get_split,
		put_split},
	{0},
};
