// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nft commands that make a table of their own and put rules into it. Only a chain that the same
 * hooks have made has a known place, so rules in any other are not understood; and since such rules
 * cannot be taken back one by one, all that can undo them is the deletion of that table. A rule
 * becomes the same value as one of iptables, and has its meanings.
 */
#include "wgconf/idiom_iptables.h"

#include "base/str.h"

struct reader {
	struct act_reader *rd;
	LIST(const char *, words);
	size_t at;
};

/* nft joins its arguments and reads them as one text. */
static void split_words(struct act_reader *rd, const struct shell_command *cmd, struct reader *r)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	const char *s;

	for (size_t i = 1; i < cmd->n_words; i++)
		strbuf_addf(&b, " %s", cmd->words[i]);
	s = strbuf_str(&b);
	while (*s) {
		size_t n = strcspn(s, " \t{};,\"");

		if (*s == '"' && strchr(s + 1, '"'))
			n = strcspn(s + 1, "\"") + 2;
		else if (!n)
			n = 1;
		if (!str_is_space(*s))
			*LIST_PUSH(rd->a, r, words) = arena_strndup(rd->a, s, n);
		s += n;
	}
}

static const char *peek(const struct reader *r)
{
	return r->at < r->n_words ? r->words[r->at] : "";
}

static const char *next(struct reader *r)
{
	return r->at < r->n_words ? r->words[r->at++] : "";
}

static bool take(struct reader *r, const char *word)
{
	if (!str_eq(peek(r), word))
		return false;
	r->at++;
	return true;
}

/* All of the words, parted by blanks, or none. */
static bool take_all(struct reader *r, const char *words)
{
	size_t before = r->at, n;

	for (; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (strlen(peek(r)) != n || strncmp(peek(r), words, n) != 0) {
			r->at = before;
			return false;
		}
		r->at++;
	}
	return true;
}

static const char *read_table(struct reader *r)
{
	const char *family = take(r, "inet") ? "inet" : take(r, "ip6") ? "ip6" : "ip";
	const char *table;

	if (str_eq(family, "ip"))
		take(r, "ip");
	table = next(r);
	return *table ? arena_printf(r->rd->a, "nft %s %s", family, table) : NULL;
}

static struct act *add(struct act_reader *rd, const struct act *like, const char *table)
{
	struct act *act = LIST_PUSH(rd->a, rd, acts);

	*act = *like;
	act->tool = "nft";
	act->key = table;
	return act;
}

/* { type T hook H priority P ; [policy accept ;] }, as "table chain": "filter OUTPUT" */
static bool read_place(struct reader *r, struct nft_chain *ret)
{
	static const struct {
		const char *type, *table, *chain;
	} places[] = {
		{"type filter hook output", "filter", "OUTPUT"},
		{"type filter hook input", "filter", "INPUT"},
		{"type filter hook forward", "filter", "FORWARD"},
		{"type filter hook postrouting", "mangle", "POSTROUTING"},
		{"type nat hook postrouting", "nat", "POSTROUTING"},
		{"type nat hook prerouting", "nat", "PREROUTING"},
	};
	size_t i = 0, n = sizeof(places) / sizeof(places[0]);

	if (!take(r, "{"))
		return false;
	while (i < n && !take_all(r, places[i].type))
		i++;
	if (i == n || !take(r, "priority"))
		return false;
	ret->place_table = places[i].table;
	ret->place_chain = places[i].chain;
	next(r);
	if (take(r, "+") || take(r, "-"))
		next(r);
	take(r, ";");
	if (take_all(r, "policy accept"))
		take(r, ";");
	return take(r, "}");
}

static bool read_chain(struct reader *r, const char *table)
{
	struct nft_chain chain = {.table = table, .name = next(r)};
	const struct act base = {.kind = ACT_BASE};

	if (!read_place(r, &chain))
		return false;
	LIST_FOREACH (c, r->rd, chains)
		if (str_eq(c->table, table) && str_eq(c->name, chain.name))
			return false;
	*LIST_PUSH(r->rd->a, r->rd, chains) = chain;
	add(r->rd, &base, table);
	return true;
}

/* The comparison before a value: nothing, "==" or "!=". */
static bool take_not(struct reader *r)
{
	return !take(r, "==") && take(r, "!=");
}

