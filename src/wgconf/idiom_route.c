// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ip rule, ip route and the forwarding sysctls. Knows which of them keep something outside the
 * tunnel (or in it alone); a rule or route that also says something else is not one of them.
 */
#include "base/str.h"
#include "wgconf/idiom_act.h"

struct reader {
	const char *const *at, *const *end;
	uint8_t families; /* of -4 or -6; 0 = not said */
};

static const char *next(struct reader *r)
{
	return r->at < r->end ? *r->at++ : NULL;
}

static bool is_one_of(const char *word, const char *const *names)
{
	for (; *names; names++)
		if (str_eq(word, *names))
			return true;
	return false;
}

/* "add" or "del" and its longer forms. */
static bool read_verb(struct reader *r, bool *ret_undo)
{
	static const char *const dels[] = {"del", "delete", NULL};
	const char *word = next(r);

	*ret_undo = is_one_of(word, dels);
	return *ret_undo || str_eq(word, "add");
}

/* "main", or the table of the file, which holds nothing but the tunnel. */
static bool is_table(const struct act_reader *rd, const char *word, bool *ret_only)
{
	uint32_t n;

	*ret_only = false;
	if (str_eq(word, "main") || str_eq(word, "254"))
		return true;
	*ret_only = true;
	return str_eq(word, rd->c->table) && str_to_u32(word, 1, UINT32_MAX, &n) && n != 253 &&
		n != 255;
}

static bool read_uids(const char *word, struct split *ret)
{
	const char *dash = word ? strchr(word, '-') : NULL;
	char first[16];

	if (!dash || (size_t)(dash - word) >= sizeof(first))
		return false;
	str_copy(first, (size_t)(dash - word) + 1, word);
	ret->kind = SPLIT_UID;
	return str_to_u32(first, 0, UINT32_MAX - 1, &ret->uid_first) &&
		str_to_u32(dash + 1, 0, UINT32_MAX - 1, &ret->uid_last) &&
		ret->uid_first <= ret->uid_last;
}

/* "MARK" or "MARK/MASK" */
static bool read_mark(struct arena *a, const char *word, struct split *ret)
{
	const char *slash = word ? strchr(word, '/') : NULL;

	ret->kind = SPLIT_MARK;
	ret->mask = UINT32_MAX;
	if (!word || (slash && !act_number(slash + 1, &ret->mask)))
		return false;
	if (slash)
		word = arena_strndup(a, word, (size_t)(slash - word));
	return act_number(word, &ret->mark) && ret->mark && ret->mask && !(ret->mark & ~ret->mask);
}

static bool read_prefix(struct reader *r, const char *word, struct split *ret)
{
	uint8_t any = r->families ? r->families : ACT_IPV4 | ACT_IPV6;

	if (!word || !act_prefix(word, any, &ret->prefix) || !ret->prefix.len)
		return false;
	ret->kind = SPLIT_PREFIX;
	r->families = act_family(&ret->prefix.addr);
	return true;
}

static bool read_selector(
	struct act_reader *rd, struct reader *r, const char *word, struct split *ret)
{
	if (str_eq(word, "to"))
		return read_prefix(r, next(r), ret);
	if (str_eq(word, "uidrange"))
		return read_uids(next(r), ret);
	if (str_eq(word, "fwmark"))
		return read_mark(rd->a, next(r), ret);
	return false;
}

/* to P | uidrange A-B | fwmark M[/mask], [from all], [table T], [priority N] */
static bool read_rule(struct act_reader *rd, struct reader *r, struct split *ret, bool *ret_table)
{
	static const char *const tables[] = {"table", "lookup", NULL};
	static const char *const priorities[] = {
		"priority", "pref", "preference", "prio", "order", NULL};
	bool selector = false, table = false, priority = false;
	const char *word;
	uint32_t n;

	while ((word = next(r))) {
		if (is_one_of(word, tables)) {
			if (table || !(word = next(r)) || !is_table(rd, word, &ret->only))
				return false;
			table = true;
		} else if (is_one_of(word, priorities)) {
			if (priority || !(word = next(r)) || !str_to_u32(word, 1, 32765, &n))
				return false;
			priority = true;
		} else if (str_eq(word, "from")) {
			if (!str_eq(next(r), "all"))
				return false;
		} else {
			if (selector || !read_selector(rd, r, word, ret))
				return false;
			selector = true;
		}
	}
	*ret_table = table;
	return selector;
}

