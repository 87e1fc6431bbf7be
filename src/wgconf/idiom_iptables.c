// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * iptables and ip6tables commands. Reads one command into a rule as a value, every option of it
 * with the preconditions iptables(8) itself has, and only then asks what the rule means: each
 * meaning says what a rule must have and that it has nothing else.
 */
#include "wgconf/idiom_act.h"

#include "base/str.h"
#include "wgconf/idiom_iptables.h"

struct reader {
	struct act_reader *rd;
	struct iptables_rule *rule;
	const char *const *at, *const *end;
	bool neg; /* "!" stood before the option */
};

static const char *next(struct reader *r)
{
	return r->at < r->end ? *r->at++ : NULL;
}

static bool is_option(const char *word, const char *brief, const char *name)
{
	return str_eq(word, brief) || str_eq(word, name);
}

/* An option that may be given once; its value, or NULL. */
static const char *once(struct reader *r, unsigned flag)
{
	if (r->rule->has & flag)
		return NULL;
	r->rule->has |= flag;
	if (r->neg)
		r->rule->neg |= flag;
	return next(r);
}

static bool read_command(struct reader *r, const char *word)
{
	bool add = is_option(word, "-A", "--append"), insert = is_option(word, "-I", "--insert");
	bool undo = is_option(word, "-D", "--delete");
	uint32_t n;

	if (!add && !insert && !undo)
		return false;
	r->rule->chain = r->neg ? NULL : once(r, RULE_CHAIN);
	r->rule->undo = undo;
	r->rule->front = insert;
	if (insert && r->at < r->end && str_to_u32(*r->at, 1, UINT16_MAX, &n)) {
		r->rule->front = n == 1;
		r->rule->somewhere = n != 1;
		r->at++;
	}
	return r->rule->chain;
}

static bool read_interface(struct reader *r, unsigned flag, char ret[static FW_IFNAME_SIZE])
{
	const char *word = once(r, flag);

	return word && act_ifname(r->rd, word, ret);
}

static bool read_address(struct reader *r, unsigned flag, struct ip_prefix *ret)
{
	const char *word = once(r, flag);

	return word && act_prefix(word, r->rule->family, ret);
}

static bool read_proto(struct reader *r)
{
	const char *word = r->neg ? NULL : once(r, RULE_PROTO);

	if (str_eq(word, "tcp") || str_eq(word, "6"))
		r->rule->proto = IPPROTO_TCP;
	else if (str_eq(word, "udp") || str_eq(word, "17"))
		r->rule->proto = IPPROTO_UDP;
	return r->rule->proto;
}

static bool read_match(struct reader *r)
{
	static const struct {
		const char *name;
		unsigned flag;
	} known[] = {
		{"mark", RULE_M_MARK},
		{"addrtype", RULE_M_ADDRTYPE},
		{"conntrack", RULE_M_CONNTRACK},
		{"state", RULE_M_STATE},
		{"comment", RULE_M_COMMENT},
		{"tcp", 0},
		{"udp", 0},
	};
	const char *word = r->neg ? NULL : next(r);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!str_eq(word, known[i].name))
			continue;
		r->rule->has |= known[i].flag;
		return known[i].flag ||
			r->rule->proto == (word[0] == 't' ? IPPROTO_TCP : IPPROTO_UDP);
	}
	return false;
}

static bool read_port(struct reader *r)
{
	const char *word = r->rule->proto && !r->neg ? once(r, RULE_DPORT) : NULL;
	uint32_t port;

	if (!word || !str_to_u32(word, 1, UINT16_MAX, &port))
		return false;
	r->rule->dport = (uint16_t)port;
	return true;
}

static bool read_mark(struct reader *r)
{
	const char *word = r->rule->has & RULE_M_MARK ? once(r, RULE_MARK) : NULL;

	return word && act_is_fwmark(r->rd, word);
}

static bool read_dst_type(struct reader *r)
{
	const char *word = r->rule->has & RULE_M_ADDRTYPE ? once(r, RULE_DST_LOCAL) : NULL;

	return str_eq(word, "LOCAL");
}

