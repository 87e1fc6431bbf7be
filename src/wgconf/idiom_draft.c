// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From acts to one row's worth of policy, and what people are told about it. Knows what belongs in
 * one row and what a row may say; knows nothing of hooks, phases and who undoes what.
 */
#include "wgconf/idiom_draft.h"

#include "base/str.h"

enum pattern draft_pattern(enum act_kind kind)
{
	switch (kind) {
	case ACT_KILL:
	case ACT_LAN: return PATTERN_KILL_SWITCH;
	case ACT_DNS_GATE:
	case ACT_DNS_SET:
	case ACT_DNS_OTHER: return PATTERN_DNS_LEAK;
	case ACT_NAT: return PATTERN_NAT;
	case ACT_FORWARD:
	case ACT_RETURN:
	case ACT_FORWARDING:
	case ACT_LISTEN: return PATTERN_FORWARDING;
	case ACT_MSS: return PATTERN_MSS_CLAMP;
	case ACT_DNAT: return PATTERN_DNAT;
	case ACT_SPLIT: return PATTERN_SPLIT_TUNNEL;
	case ACT_BASE: break;
	}
	return PATTERN_RAW_SHELL;
}

static bool same_nat(const struct fw_nat *a, const struct fw_nat *b)
{
	return a->family == b->family && ip_prefix_equal(&a->source, &b->source) &&
		str_eq(a->out_ifname, b->out_ifname) && ip_addr_equal(&a->to, &b->to);
}

static bool same_forward(const struct fw_forward *a, const struct fw_forward *b)
{
	return str_eq(a->in_ifname, b->in_ifname) && str_eq(a->out_ifname, b->out_ifname);
}

static bool same_dnat(const struct fw_dnat *a, const struct fw_dnat *b)
{
	return str_eq(a->in_ifname, b->in_ifname) && a->proto == b->proto && a->port == b->port &&
		ip_endpoint_equal(&a->to, &b->to);
}

static bool same_split(const struct split *a, const struct split *b)
{
	return a->kind == b->kind && a->only == b->only && a->uid_first == b->uid_first &&
		a->uid_last == b->uid_last && ip_prefix_equal(&a->prefix, &b->prefix) &&
		a->mark == b->mark && a->mask == b->mask;
}

bool draft_same_meaning(const struct act *a, const struct act *b)
{
	enum pattern p = draft_pattern(a->kind);

	if (p != draft_pattern(b->kind))
		return false;
	switch (p) {
	case PATTERN_KILL_SWITCH:
	case PATTERN_DNS_LEAK:
	case PATTERN_MSS_CLAMP: return true;
	case PATTERN_NAT: return same_nat(&a->nat, &b->nat);
	case PATTERN_FORWARDING:
		if (a->kind == ACT_FORWARD && b->kind == ACT_FORWARD)
			return same_forward(&a->forward, &b->forward);
		return a->kind == ACT_FORWARDING && b->kind == ACT_FORWARDING;
	case PATTERN_DNAT: return same_dnat(&a->dnat, &b->dnat);
	case PATTERN_SPLIT_TUNNEL: return same_split(&a->split, &b->split);
	case PATTERN_RAW_SHELL: break;
	}
	return false;
}

static void add_tool(struct arena *a, struct draft *d, const char *tool)
{
	LIST_FOREACH (t, d, tools)
		if (str_eq(*t, tool))
			return;
	*LIST_PUSH(a, d, tools) = tool;
}

static void add_lan(struct arena *a, struct policy *p, const struct ip_prefix *prefix)
{
	LIST_FOREACH (l, p, lan)
		if (ip_prefix_equal(l, prefix))
			return;
	*LIST_PUSH(a, p, lan) = *prefix;
}

static void add_dns(struct arena *a, struct policy *p, const struct ip_addr *server)
{
	LIST_FOREACH (s, p, dns)
		if (ip_addr_equal(s, server))
			return;
	p->dns_mode = DNS_MODE_CUSTOM;
	*LIST_PUSH(a, p, dns) = *server;
}

static void absorb_dns(struct arena *a, struct draft *d, const struct act *act)
{
	d->gate |= act->kind == ACT_DNS_GATE;
	d->set |= act->kind == ACT_DNS_SET;
	d->all_names |= act->all_names;
	d->idiom.policy.dns_gate = d->gate || d->all_names;
	LIST_FOREACH (s, act, servers)
		add_dns(a, &d->idiom.policy, s);
}