static const char *split_key(struct arena *a, const struct split *s, uint8_t families)
{
	char text[IP_TEXT_SIZE] = "";

	if (s->kind == SPLIT_PREFIX)
		ip_prefix_format(&s->prefix, text);
	return arena_printf(a, "%u %u %d %u-%u %x/%x %s", families, s->kind, s->only, s->uid_first,
		s->uid_last, s->mark, s->mask, text);
}

/* "ip rule del" without a table takes the first that fits; with ours only ours. */
static bool read_ip_rule(struct act_reader *rd, struct reader *r, struct act *act)
{
	bool table;

	if (!read_verb(r, &act->undo) || !read_rule(rd, r, &act->split, &table))
		return false;
	act->families = r->families ? r->families : ACT_IPV4;
	act->kind = ACT_SPLIT;
	act->tool = "ip rule";
	act->key = arena_printf(rd->a, "rule %s", split_key(rd->a, &act->split, act->families));
	return true;
}

/* Would the tunnel itself carry packets to this gateway? */
static bool is_behind_tunnel(const struct conf *c, const struct ip_addr *gateway)
{
	LIST_FOREACH (a, c, addresses)
		if (ip_prefix_contains(&a->prefix, gateway))
			return true;
	LIST_FOREACH (p, c, peers)
		LIST_FOREACH (al, p, allowed)
			if (al->prefix.len && ip_prefix_contains(&al->prefix, gateway))
				return true;
	return false;
}

/* P [via G] [dev X] [metric N] [table main], by another interface than the tunnel's */
static bool read_route(struct act_reader *rd, struct reader *r, struct act *act, char **ret_where)
{
	char dev[FW_IFNAME_SIZE] = "", text[IP_TEXT_SIZE] = "";
	struct ip_addr gateway = {0};
	const char *word;
	bool metric = false, only = false;
	uint32_t n;

	if (!read_prefix(r, next(r), &act->split))
		return false;
	while ((word = next(r))) {
		const char *value = next(r);

		if (!value)
			return false;
		if (str_eq(word, "via") && !gateway.family) {
			if (!ip_addr_parse(value, &gateway) || act_family(&gateway) != r->families)
				return false;
		} else if (str_eq(word, "dev") && !dev[0]) {
			if (!act_ifname(rd, value, dev) || act_is_self(dev))
				return false;
		} else if (str_eq(word, "metric") && !metric) {
			if (!(metric = str_to_u32(value, 0, UINT32_MAX, &n)))
				return false;
		} else if (!str_eq(word, "table") || !is_table(rd, value, &only) || only) {
			return false;
		}
	}
	if (!dev[0] && (!gateway.family || is_behind_tunnel(rd->c, &gateway)))
		return false;
	if (gateway.family)
		ip_addr_format(&gateway, text);
	*ret_where = arena_printf(rd->a, "%s %s", text, dev);
	return true;
}

/* A deletion names the prefix at least; what else it names must be the same. */
static bool read_ip_route(struct act_reader *rd, struct reader *r, struct act *act)
{
	static const char *const adds[] = {"add", "replace", NULL};
	const char *verb = r->at < r->end ? *r->at : NULL;
	char text[IP_TEXT_SIZE], *where;

	if (is_one_of(verb, adds))
		r->at++;
	else if (!read_verb(r, &act->undo))
		return false;
	if (act->undo && r->end - r->at == 1) {
		if (!read_prefix(r, next(r), &act->split))
			return false;
	} else if (!read_route(rd, r, act, &where)) {
		return false;
	}
	act->families = r->families;
	act->kind = ACT_SPLIT;
	act->tool = "ip route";
	act->key = arena_printf(rd->a, "route %s", ip_prefix_format(&act->split.prefix, text));
	return true;
}