static bool read_state(struct reader *r, bool conntrack)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {
		{"NEW", RULE_NEW}, {"ESTABLISHED", RULE_ESTABLISHED}, {"RELATED", RULE_RELATED}};
	const char *word = NULL, *item;
	size_t len;

	if (r->rule->has & (conntrack ? RULE_M_CONNTRACK : RULE_M_STATE) && !r->neg)
		word = once(r, RULE_STATE);
	while (str_next_item(&word, &item, &len)) {
		size_t i = 0, n = sizeof(known) / sizeof(known[0]);

		while (i < n &&
			(strlen(known[i].name) != len || memcmp(known[i].name, item, len) != 0))
			i++;
		if (i == n)
			return false;
		r->rule->states |= known[i].bit;
	}
	return r->rule->states;
}

static bool read_syn(struct reader *r, bool flags)
{
	const char *mask = NULL, *set;

	if (r->rule->proto != IPPROTO_TCP || r->neg || r->rule->has & RULE_SYN)
		return false;
	r->rule->has |= RULE_SYN;
	if (!flags)
		return true;
	mask = next(r);
	set = next(r);
	return (str_eq(mask, "SYN,RST") || str_eq(mask, "RST,SYN")) && str_eq(set, "SYN");
}

/* A value in quotes that says nothing to the kernel, but -D must repeat it. */
static bool read_comment(struct reader *r)
{
	bool may = r->rule->has & RULE_M_COMMENT && !r->neg;

	r->rule->comment = may ? once(r, RULE_COMMENT) : NULL;
	return r->rule->comment;
}

static bool read_target(struct reader *r)
{
	r->rule->target = r->neg ? NULL : once(r, RULE_TARGET);
	return r->rule->target;
}

/* Options of targets: "-j" must have named that target before. */
static int read_target_option(struct reader *r, const char *word)
{
	const char *target = r->rule->target;
	bool to = str_eq(word, "--to");

	if (!target || r->neg)
		return 0;
	if (str_eq(target, "REJECT") && str_eq(word, "--reject-with"))
		return (r->rule->reject_with = once(r, RULE_REJECT_WITH)) ? 1 : -1;
	if (str_eq(target, "SNAT") && (to || str_eq(word, "--to-source")))
		return (r->rule->to = once(r, RULE_TO)) ? 1 : -1;
	if (str_eq(target, "DNAT") && (to || str_eq(word, "--to-destination")))
		return (r->rule->to = once(r, RULE_TO)) ? 1 : -1;
	if (str_eq(target, "TCPMSS") && str_eq(word, "--clamp-mss-to-pmtu") &&
		!(r->rule->has & RULE_CLAMP)) {
		r->rule->has |= RULE_CLAMP;
		return 1;
	}
	return 0;
}

/* Where an option of its own begins; a rule has no part that is not read. */
static bool read_option(struct reader *r, const char *word)
{
	struct iptables_rule *rule = r->rule;
	int done = read_target_option(r, word);

	if (done)
		return done > 0;
	if (is_option(word, "-t", "--table"))
		return !r->neg && (rule->table = once(r, RULE_TABLE));
	if (is_option(word, "-i", "--in-interface"))
		return read_interface(r, RULE_IN, rule->in);
	if (is_option(word, "-o", "--out-interface"))
		return read_interface(r, RULE_OUT, rule->out);
	if (is_option(word, "-s", "--source") || str_eq(word, "--src"))
		return read_address(r, RULE_SRC, &rule->src);
	if (is_option(word, "-d", "--destination") || str_eq(word, "--dst"))
		return read_address(r, RULE_DST, &rule->dst);
	if (is_option(word, "-p", "--protocol") || str_eq(word, "--proto"))
		return read_proto(r);
	if (is_option(word, "-m", "--match"))
		return read_match(r);
	if (is_option(word, "--dport", "--destination-port"))
		return read_port(r);
	if (str_eq(word, "--mark"))
		return read_mark(r);
	if (str_eq(word, "--dst-type"))
		return read_dst_type(r);
	if (str_eq(word, "--ctstate") || str_eq(word, "--state"))
		return read_state(r, word[2] == 'c');
	if (str_eq(word, "--tcp-flags") || str_eq(word, "--syn"))
		return read_syn(r, word[2] == 't');
	if (str_eq(word, "--comment"))
		return read_comment(r);
	if (is_option(word, "-j", "--jump"))
		return read_target(r);
	return read_command(r, word);
}

