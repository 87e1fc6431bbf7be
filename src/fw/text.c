// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table as nft(8) reads it, over many lines or in one. Knows nft's words; must not know what the
 * rules are for. Keeps the invariants that the text loads as one transaction that replaces the
 * table, and that it holds no single quote.
 */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "fw/fw.h"
#include "fw/table.h"

struct text {
	struct strbuf *out;
	bool line; /* everything in one */
	unsigned depth;
};

/* Where one statement begins and where it ends. */
static void begin(struct text *x)
{
	for (unsigned i = 0; !x->line && i < x->depth; i++)
		strbuf_addc(x->out, '\t');
}

static void end(struct text *x)
{
	strbuf_add(x->out, x->line ? "; " : "\n");
}

static void open_block(struct text *x)
{
	strbuf_add(x->out, x->line ? " { " : " {\n");
	x->depth++;
}

static void close_block(struct text *x)
{
	x->depth--;
	begin(x);
	strbuf_addc(x->out, '}');
	end(x);
}

static const char *const family_words[] = {[FW_INET] = "inet", [FW_IP] = "ip", [FW_IP6] = "ip6"};

static const char *const type_words[] = {
	[FW_TYPE_IPV4] = "ipv4_addr",
	[FW_TYPE_IPV6] = "ipv6_addr",
	[FW_TYPE_NFPROTO] = "nf_proto",
	[FW_TYPE_PROTO] = "inet_proto",
	[FW_TYPE_PORT] = "inet_service",
	[FW_TYPE_IFNAME] = "ifname",
	[FW_TYPE_MARK] = "mark",
	[FW_TYPE_UID] = "uid",
	[FW_TYPE_ICMPV6] = "icmpv6_type",
	[FW_TYPE_TCP_FLAGS] = "tcp_flag",
	[FW_TYPE_CT_STATE] = "ct_state",
};

static const char *const field_words[] = {
	[FW_NFPROTO] = "meta nfproto",
	[FW_IIF] = "meta iif",
	[FW_IIFNAME] = "iifname",
	[FW_OIFNAME] = "oifname",
	[FW_MARK] = "meta mark",
	[FW_SKUID] = "meta skuid",
	[FW_L4PROTO] = "meta l4proto",
	[FW_SADDR4] = "ip saddr",
	[FW_DADDR4] = "ip daddr",
	[FW_SADDR6] = "ip6 saddr",
	[FW_DADDR6] = "ip6 daddr",
	[FW_HOPLIMIT] = "ip6 hoplimit",
	[FW_SPORT] = "th sport",
	[FW_DPORT] = "th dport",
	[FW_TCP_FLAGS] = "tcp flags",
	[FW_ICMPV6_TYPE] = "icmpv6 type",
	[FW_CT_STATE] = "ct state",
	[FW_CT_STATUS] = "ct status",
	[FW_CT_MARK] = "ct mark",
	[FW_CT_DIRECTION] = "ct direction",
	[FW_SADDR_TYPE] = "fib saddr type",
	[FW_DADDR_TYPE] = "fib daddr type",
	[FW_CGROUP] = "socket cgroupv2",
};

/* --- values ----------------------------------------------------------------------------------
 */

static uint32_t get_u32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static void add_addr(struct strbuf *out, uint8_t family, const uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN];

	strbuf_add(out, inet_ntop(family, bytes, text, sizeof(text)));
}

static void add_proto(struct strbuf *out, uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP: strbuf_add(out, "tcp"); break;
	case IPPROTO_UDP: strbuf_add(out, "udp"); break;
	case IPPROTO_ICMP: strbuf_add(out, "icmp"); break;
	case IPPROTO_ICMPV6: strbuf_add(out, "ipv6-icmp"); break;
	default: strbuf_addf(out, "%u", proto);
	}
}

static void add_bits(struct strbuf *out, uint32_t bits)
{
	static const char *const words[] = {"invalid", "established", "related", "new"};
	const char *comma = "";

	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bits & 1u << i) {
			strbuf_addf(out, "%s%s", comma, words[i]);
			comma = ",";
		}
}

/* One part of a key. big: numbers are of network order (interval sets). */
static void add_value(struct strbuf *out, enum fw_type t, const uint8_t *at, bool big)
{
	uint32_t number = fw_type_size(t) == 4 ? get_u32(at) : 0;

	if (big)
		number = ntohl(number);
	switch (t) {
	case FW_TYPE_IPV4: add_addr(out, AF_INET, at); break;
	case FW_TYPE_IPV6: add_addr(out, AF_INET6, at); break;
	case FW_TYPE_NFPROTO: strbuf_add(out, *at == NFPROTO_IPV4 ? "ipv4" : "ipv6"); break;
	case FW_TYPE_PROTO: add_proto(out, *at); break;
	case FW_TYPE_PORT: strbuf_addf(out, "%u", at[0] << 8 | at[1]); break;
	case FW_TYPE_IFNAME: strbuf_addf(out, "\"%s\"", (const char *)at); break;
	case FW_TYPE_MARK: strbuf_addf(out, "0x%08x", number); break;
	case FW_TYPE_UID: strbuf_addf(out, "%u", number); break;
	case FW_TYPE_ICMPV6: strbuf_addf(out, "%u", *at); break;
	case FW_TYPE_TCP_FLAGS: strbuf_addf(out, "0x%02x", *at); break;
	case FW_TYPE_CT_STATE: add_bits(out, number); break;
	}
}