int act_read_route(struct act_reader *rd, const struct shell_command *cmd)
{
	static const char *const rules[] = {"rule", "ru", NULL},
				 *const routes[] = {"route", "ro", "r", NULL};
	struct reader r = {.at = cmd->words + 1, .end = cmd->words + cmd->n_words};
	struct act act = {0};
	const char *object;
	bool good = false;

	if (!act_is_program(cmd->words[0], "ip"))
		return 0;
	object = next(&r);
	if (str_eq(object, "-4") || str_eq(object, "-6")) {
		r.families = object[1] == '4' ? ACT_IPV4 : ACT_IPV6;
		object = next(&r);
	}
	if (is_one_of(object, rules))
		good = read_ip_rule(rd, &r, &act);
	else if (is_one_of(object, routes))
		good = read_ip_route(rd, &r, &act);
	if (!good || cmd->to)
		return -1;
	*LIST_PUSH(rd->a, rd, acts) = act;
	return 1;
}

/* The families whose forwarding a key of sysctl(8) turns on, or 0. Both separators are its own. */
static uint8_t forwarding_key(const char *key, size_t len)
{
	static const struct {
		const char *key;
		uint8_t families;
	} known[] = {
		{"net.ipv4.ip_forward", ACT_IPV4},
		{"net.ipv4.conf.all.forwarding", ACT_IPV4},
		{"net.ipv6.conf.all.forwarding", ACT_IPV6},
		{"net/ipv4/ip_forward", ACT_IPV4},
		{"net/ipv4/conf/all/forwarding", ACT_IPV4},
		{"net/ipv6/conf/all/forwarding", ACT_IPV6},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].key) == len && memcmp(known[i].key, key, len) == 0)
			return known[i].families;
	return 0;
}

static bool add_forwarding(struct act_reader *rd, uint8_t families, const char *value)
{
	struct act *act;

	if (!families || (!str_eq(value, "0") && !str_eq(value, "1")))
		return false;
	act = LIST_PUSH(rd->a, rd, acts);
	act->kind = ACT_FORWARDING;
	act->undo = value[0] == '0';
	act->families = families;
	act->tool = "sysctl";
	act->key = families == ACT_IPV4 ? "sysctl 4" : "sysctl 6";
	return true;
}

/* echo 1 > /proc/sys/net/ipv4/ip_forward */
static int read_echo(struct act_reader *rd, const struct shell_command *cmd)
{
	const char *sys = "/proc/sys/", *key;

	if (!cmd->to || strncmp(cmd->to, sys, strlen(sys)) != 0 || cmd->n_words != 2)
		return -1;
	key = cmd->to + strlen(sys);
	return add_forwarding(rd, forwarding_key(key, strlen(key)), cmd->words[1]) ? 1 : -1;
}

/* sysctl [-w] [-q] KEY=1 … */
int act_read_sysctl(struct act_reader *rd, const struct shell_command *cmd)
{
	static const char *const options[] = {"-w", "-q", "-wq", "-qw", "--write", "--quiet", NULL};
	bool some = false;

	if (str_eq(cmd->words[0], "echo"))
		return read_echo(rd, cmd);
	if (!act_is_program(cmd->words[0], "sysctl"))
		return 0;
	if (cmd->to)
		return -1;
	for (size_t i = 1; i < cmd->n_words; i++) {
		const char *word = cmd->words[i], *value = strchr(word, '=');

		if (is_one_of(word, options))
			continue;
		if (!value ||
			!add_forwarding(
				rd, forwarding_key(word, (size_t)(value - word)), value + 1))
			return -1;
		some = true;
	}
	return some ? 1 : -1;
}