/* What the act says goes into the policy once; a repetition adds families and tools only. */
static void absorb(struct arena *a, struct draft *d, const struct act *act)
{
	struct policy *p = &d->idiom.policy;

	add_tool(a, d, act->tool);
	d->families |= act->families;
	d->protos |= act->protos;
	d->no_local |= act->no_local;
	d->no_effect |= act->no_effect;
	switch (act->kind) {
	case ACT_KILL:
	case ACT_LAN:
		p->kill_switch |= act->kind == ACT_KILL;
		if (act->prefix.addr.family && !act->no_effect)
			add_lan(a, p, &act->prefix);
		break;
	case ACT_DNS_GATE:
	case ACT_DNS_SET:
	case ACT_DNS_OTHER: absorb_dns(a, d, act); break;
	case ACT_NAT:
		if (!p->n_nat)
			*LIST_PUSH(a, p, nat) = act->nat;
		break;
	case ACT_FORWARD:
		if (!p->n_forward)
			*LIST_PUSH(a, p, forward) = act->forward;
		break;
	case ACT_FORWARDING:
		p->forward4 |= (act->families & ACT_IPV4) != 0;
		p->forward6 |= (act->families & ACT_IPV6) != 0;
		break;
	case ACT_MSS: p->mss_clamp = true; break;
	case ACT_DNAT:
		if (!p->n_dnat)
			*LIST_PUSH(a, p, dnat) = act->dnat;
		break;
	case ACT_SPLIT:
		if (!p->n_split)
			*LIST_PUSH(a, p, split) = act->split;
		break;
	case ACT_RETURN:
	case ACT_LISTEN:
	case ACT_BASE: break;
	}
}

void draft_begin(struct arena *a, struct draft *d, const struct act *act)
{
	d->sample = *act;
	d->idiom.pattern = draft_pattern(act->kind);
	if (act->undo) {
		d->idiom.inert = true;
		add_tool(a, d, act->tool);
		return;
	}
	d->idiom.inert = act->kind == ACT_RETURN || act->kind == ACT_LISTEN;
	absorb(a, d, act);
}

/* -i X -o Y beside -i Y -o X */
static bool fold_mirror(struct draft *d, const struct act *act)
{
	struct fw_forward *f = d->idiom.policy.n_forward ? &d->idiom.policy.forward[0] : NULL;

	if (act->kind != ACT_FORWARD || !f || !str_eq(f->in_ifname, act->forward.out_ifname) ||
		!str_eq(f->out_ifname, act->forward.in_ifname))
		return false;
	f->both = true;
	return true;
}

bool draft_fold(struct arena *a, struct draft *d, const struct act *act)
{
	bool same = d->idiom.pattern == draft_pattern(act->kind);

	if (!same)
		return false;
	if (act->undo || act->kind == ACT_RETURN || act->kind == ACT_LISTEN ||
		fold_mirror(d, act)) {
		add_tool(a, d, act->tool);
		return true;
	}
	if (d->sample.undo || !draft_same_meaning(&d->sample, act))
		return false;
	absorb(a, d, act);
	return true;
}

static const char *prefixes(struct arena *a, const struct policy *p)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (l, p, lan)
		strbuf_addf(&b, "%s%s", l == p->lan ? "" : ", ", ip_prefix_format(l, text));
	return arena_strdup(a, strbuf_str(&b));
}

static const char *say_kill(struct arena *a, const struct policy *p)
{
	if (!p->n_lan)
		return "refuses everything that leaves outside the tunnel";
	return arena_printf(a, "refuses everything that leaves outside the tunnel, except to %s",
		prefixes(a, p));
}

static const char *say_dns(struct arena *a, const struct draft *d)
{
	char text[IP_TEXT_SIZE];
	STRBUF_CLEANUP struct strbuf b = {0};

	LIST_FOREACH (s, &d->idiom.policy, dns)
		strbuf_addf(&b, "%s%s", b.len ? ", " : "", ip_addr_format(s, text));
	if (!d->set)
		return "refuses DNS that leaves outside the tunnel";
	return arena_printf(a, "%ssends DNS through the tunnel%s%s",
		d->gate ? "refuses DNS outside the tunnel and " : "", b.len ? ", to " : "",
		strbuf_str(&b));
}

static const char *say_nat(struct arena *a, const struct fw_nat *n)
{
	char source[IP_TEXT_SIZE] = "", to[IP_TEXT_SIZE] = "";

	if (n->source.addr.family)
		ip_prefix_format(&n->source, source);
	if (n->to.family)
		ip_addr_format(&n->to, to);
	return arena_printf(a, "gives %s packets%s%s%s%s the source address %s",
		n->family == AF_INET ? "IPv4" : "IPv6", source[0] ? " from " : "", source,
		n->out_ifname[0] ? " leaving by " : "", n->out_ifname,
		to[0] ? to : "of the interface");
}

static const char *say_forwarding(struct arena *a, const struct draft *d)
{
	const struct policy *p = &d->idiom.policy;
	const struct fw_forward *f = p->forward;

	if (p->n_forward)
		return arena_printf(a, "lets packets be forwarded from %s to %s%s",
			f->in_ifname[0] ? f->in_ifname : "anywhere",
			f->out_ifname[0] ? f->out_ifname : "anywhere",
			f->both ? " and the other way" : "");
	if (p->forward4 || p->forward6)
		return arena_printf(a, "makes this host forward %s",
			!p->forward6	      ? "IPv4"
				: p->forward4 ? "IPv4 and IPv6"
					      : "IPv6");
	return d->sample.kind == ACT_LISTEN
		? "opens the tunnel's own listening port, which wf does anyway"
		: "lets forwarded connections answer, which wf does anyway";
}

