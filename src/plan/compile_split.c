// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exceptions: who stays outside the tunnel, and who alone uses it. Knows the selectors of policy
 * rules and which of them the firewall can tell apart; must not know who holds the default: what is
 * outside this tunnel is so only while it has the default, else the exception would cut a hole into
 * another one. Behind every rule of an exception stands one that ends it: what finds no way there
 * takes no other.
 */
#include "plan/compile_parts.h"

#define MARK_ALL 0xffffffffu

static void select_split(const struct split *s, struct rule_state *r)
{
	switch (s->kind) {
	case SPLIT_UID:
		r->by_uid = true;
		r->uid_first = s->uid_first;
		r->uid_last = s->uid_last;
		break;
	case SPLIT_PREFIX: r->dst = s->prefix; break;
	case SPLIT_MARK:
		r->fwmark = s->mark;
		r->fwmask = s->mask ? s->mask : MARK_ALL;
		break;
	case SPLIT_CGROUP: break;
	}
}

static bool has_family(struct compile *c, const struct split *s, uint8_t family)
{
	return compile_rules_family(c, family) &&
		(s->kind != SPLIT_PREFIX || s->prefix.addr.family == family);
}

/* The rule and what ends it, in every family it is about. */
static void add_pair(struct compile *c, struct state *to, const struct split *s, uint32_t priority,
	uint32_t table, bool stop)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < 2; i++) {
		if (!has_family(c, s, families[i]))
			continue;
		select_split(s, compile_rule(c, to, families[i], priority, table));
		if (stop)
			select_split(s, compile_rule(c, to, families[i], priority + 1, 0));
	}
}

static const char *split_words(struct compile *c, const struct split *s)
{
	char text[IP_TEXT_SIZE];

	switch (s->kind) {
	case SPLIT_UID:
		if (s->uid_first == s->uid_last)
			return arena_printf(c->a, "user %u", s->uid_first);
		return arena_printf(c->a, "users %u to %u", s->uid_first, s->uid_last);
	case SPLIT_CGROUP: return arena_printf(c->a, "cgroup '%s'", s->cgroup);
	case SPLIT_PREFIX: return arena_strdup(c->a, ip_prefix_format(&s->prefix, text));
	case SPLIT_MARK: return arena_printf(c->a, "mark 0x%x/0x%x", s->mark, s->mask);
	}
	return "?";
}

/* Stays outside a tunnel that has the default. */
static void add_outside(struct compile *c, const struct split *s)
{
	struct firewall *f = &c->ret->holder.firewall;
	struct fw_split *x;

	if (s->kind != SPLIT_CGROUP)
		add_pair(c, &c->ret->holder, s, PRIO_SPLIT, TABLE_MAIN, true);
	if (s->kind == SPLIT_UID || s->kind == SPLIT_CGROUP) {
		f->present = true;
		x = LIST_PUSH(c->a, f, split);
		x->kind = s->kind == SPLIT_UID ? FW_SPLIT_UID : FW_SPLIT_CGROUP;
		x->uid_first = s->uid_first;
		x->uid_last = s->uid_last;
		x->cgroup = arena_strdup(c->a, s->cgroup);
	} else if (c->tunnel->policy.kill_switch) {
		COMPILE_NOTE(c, "%s stays outside the tunnel, where the kill switch stops it",
			split_words(c, s));
	}
}

/*
 * Outside a tunnel of single networks: its one rule is not asked. There is no such rule for two,
 * nor for what a rule cannot see.
 */
static void add_unasked(struct compile *c, const struct split *s)
{
	bool possible =
		c->tunnel->policy.n_split == 1 && (s->kind == SPLIT_UID || s->kind == SPLIT_MARK);

	if (!possible) {
		COMPILE_NOTE(c, "%s cannot stay outside: this tunnel is not the default route",
			split_words(c, s));
		return;
	}
	LIST_FOREACH (r, &c->ret->own, rules)
		if (r->priority == PRIO_TUNNEL) {
			r->invert = true;
			select_split(s, r);
		}
}

int compile_check_split(struct compile *c, struct err *e)
{
	const struct policy *p = &c->tunnel->policy;
	size_t n_only = 0;

	LIST_FOREACH (s, p, split) {
		n_only += s->only;
		if (!s->only || s->kind != SPLIT_CGROUP)
			continue;
		err_set(e, E_UNSUPPORTED, "%s cannot have a tunnel of its own", split_words(c, s));
		return err_hint(e, "a user, a mark or a network can");
	}
	if (n_only && n_only < p->n_split) {
		err_set(e, E_CONFLICT, "'%s' is for some alone, and has exceptions besides",
			c->tunnel->name);
		return err_hint(e, "name those that use it, or those that do not");
	}
	c->only = n_only > 0;
	return 0;
}

void compile_split(struct compile *c, uint32_t table)
{
	/* What a tunnel of single networks does not carry, its users have by the way of all. */
	bool carries_all = c->ret->full4 || c->ret->full6;

	LIST_FOREACH (s, &c->tunnel->policy, split) {
		if (s->only)
			add_pair(c, &c->ret->own, s, PRIO_ONLY, table, carries_all);
		else if (c->ret->full)
			add_outside(c, s);
		else
			add_unasked(c, s);
	}
}