/* May be given once; what it is compared by. */
static bool part(struct reader *r, struct iptables_rule *rule, unsigned flag)
{
	if (rule->has & flag)
		return false;
	rule->has |= flag;
	if (take_not(r))
		rule->neg |= flag;
	return true;
}

static bool read_ifname(struct reader *r, struct iptables_rule *rule, unsigned flag,
	char ret[static FW_IFNAME_SIZE])
{
	const char *word;

	if (!part(r, rule, flag))
		return false;
	word = next(r);
	if (word[0] == '"' && strlen(word) > 2)
		word = arena_strndup(r->rd->a, word + 1, strlen(word) - 2);
	return act_ifname(r->rd, word, ret);
}

/* An address makes the rule one of its family. */
static bool read_address(struct reader *r, struct iptables_rule *rule, uint8_t family)
{
	bool src = take(r, "saddr");

	if ((!src && !take(r, "daddr")) || !(rule->family & family) ||
		!part(r, rule, src ? RULE_SRC : RULE_DST))
		return false;
	rule->family = family;
	return act_prefix(next(r), family, src ? &rule->src : &rule->dst);
}

static bool read_mark(struct reader *r, struct iptables_rule *rule)
{
	return part(r, rule, RULE_MARK) && act_is_fwmark(r->rd, next(r));
}

static bool read_local(struct reader *r, struct iptables_rule *rule)
{
	return part(r, rule, RULE_DST_LOCAL) && take(r, "local");
}

static bool read_port(struct reader *r, struct iptables_rule *rule, uint8_t proto)
{
	uint32_t port;

	if (rule->has & (RULE_PROTO | RULE_DPORT) || !str_to_u32(next(r), 1, UINT16_MAX, &port))
		return false;
	rule->has |= RULE_PROTO | RULE_DPORT;
	rule->proto = proto;
	rule->dport = (uint16_t)port;
	return true;
}

static unsigned state_bit(const char *word)
{
	if (str_eq(word, "new"))
		return RULE_NEW;
	if (str_eq(word, "established"))
		return RULE_ESTABLISHED;
	return str_eq(word, "related") ? RULE_RELATED : 0;
}

/* One, or several with commas between, in braces or not. */
static bool read_state(struct reader *r, struct iptables_rule *rule)
{
	bool set = take(r, "{");

	if (rule->has & RULE_STATE)
		return false;
	rule->has |= RULE_STATE;
	do {
		unsigned bit = state_bit(next(r));

		if (!bit)
			return false;
		rule->states |= bit;
	} while (take(r, ","));
	return !set || take(r, "}");
}

static bool read_mss(struct iptables_rule *rule)
{
	if (rule->target || rule->has & RULE_PROTO)
		return false;
	rule->has |= RULE_PROTO | RULE_SYN | RULE_CLAMP;
	rule->target = "TCPMSS";
	return true;
}

static bool read_comment(struct reader *r)
{
	return next(r)[0] == '"';
}

/* What a packet must have; false also for what is none of these. */
static bool read_match(struct reader *r, struct iptables_rule *rule)
{
	if (take(r, "counter"))
		return true;
	if (take(r, "comment"))
		return read_comment(r);
	if (take_all(r, "meta oifname") || take(r, "oifname") || take(r, "oif"))
		return read_ifname(r, rule, RULE_OUT, rule->out);
	if (take_all(r, "meta iifname") || take(r, "iifname") || take(r, "iif"))
		return read_ifname(r, rule, RULE_IN, rule->in);
	if (take_all(r, "meta mark") || take(r, "mark"))
		return read_mark(r, rule);
	if (take_all(r, "fib daddr type"))
		return read_local(r, rule);
	if (take(r, "ip"))
		return read_address(r, rule, ACT_IPV4);
	if (take(r, "ip6"))
		return read_address(r, rule, ACT_IPV6);
	if (take_all(r, "ct state"))
		return read_state(r, rule);
	if (take_all(r, "udp dport"))
		return read_port(r, rule, IPPROTO_UDP);
	if (take_all(r, "tcp dport"))
		return read_port(r, rule, IPPROTO_TCP);
	if (take_all(r, "tcp flags syn tcp option maxseg size set rt mtu"))
		return read_mss(rule);
	return false;
}