static void add_verdict(struct strbuf *out, const struct fw_verdict *v)
{
	static const char *const words[] = {[FW_ACCEPT] = "accept",
		[FW_DROP] = "drop",
		[FW_RETURN] = "return",
		[FW_JUMP] = "jump ",
		[FW_GOTO] = "goto "};

	strbuf_add(out, words[v->code]);
	if (v->chain)
		strbuf_add(out, v->chain);
}

/* The bits that all values from first to last share, when those are all values with them. */
static bool is_prefix(const uint8_t *first, const uint8_t *last, unsigned size, unsigned *len)
{
	unsigned bits = size * 8, same = 0;

	while (same < bits && !((first[same / 8] ^ last[same / 8]) >> (7 - same % 8) & 1))
		same++;
	for (unsigned i = same; i < bits; i++)
		if (first[i / 8] >> (7 - i % 8) & 1 || !(last[i / 8] >> (7 - i % 8) & 1))
			return false;
	*len = same;
	return true;
}

static void add_interval(struct strbuf *out, enum fw_type t, const struct fw_elem *e)
{
	unsigned size = fw_type_size(t), len;
	bool is_addr = t == FW_TYPE_IPV4 || t == FW_TYPE_IPV6;

	add_value(out, t, e->key, true);
	if (memcmp(e->key, e->last, size) == 0)
		return;
	if (is_addr && is_prefix(e->key, e->last, size, &len)) {
		strbuf_addf(out, "/%u", len);
		return;
	}
	strbuf_addc(out, '-');
	add_value(out, t, e->last, true);
}

static void add_elem(struct strbuf *out, const struct fw_set *s, const struct fw_elem *e)
{
	unsigned at = 0;

	if (s->flags & FW_SET_INTERVAL) {
		add_interval(out, s->type[0], e);
	} else {
		for (unsigned i = 0; i < s->n_parts; i++) {
			strbuf_add(out, i ? " . " : "");
			add_value(out, s->type[i], e->key + at, false);
			at += (fw_type_size(s->type[i]) + 3) & ~3u;
		}
	}
	if (s->flags & FW_SET_VERDICTS) {
		strbuf_add(out, " : ");
		add_verdict(out, &e->verdict);
	}
}

/* --- sets, rules, chains -----------------------------------------------------------------------
 */

/* In the order in which nft lists them. */
static void add_flags(struct strbuf *out, unsigned flags)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {{FW_SET_CONSTANT, "constant"}, {FW_SET_INTERVAL, "interval"},
		{FW_SET_TIMEOUT, "timeout"}};
	const char *before = "flags ";

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (flags & words[i].flag) {
			strbuf_addf(out, "%s%s", before, words[i].word);
			before = ",";
		}
}

static void add_set(struct text *x, const struct fw_set *s)
{
	begin(x);
	strbuf_addf(x->out, "%s %s", s->flags & FW_SET_VERDICTS ? "map" : "set", s->name);
	open_block(x);
	begin(x);
	strbuf_add(x->out, "type ");
	for (unsigned i = 0; i < s->n_parts; i++)
		strbuf_addf(x->out, "%s%s", i ? " . " : "", type_words[s->type[i]]);
	strbuf_add(x->out, s->flags & FW_SET_VERDICTS ? " : verdict" : "");
	end(x);
	if (s->flags & ~(unsigned)FW_SET_VERDICTS) {
		begin(x);
		add_flags(x->out, s->flags);
		end(x);
	}
	if (s->n_elems) {
		begin(x);
		strbuf_add(x->out, "elements = { ");
		for (size_t i = 0; i < s->n_elems; i++) {
			strbuf_add(x->out, i ? ", " : "");
			add_elem(x->out, s, &s->elems[i]);
		}
		strbuf_add(x->out, " }");
		end(x);
	}
	close_block(x);
}

