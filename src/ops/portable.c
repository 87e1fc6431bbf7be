// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A configuration for a machine without wf. Knows the order in which wg-quick(8) does things, and
 * that it evaluates each hook in a shell; what the firewall and the rules are is compile's and
 * fw's, the same as for wf itself. Invariant: the firewall is whole before there is a link and goes
 * last of all, and an up that failed half way can be tried again.
 */
#include "ops/portable.h"

#include <string.h>

#include "base/str.h"
#include "fw/fw.h"
#include "fw/table.h"
#include "ops/intent.h"
#include "plan/compile.h"

#define TABLE_NAME "wf-" POLICY_SELF

struct portable {
	struct ops *o;
	struct conf *c;
	struct tunnel tunnel;
	struct contribution made;
	struct firewall firewall;
};

static void add(struct portable *p, enum conf_phase phase, const char *command)
{
	*LIST_PUSH(p->o->arena, p->c, hooks) =
		(struct conf_hook){.phase = phase, .command = command, .len = strlen(command)};
}

static bool asks_for_firewall(const struct policy *p)
{
	return p->kill_switch || p->dns_gate || p->n_nat || p->n_forward || p->n_dnat ||
		p->mss_clamp || p->n_split;
}

static int refuse_name(const char *host, struct err *e)
{
	err_set(e, E_UNSUPPORTED,
		"the endpoint '%s' is a name, which nobody could look up behind a closed firewall",
		host);
	return err_hint(e, "use a server whose endpoint is an address");
}

/* Endpoints are addresses and known without asking anybody; one that is a name is left out. */
static void gather(struct portable *p, struct facts *f)
{
	*f = (struct facts){.ipv6 = true, .kernel_wireguard = true, .free_table = 1};
	LIST_FOREACH (peer, &p->tunnel, peers) {
		struct fact_endpoint x = {
			.host = peer->host, .port = peer->port, .reachable = true};

		if (!peer->host)
			continue;
		if (ip_addr_parse(peer->host, &x.addr.addr)) {
			x.addr.port = peer->port;
			*LIST_PUSH(p->o->arena, f, endpoints) = x;
		} else {
			peer->host = NULL;
		}
	}
}

static int check_names(const struct tunnel *t, struct err *e)
{
	struct ip_addr addr;

	if (!t->policy.kill_switch && !t->policy.dns_gate)
		return 0;
	LIST_FOREACH (peer, t, peers)
		if (peer->host && !ip_addr_parse(peer->host, &addr))
			return refuse_name(peer->host, e);
	return 0;
}

static int compile(struct portable *p, struct err *e)
{
	struct facts facts;
	int r;

	gather(p, &facts);
	if ((r = compile_tunnel(p->o->arena, &p->tunnel, &facts, NULL, &p->made, e)))
		return r;
	p->firewall = p->made.own.firewall;
	firewall_add(p->o->arena, &p->made.holder.firewall, &p->firewall);
	return 0;
}

/* For wg-quick(8): its name of the interface, and the mark that the firewall gives to what stays
 * outside. */
static int compile_portable(struct portable *p, struct err *e)
{
	int r;

	str_copy(p->tunnel.ifname, sizeof(p->tunnel.ifname), POLICY_SELF);
	p->tunnel.fwmark = WF_MARK;
	LIST_FOREACH (s, &p->tunnel.policy, split)
		if (s->only)
			return err_set(e, E_UNSUPPORTED,
				"a tunnel for some alone (split=only:…) is more than wg-quick can");
	r = check_names(&p->tunnel, e);
	return r ? r : compile(p, e);
}

static const char *table_text(struct portable *p)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	struct fw_table t;

	fw_build(p->o->arena, &p->firewall, &t);
	t.name = TABLE_NAME;
	fw_text_line(&t, &b);
	return arena_printf(p->o->arena, "nft '%s'", strbuf_str(&b));
}

/* The selector and the action as ip-rule(8) takes them. */
static const char *rule_text(struct portable *p, const struct rule_state *r)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	char text[IP_TEXT_SIZE];

	if (r->dst.addr.family)
		strbuf_addf(&b, "to %s ", ip_prefix_format(&r->dst, text));
	if (r->fwmask)
		strbuf_addf(&b, "fwmark 0x%x/0x%x ", r->fwmark, r->fwmask);
	if (r->by_uid)
		strbuf_addf(&b, "uidrange %u-%u ", r->uid_first, r->uid_last);
	if (r->action == RULE_PROHIBIT)
		strbuf_add(&b, "prohibit ");
	else
		strbuf_add(&b, "lookup main ");
	strbuf_addf(&b, "priority %u", r->priority);
	return arena_strdup(p->o->arena, strbuf_str(&b));
}

