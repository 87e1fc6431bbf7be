// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firewall and the resolver in words. Knows every member; must not know chains and rules (those
 * are fw's, whose text is for nft). A change of the firewall names what it brings and what it ends,
 * and nothing that stays.
 */
#include "plan/text.h"

#include "fw/fw.h"
#include "fw/table.h"
#include "plan/text_parts.h"

struct words {
	struct arena *a;
	LIST(const char *, items);
};

#define SAY(w, ...) (*LIST_PUSH((w)->a, w, items) = arena_printf((w)->a, __VA_ARGS__))

static const char *any(const char *ifname)
{
	return ifname[0] ? ifname : "any";
}

static void say_tunnels(struct words *w, const struct firewall *f)
{
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (x, f, endpoints) {
		struct ip_endpoint p = {.addr = x->addr, .port = x->port};

		SAY(w, "endpoint %s", ip_endpoint_format(&p, text));
	}
	LIST_FOREACH (x, f, marks)
		SAY(w, "mark 0x%x", *x);
	LIST_FOREACH (x, f, listen_ports)
		SAY(w, "listen port %u", *x);
	LIST_FOREACH (x, f, tunnels)
		SAY(w, "tunnel %s", x->name);
	LIST_FOREACH (x, f, addresses)
		SAY(w, "address %s", ip_addr_format(x, text));
	LIST_FOREACH (x, f, dns)
		SAY(w, "DNS %s through %s", ip_addr_format(&x->server, text), x->ifname);
	LIST_FOREACH (x, f, any_dns)
		SAY(w, "any DNS through %s", x->name);
	LIST_FOREACH (x, f, lan_dns)
		SAY(w, "LAN DNS %s", ip_addr_format(x, text));
	LIST_FOREACH (x, f, kept)
		SAY(w, "kept %s", ip_prefix_format(x, text));
}

static void say_local(struct words *w, const struct firewall *f)
{
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (x, f, lan)
		SAY(w, "LAN %s", ip_prefix_format(x, text));
	LIST_FOREACH (x, f, bridges)
		SAY(w, "bridge %s", x->name);
	LIST_FOREACH (x, f, bridge_dns)
		SAY(w, "bridges' DNS to %s", ip_addr_format(x, text));
	LIST_FOREACH (x, f, logins) {
		struct ip_endpoint p = {.addr = x->peer, .port = x->peer_port};

		SAY(w, "login %s to port %u", ip_endpoint_format(&p, text), x->local_port);
	}
	LIST_FOREACH (x, f, inbound)
		SAY(w, "inbound %s/%u", fw_proto_name(x->proto), x->port);
	LIST_FOREACH (x, f, split) {
		if (x->kind == FW_SPLIT_UID)
			SAY(w, "outside uid %u-%u", x->uid_first, x->uid_last);
		else
			SAY(w, "outside cgroup %s", x->cgroup);
	}
}

static void say_forwarding(struct words *w, const struct firewall *f)
{
	char source[IP_TEXT_SIZE], to[IP_TEXT_SIZE];

	LIST_FOREACH (x, f, nat)
		SAY(w, "nat%u %s out %s as %s", x->family == AF_INET6 ? 6 : 4,
			x->source.addr.family ? ip_prefix_format(&x->source, source) : "any",
			any(x->out_ifname),
			x->to.family ? ip_addr_format(&x->to, to) : "its own address");
	LIST_FOREACH (x, f, forward)
		SAY(w, "forward %s %s %s", any(x->in_ifname), x->both ? "<->" : "->",
			any(x->out_ifname));
	LIST_FOREACH (x, f, dnat)
		SAY(w, "dnat %s %s/%u -> %s", any(x->in_ifname), fw_proto_name(x->proto), x->port,
			ip_endpoint_format(&x->to, to));
	LIST_FOREACH (x, f, mss_clamp)
		SAY(w, "MSS clamp %s", x->name);
}

static const char **say_all(struct arena *a, const struct firewall *f, size_t *ret_n)
{
	struct words w = {.a = a};

	say_tunnels(&w, f);
	say_local(&w, f);
	say_forwarding(&w, f);
	*ret_n = w.n_items;
	return w.items;
}

static bool is_among(const char *item, const char *const *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(item, items[i]))
			return true;
	return false;
}

static void say_flag(struct words *w, const char *name, bool before, bool after)
{
	if (before != after)
		SAY(w, "%s %s", name, after ? "on" : "off");
}

void text_firewall_change(
	struct strbuf *out, const struct firewall *before, const struct firewall *after)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct words w = {.a = a};
	size_t n_old, n_new;
	const char **old = say_all(a, before, &n_old), **new = say_all(a, after, &n_new);

	strbuf_add(out, "firewall ");
	if (!after->present) {
		strbuf_add(out, "off");
		return;
	}
	if (before->unknown)
		SAY(&w, "anew");
	else if (!before->present)
		SAY(&w, "on");
	say_flag(&w, "kill switch", before->kill_switch, after->kill_switch);
	say_flag(&w, "DNS gate", before->dns_gate, after->dns_gate);
	for (size_t i = 0; i < n_new; i++)
		if (!is_among(new[i], old, n_old))
			SAY(&w, "%s", new[i]);
	for (size_t i = 0; i < n_old; i++)
		if (!is_among(old[i], new, n_new))
			SAY(&w, "no %s", old[i]);
	strbuf_add(out, arena_join(a, w.items, w.n_items));
}

void text_firewall(struct strbuf *out, const struct firewall *f)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	size_t n;
	const char **items = say_all(a, f, &n);

	if (f->present)
		strbuf_addf(out, "firewall on%s\n", f->unknown ? ", unknown" : "");
	if (f->kill_switch)
		strbuf_add(out, "firewall kill switch on\n");
	if (f->dns_gate)
		strbuf_add(out, "firewall DNS gate on\n");
	for (size_t i = 0; i < n; i++)
		strbuf_addf(out, "firewall %s\n", items[i]);
}

void text_firewall_rules(struct strbuf *out, const struct firewall *f)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf text = {0};
	struct fw_table table;

	if (!f->present)
		return;
	fw_build(a, f, &table);
	fw_text(&table, &text);
	for (const char *at = strbuf_str(&text); *at;) {
		size_t n = strcspn(at, "\n");

		strbuf_addf(out, "\t%.*s\n", (int)n, at);
		at += n + (at[n] == '\n');
	}
}

static const char *backend_name(enum resolver_backend b)
{
	switch (b) {
	case RESOLVER_NONE: return "none";
	case RESOLVER_RESOLVED: return "resolved";
	case RESOLVER_RESOLVCONF: return "resolvconf";
	case RESOLVER_FILE: return "resolv.conf";
	}
	return "?";
}

void text_resolver(struct strbuf *out, const struct resolver_state *r)
{
	char text[IP_TEXT_SIZE];

	strbuf_addf(out, "%s %s servers ", backend_name(r->backend), r->ifname);
	LIST_FOREACH (x, r, servers)
		strbuf_addf(out, "%s%s", x > r->servers ? "," : "", ip_addr_format(x, text));
	if (r->n_domains)
		strbuf_add(out, " domains ");
	LIST_FOREACH (x, r, domains)
		strbuf_addf(out, "%s%s", x > r->domains ? "," : "", *x);
	if (r->everything)
		strbuf_add(out, " for everything");
}

void text_resolver_slot(struct strbuf *out, const struct resolver_state *r)
{
	strbuf_addf(out, "%s %s", backend_name(r->backend), r->ifname);
}