/* -w waits for the lock of other iptables, with or without a time. */
static bool read_wait(struct reader *r, const char *word)
{
	uint32_t seconds;

	if (!is_option(word, "-w", "--wait") || r->neg)
		return false;
	if (r->at < r->end && str_to_u32(*r->at, 0, UINT16_MAX, &seconds))
		r->at++;
	return true;
}

/* iptables(8) refuses a module whose option is missing, and so does the rule's meaning. */
static bool modules_are_used(unsigned has)
{
	return !(has & RULE_M_MARK) == !(has & RULE_MARK) &&
		!(has & RULE_M_ADDRTYPE) == !(has & RULE_DST_LOCAL) &&
		!(has & (RULE_M_CONNTRACK | RULE_M_STATE)) == !(has & RULE_STATE) &&
		!(has & RULE_M_COMMENT) == !(has & RULE_COMMENT);
}

static bool read_rule(
	struct act_reader *rd, const struct shell_command *cmd, struct iptables_rule *rule)
{
	struct reader r = {.rd = rd, .rule = rule};
	const char *word;

	r.at = cmd->words + 1;
	r.end = cmd->words + cmd->n_words;
	while ((word = next(&r))) {
		r.neg = str_eq(word, "!");
		if (r.neg && !(word = next(&r)))
			return false;
		if (!read_wait(&r, word) && !read_option(&r, word))
			return false;
	}
	if (!rule->table)
		rule->table = "filter";
	return rule->chain && rule->target && modules_are_used(rule->has);
}

static const char *prefix_text(const struct ip_prefix *p, char text[static IP_TEXT_SIZE])
{
	return p->addr.family ? ip_prefix_format(p, text) : "";
}

/* Everything that makes the rule, so that equal keys are equal rules. */
static const char *rule_key(struct arena *a, const struct iptables_rule *r)
{
	char src[IP_TEXT_SIZE], dst[IP_TEXT_SIZE];

	return arena_printf(a,
		"iptables %u %s %s has=%x neg=%x in=%s out=%s src=%s dst=%s proto=%u dport=%u "
		"states=%u target=%s to=%s reject=%s comment=%s",
		r->family, r->table, r->chain, r->has & ~RULE_TABLE, r->neg, r->in, r->out,
		prefix_text(&r->src, src), prefix_text(&r->dst, dst), r->proto, r->dport, r->states,
		r->target, r->to ? r->to : "", r->reject_with ? r->reject_with : "",
		r->comment ? r->comment : "");
}

static uint8_t program_family(const char *word)
{
	static const char *const names[][3] = {{"iptables", "iptables-nft", "iptables-legacy"},
		{"ip6tables", "ip6tables-nft", "ip6tables-legacy"}};

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 3; k++)
			if (act_is_program(word, names[i][k]))
				return i ? ACT_IPV6 : ACT_IPV4;
	return 0;
}

int act_read_iptables(struct act_reader *rd, const struct shell_command *cmd)
{
	uint8_t family = program_family(cmd->words[0]);
	struct iptables_rule rule = {.family = family};
	struct act act;

	if (!family)
		return 0;
	if (cmd->to || !read_rule(rd, cmd, &rule) || !iptables_meaning(rd, &rule, &act))
		return -1;
	act.undo = rule.undo;
	act.families = family;
	act.front = rule.front;
	act.tool = family == ACT_IPV4 ? "iptables" : "ip6tables";
	act.key = rule_key(rd->a, &rule);
	*LIST_PUSH(rd->a, rd, acts) = act;
	return 1;
}