/* "snat [ip] to A", "dnat [ip] to A[:P]" */
static bool read_translation(struct reader *r, struct iptables_rule *rule, const char *target)
{
	struct ip_endpoint to = {0};

	if (!take(r, "ip"))
		take(r, "ip6");
	if (!take(r, "to"))
		return false;
	rule->to = next(r);
	rule->has |= RULE_TO;
	rule->target = target;
	if (!ip_addr_parse(rule->to, &to.addr) && !ip_endpoint_parse(rule->to, &to))
		return false;
	rule->family &= act_family(&to.addr);
	return rule->family;
}

/* What happens to it: one verdict, which ends the rule. 1, 0: none, -1: one that is not understood
 */
static int read_verdict(struct reader *r, struct iptables_rule *rule)
{
	static const struct {
		const char *word, *target;
	} verdicts[] = {{"accept", "ACCEPT"}, {"drop", "DROP"}, {"reject", "REJECT"},
		{"masquerade", "MASQUERADE"}};

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (!take(r, verdicts[i].word))
			continue;
		rule->target = verdicts[i].target;
		if (i == 2 && take(r, "with") &&
			!(take_all(r, "icmpx type admin-prohibited") ||
				take_all(r, "icmpx admin-prohibited")))
			return -1;
		return 1;
	}
	if (take(r, "snat"))
		return read_translation(r, rule, "SNAT") ? 1 : -1;
	if (take(r, "dnat"))
		return read_translation(r, rule, "DNAT") ? 1 : -1;
	return 0;
}

static bool at_end(const struct reader *r)
{
	return r->at == r->n_words || str_eq(peek(r), ";");
}

/* An inet rule is one of each family. */
static bool add_rule(
	struct reader *r, const struct iptables_rule *rule, const struct nft_chain *chain)
{
	for (uint8_t family = ACT_IPV4; family <= ACT_IPV6; family++) {
		struct iptables_rule one = *rule;
		struct act act;

		if (!(rule->family & family))
			continue;
		one.family = family;
		if (!iptables_meaning(r->rd, &one, &act))
			return false;
		act.families = family;
		act.front = rule->front;
		act.chain = chain->name;
		add(r->rd, &act, chain->table);
	}
	return true;
}

static uint8_t table_families(const char *table)
{
	if (strncmp(table, "nft inet ", 9) == 0)
		return ACT_IPV4 | ACT_IPV6;
	return strncmp(table, "nft ip6 ", 8) == 0 ? ACT_IPV6 : ACT_IPV4;
}

static bool read_rule(struct reader *r, const char *table, bool insert)
{
	struct iptables_rule rule = {.has = RULE_CHAIN | RULE_TABLE, .front = insert};
	const struct nft_chain *chain = NULL;
	const char *name = next(r);
	int verdict = 0;

	LIST_FOREACH (c, r->rd, chains)
		if (str_eq(c->table, table) && str_eq(c->name, name))
			chain = c;
	if (!chain)
		return false;
	rule.table = chain->place_table;
	rule.chain = chain->place_chain;
	rule.family = table_families(table);
	while (!verdict && !at_end(r)) {
		verdict = read_verdict(r, &rule);
		if (verdict < 0 || (!verdict && !read_match(r, &rule)))
			return false;
	}
	if (verdict && take(r, "comment") && !read_comment(r))
		return false;
	return rule.target && (!verdict || !(rule.has & RULE_CLAMP)) && add_rule(r, &rule, chain);
}

static bool read_statement(struct reader *r)
{
	const struct act made = {.kind = ACT_BASE},
			 gone = {.kind = ACT_BASE, .undo = true, .all = true};
	bool insert = str_eq(peek(r), "insert"), undo = str_eq(peek(r), "delete");
	bool known = take(r, "add") || take(r, "insert") || take(r, "delete");
	bool table = known && take(r, "table"), chain = !table && take(r, "chain");
	const char *name;

	if (!known || (!table && !chain && !take(r, "rule")) || (insert && (table || chain)))
		return false;
	if ((undo && !table) || !(name = read_table(r)))
		return false;
	if (table)
		add(r->rd, undo ? &gone : &made, name);
	else if (!(chain ? read_chain(r, name) : read_rule(r, name, insert)))
		return false;
	return at_end(r);
}

int act_read_nft(struct act_reader *rd, const struct shell_command *cmd)
{
	struct reader r = {.rd = rd};

	if (!act_is_program(cmd->words[0], "nft"))
		return 0;
	split_words(rd, cmd, &r);
	if (cmd->to || !r.n_words)
		return -1;
	while (r.at < r.n_words) {
		if (!read_statement(&r))
			return -1;
		take(&r, ";");
	}
	return 1;
}