static const char *say_dnat(struct arena *a, const struct fw_dnat *d)
{
	char to[IP_TEXT_SIZE];

	return arena_printf(a, "passes %s port %u%s%s on to %s",
		d->proto == IPPROTO_TCP ? "TCP" : "UDP", d->port,
		d->in_ifname[0] ? " coming in by " : "", d->in_ifname,
		d->to.port ? ip_endpoint_format(&d->to, to) : ip_addr_format(&d->to.addr, to));
}

static const char *say_split(struct arena *a, const struct split *s)
{
	const char *what = s->only ? "goes through the tunnel" : "stays outside the tunnel";
	char text[IP_TEXT_SIZE];

	switch (s->kind) {
	case SPLIT_UID:
		return arena_printf(a, "what users %u-%u send %s", s->uid_first, s->uid_last, what);
	case SPLIT_MARK:
		return arena_printf(a, "what is marked 0x%x/0x%x %s", s->mark, s->mask, what);
	case SPLIT_PREFIX:
		return arena_printf(
			a, "what goes to %s %s", ip_prefix_format(&s->prefix, text), what);
	case SPLIT_CGROUP: break;
	}
	return what;
}

static const char *say(struct arena *a, const struct draft *d)
{
	const struct policy *p = &d->idiom.policy;

	switch (d->idiom.pattern) {
	case PATTERN_KILL_SWITCH: return say_kill(a, p);
	case PATTERN_DNS_LEAK: return say_dns(a, d);
	case PATTERN_NAT: return say_nat(a, p->nat);
	case PATTERN_FORWARDING: return say_forwarding(a, d);
	case PATTERN_MSS_CLAMP: return "fits the segment size of TCP to the tunnel's MTU";
	case PATTERN_DNAT: return say_dnat(a, p->dnat);
	case PATTERN_SPLIT_TUNNEL: return say_split(a, p->split);
	case PATTERN_RAW_SHELL: break;
	}
	return "";
}

static void add_flaw(struct strbuf *b, bool is, const char *flaw)
{
	if (is)
		strbuf_addf(b, "%s%s", b->len ? "; " : "", flaw);
}

/* Does the file make wg-quick(8) mark the tunnel's packets at all? */
static bool has_fwmark(const struct conf *c)
{
	if (c->fwmark > 0)
		return true;
	if (c->table && !str_eq(c->table, "auto"))
		return false;
	LIST_FOREACH (p, c, peers)
		LIST_FOREACH (al, p, allowed)
			if (ip_prefix_is_default(&al->prefix))
				return true;
	return false;
}

static void add_coverage(struct strbuf *b, const struct draft *d)
{
	bool both = d->families == (ACT_IPV4 | ACT_IPV6);

	add_flaw(b, !both && d->families & ACT_IPV4, "covers IPv4 only; wf covers both");
	add_flaw(b, !both && d->families & ACT_IPV6, "covers IPv6 only; wf covers both");
}

static const char *flaws(struct arena *a, const struct draft *d, const struct conf *c)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	const struct policy *p = &d->idiom.policy;

	if (d->up_alone || d->down_alone)
		add_flaw(&b, d->other_alone,
			"its down removes something else than its up put there");
	add_flaw(&b, d->up_alone && !d->other_alone, "an up without its down");
	add_flaw(&b, d->down_alone && !d->other_alone, "a down without its up");
	if (p->kill_switch) {
		add_coverage(&b, d);
		add_flaw(&b, d->no_local, "refuses what the host sends to itself; wf does not");
		add_flaw(&b, d->no_effect, "its exception for local addresses never took effect");
		add_flaw(&b, !has_fwmark(c), "needs a mark that this configuration does not set");
	}
	if (d->gate) {
		add_coverage(&b, d);
		add_flaw(&b, d->protos == ACT_UDP, "covers UDP only; wf covers TCP too");
		add_flaw(&b, d->protos == ACT_TCP, "covers TCP only; wf covers UDP too");
	}
	add_flaw(&b, d->set && p->n_dns && !p->dns_gate,
		"other resolvers may be asked beside these; wf asks only these");
	if (p->n_split && p->split->kind != SPLIT_PREFIX)
		add_coverage(&b, d);
	return b.len ? arena_strdup(a, b.s) : NULL;
}

void draft_finish(struct arena *a, struct draft *d, const struct conf *c)
{
	const char *tools = arena_join(a, d->tools, d->n_tools);

	if (d->sample.undo)
		d->idiom.rationale = arena_printf(
			a, "%s: only a down (%s)", pattern_name(d->idiom.pattern), tools);
	else
		d->idiom.rationale = arena_printf(a, "%s (%s)", say(a, d), tools);
	d->idiom.flaw = flaws(a, d, c);
}