static unsigned cgroup_level(const char *path)
{
	unsigned n = 1;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static void add_match_value(struct strbuf *out, const struct fw_expr *e)
{
	enum fw_field f = e->field[0];

	switch (f) {
	case FW_CT_STATUS: strbuf_add(out, "dnat"); break;
	case FW_CT_DIRECTION: strbuf_add(out, e->value[0] ? "reply" : "original"); break;
	case FW_SADDR_TYPE:
	case FW_DADDR_TYPE:
		strbuf_add(out, get_u32(e->value) == RTN_LOCAL ? "local" : "unicast");
		break;
	case FW_IIF: strbuf_addf(out, "%u", get_u32(e->value)); break;
	case FW_HOPLIMIT: strbuf_addf(out, "%u", e->value[0]); break;
	case FW_NFPROTO:
	case FW_IIFNAME:
	case FW_OIFNAME:
	case FW_MARK:
	case FW_SKUID:
	case FW_L4PROTO:
	case FW_SADDR4:
	case FW_DADDR4:
	case FW_SADDR6:
	case FW_DADDR6:
	case FW_SPORT:
	case FW_DPORT:
	case FW_TCP_FLAGS:
	case FW_ICMPV6_TYPE:
	case FW_CT_STATE:
	case FW_CT_MARK:
	case FW_CGROUP: add_value(out, fw_field_type(f), e->value, false); break;
	}
}

static void add_match(struct strbuf *out, const struct fw_expr *e)
{
	for (unsigned i = 0; i < e->n_fields; i++)
		strbuf_addf(out, "%s%s", i ? " . " : "", field_words[e->field[i]]);
	if (e->field[0] == FW_CGROUP) {
		strbuf_addf(out, " level %u \"%s\"", cgroup_level(e->name), e->name);
		return;
	}
	strbuf_add(out, e->kind == FW_VMAP ? " vmap " : e->inverted ? " != " : " ");
	if (e->name) {
		strbuf_addf(out, "@%s", e->name);
		return;
	}
	add_match_value(out, e);
	if (e->prefix_len && e->prefix_len < 8 * fw_type_size(fw_field_type(e->field[0])))
		strbuf_addf(out, "/%u", e->prefix_len);
}

static void add_translation(struct strbuf *out, const char *how, const struct ip_endpoint *to)
{
	bool v6 = to->addr.family == AF_INET6, brackets = v6 && to->port;

	strbuf_addf(out, "%s %s to %s", how, v6 ? "ip6" : "ip", brackets ? "[" : "");
	add_addr(out, to->addr.family, to->addr.b);
	strbuf_add(out, brackets ? "]" : "");
	if (to->port)
		strbuf_addf(out, ":%u", to->port);
}

static void add_expr(struct strbuf *out, const struct fw_expr *e)
{
	static const char *const rejects[] = {
		[FW_TCP_RESET] = "tcp reset",
		[FW_PORT_UNREACHABLE] = "icmpx port-unreachable",
		[FW_ADMIN_PROHIBITED] = "icmpx admin-prohibited",
	};

	switch (e->kind) {
	case FW_MATCH:
	case FW_VMAP: add_match(out, e); break;
	case FW_COUNT: strbuf_addf(out, "counter name %s", e->name); break;
	case FW_REJECT: strbuf_addf(out, "reject with %s", rejects[e->reject]); break;
	case FW_SET_MARK: strbuf_addf(out, "meta mark set 0x%08x", e->mark); break;
	case FW_SET_CT_MARK: strbuf_addf(out, "ct mark set 0x%08x", e->mark); break;
	case FW_DNAT: add_translation(out, "dnat", &e->to); break;
	case FW_SNAT: add_translation(out, "snat", &e->to); break;
	case FW_MASQUERADE: strbuf_add(out, "masquerade"); break;
	case FW_MAXSEG: strbuf_add(out, "tcp option maxseg size set rt mtu"); break;
	case FW_VERDICT: add_verdict(out, &e->verdict); break;
	}
}

static void add_chain(struct text *x, const struct fw_chain *c)
{
	static const char *const types[] = {
		[FW_FILTER] = "filter", [FW_ROUTE] = "route", [FW_NAT] = "nat"};
	static const char *const hooks[] = {
		"prerouting", "input", "forward", "output", "postrouting"};

	begin(x);
	strbuf_addf(x->out, "chain %s", c->name);
	open_block(x);
	if (c->type != FW_REGULAR) {
		begin(x);
		strbuf_addf(x->out, "type %s hook %s priority %d; policy %s", types[c->type],
			hooks[c->hook], c->priority, c->drop ? "drop" : "accept");
		strbuf_add(x->out, x->line ? "; " : ";\n");
	}
	LIST_FOREACH (r, c, rules) {
		begin(x);
		for (size_t i = 0; i < r->n_exprs; i++) {
			strbuf_add(x->out, i ? " " : "");
			add_expr(x->out, &r->exprs[i]);
		}
		end(x);
	}
	close_block(x);
}

static void add_table(struct text *x, const struct fw_table *t)
{
	const char *family = family_words[t->family];

	strbuf_addf(x->out, "table %s %s", family, t->name);
	end(x);
	strbuf_addf(x->out, "delete table %s %s", family, t->name);
	end(x);
	if (!t->present)
		return;
	strbuf_addf(x->out, "table %s %s", family, t->name);
	open_block(x);
	LIST_FOREACH (c, t, counters) {
		begin(x);
		strbuf_addf(x->out, "counter %s", c->name);
		open_block(x);
		close_block(x);
	}
	LIST_FOREACH (s, t, sets)
		add_set(x, s);
	LIST_FOREACH (c, t, chains)
		add_chain(x, c);
	close_block(x);
}

void fw_text(const struct fw_table *t, struct strbuf *out)
{
	struct text x = {.out = out};

	add_table(&x, t);
}

void fw_text_line(const struct fw_table *t, struct strbuf *out)
{
	struct text x = {.out = out, .line = true};

	add_table(&x, t);
	/* "; " ends the last statement, too. */
	if (out->len >= 2)
		out->s[out->len -= 2] = '\0';
}