/* What stays outside; where to is main. */
static bool is_split(const struct rule_state *r)
{
	return r->priority == PRIO_SPLIT || r->priority == PRIO_SPLIT_STOP;
}

static void add_rules(struct portable *p, enum conf_phase phase)
{
	LIST_FOREACH (r, &p->made.holder, rules) {
		int family = r->family == AF_INET6 ? 6 : 4;
		const char *text;

		if (!is_split(r))
			continue;
		text = rule_text(p, r);
		/* One that an earlier up left behind is no reason to fail. */
		add(p, phase,
			phase == CONF_PHASE_PRE_UP
				? arena_printf(p->o->arena,
					  "ip -%d rule del %s 2>/dev/null || :; ip -%d rule add %s",
					  family, text, family, text)
				: arena_printf(p->o->arena,
					  "ip -%d rule del %s 2>/dev/null || :", family, text));
	}
}

static void add_forwarding(struct portable *p)
{
	if (p->tunnel.policy.forward4)
		add(p, CONF_PHASE_PRE_UP, "sysctl -q -w net.ipv4.ip_forward=1");
	if (p->tunnel.policy.forward6)
		add(p, CONF_PHASE_PRE_UP, "sysctl -q -w net.ipv6.conf.all.forwarding=1");
}

static void add_own(struct portable *p, const struct hook_set *own, enum conf_phase phase)
{
	LIST_FOREACH (h, own, hooks)
		if (h->phase == phase)
			*LIST_PUSH(p->o->arena, p->c, hooks) = *h;
}

static void add_hooks(struct portable *p, const struct hook_set *own)
{
	bool firewall = asks_for_firewall(&p->tunnel.policy) && p->firewall.present;

	if (firewall)
		add(p, CONF_PHASE_PRE_UP, table_text(p));
	add_forwarding(p);
	add_rules(p, CONF_PHASE_PRE_UP);
	add_own(p, own, CONF_PHASE_PRE_UP);
	add_own(p, own, CONF_PHASE_POST_UP);
	add_own(p, own, CONF_PHASE_PRE_DOWN);
	add_own(p, own, CONF_PHASE_POST_DOWN);
	add_rules(p, CONF_PHASE_POST_DOWN);
	if (firewall)
		add(p, CONF_PHASE_POST_DOWN, "nft delete table inet " TABLE_NAME);
}

static void set_dns(struct portable *p)
{
	const struct policy *policy = &p->tunnel.policy;

	if (policy->dns_mode == DNS_MODE_TUNNEL)
		return;
	p->c->n_dns = p->c->n_search = 0;
	if (policy->dns_mode == DNS_MODE_CUSTOM)
		LIST_FOREACH (d, policy, dns)
			*LIST_PUSH(p->o->arena, p->c, dns) = *d;
}

/* The lines of hooks go: the new ones have no place in the file yet. */
static void drop_hooks(struct conf *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n_lines; i++)
		if (c->lines[i].kind != CONF_LINE_HOOK)
			c->lines[kept++] = c->lines[i];
	c->n_lines = kept;
	c->n_hooks = 0;
	c->save_config = -1; /* it would write down the state of the moment */
}

int portable_fill(struct ops *o, const struct config *config, const struct server_list *servers,
	struct conf *c, unsigned *held_back, struct err *e)
{
	struct portable p = {.o = o, .c = c};
	struct hook_set own = {0};
	int r;

	if ((r = intent_of_rows(o, config, servers, &p.tunnel, e)) ||
		(r = trust_load(o, config->id, &own, e)) || (r = compile_portable(&p, e)))
		return err_wrap(e, "cannot write '%s' for wg-quick", config->sponsor_name);
	*held_back = own.trusted ? 0 : (unsigned)own.n_hooks;
	if (!own.trusted)
		own = (struct hook_set){0};
	drop_hooks(c);
	if (asks_for_firewall(&p.tunnel.policy))
		c->fwmark = WF_MARK;
	set_dns(&p);
	add_hooks(&p, &own);
	return 0;
}

int portable_rules(struct ops *o, const char *name, const char **ret, struct err *e)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	struct portable p = {.o = o};
	struct fw_table t;
	int r;

	if ((r = intent_load(o, name, &p.tunnel, NULL, e)) || (r = compile(&p, e)))
		return r;
	fw_build(o->arena, &p.firewall, &t);
	fw_text(&t, &b);
	*ret = arena_strdup(o->arena, strbuf_str(&b));
	return 0;
}
