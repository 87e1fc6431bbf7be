// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The line syntax of scenario tests. Knows the words; must not know what they lead to. Strict: a
 * misspelt word must not make a test pass.
 */
#include "lib/lines.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

#define WORDS_MAX 24

struct words {
	const char *line;
	char *w[WORDS_MAX];
	size_t n;
};

static void bad(const char *line, const char *what)
{
	fprintf(stderr, "Bail out! '%s': %s\n", line, what);
	exit(99);
}

static struct words split(struct arena *a, const char *line)
{
	struct words ret = {.line = line};
	char *text = arena_strdup(a, line), *save = NULL;

	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (ret.n == WORDS_MAX)
			bad(line, "too long");
		ret.w[ret.n++] = w;
	}
	return ret;
}

/* The value of "name=value", or NULL. */
static const char *value_of(const char *word, const char *name)
{
	size_t n = strlen(name);

	return strncmp(word, name, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

static uint32_t number(const struct words *w, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (!*text || *end || n > UINT32_MAX)
		bad(w->line, "not a number");
	return (uint32_t)n;
}

static struct ip_prefix prefix(const struct words *w, const char *text, uint8_t family)
{
	struct ip_prefix p = {{family, {0}}, 0};

	if (strcmp(text, "default") != 0 && !ip_prefix_parse(text, &p))
		bad(w->line, "not a prefix");
	return p;
}

static struct ip_endpoint endpoint(const struct words *w, const char *text)
{
	struct ip_endpoint p;

	if (!ip_endpoint_parse(text, &p))
		bad(w->line, "not an endpoint");
	return p;
}

/* "host:port" or "[v6]:port"; the host without brackets. */
static const char *host_port(
	struct arena *a, const struct words *w, const char *text, uint16_t *ret_port)
{
	const char *colon = strrchr(text, ':');

	if (!colon)
		bad(w->line, "no port");
	*ret_port = (uint16_t)number(w, colon + 1);
	if (text[0] == '[')
		return arena_strndup(a, text + 1, (size_t)(colon - text) - 2);
	return arena_strndup(a, text, (size_t)(colon - text));
}

struct wg_key lines_key(const char *name)
{
	char text[WG_KEY_TEXT_SIZE];
	struct wg_key key;

	memset(text, 'A', sizeof(text));
	memcpy(text, name, strlen(name));
	text[sizeof(text) - 2] = '=';
	text[sizeof(text) - 1] = '\0';
	if (!wg_key_parse(text, sizeof(text) - 1, &key))
		bad(name, "cannot be made a key");
	return key;
}

static struct key_ref key_ref(const char *name)
{
	struct key_ref k = {0};

	for (size_t i = 0; i < SECRET_FP_LEN; i++)
		k.fp[i] = (uint8_t)(name[i % strlen(name)] + (int)i);
	for (size_t i = 0; i < SEAL_ID_SIZE - 1; i++)
		snprintf(k.id + i, 2, "%x", k.fp[i % SECRET_FP_LEN] & 15u);
	return k;
}

struct tunnel *intents_find(const struct intents *in, const char *name)
{
	LIST_FOREACH (t, in, tunnels)
		if (str_eq(t->name, name))
			return t;
	return NULL;
}

static struct tunnel *tunnel_named(struct arena *a, struct intents *in, const char *name)
{
	struct tunnel *t = intents_find(in, name);

	if (t)
		return t;
	t = LIST_PUSH(a, in, tunnels);
	t->name = t->title = arena_strdup(a, name);
	snprintf(t->ifname, sizeof(t->ifname), "wg-%s", name);
	t->public_key = lines_key(name);
	t->private_key = key_ref(name);
	t->listen_port = t->fwmark = -1;
	t->keep_ssh = true;
	return t;
}

#define EACH_OF(a, item, list)                                                                     \
	for (char *save_ = NULL, *item = strtok_r(arena_strdup(a, list), ",", &save_); item;       \
		item = strtok_r(NULL, ",", &save_))

static void set_table(const struct words *w, struct tunnel *t, const char *v)
{
	t->table_mode = str_eq(v, "off") ? TABLE_OFF
		: str_eq(v, "auto")	 ? TABLE_AUTO
					 : TABLE_NUMBER;
	if (t->table_mode == TABLE_NUMBER)
		t->table = number(w, v);
}

static void tunnel_word(struct arena *a, const struct words *w, const char *word, struct tunnel *t)
{
	const char *v;
	struct ip_prefix p;

	if ((v = value_of(word, "address"))) {
		t->n_addresses = 0;
		EACH_OF(a, item, v)
		*LIST_PUSH(a, t, addresses) = prefix(w, item, 0);
	} else if ((v = value_of(word, "dns"))) {
		EACH_OF(a, item, v)
		{
			p = prefix(w, item, 0);
			*LIST_PUSH(a, t, dns) = p.addr;
		}
	} else if ((v = value_of(word, "search"))) {
		EACH_OF(a, item, v)
		*LIST_PUSH(a, t, search) = item;
	} else if ((v = value_of(word, "key"))) {
		t->public_key = lines_key(v);
		t->private_key = key_ref(v);
	} else if ((v = value_of(word, "mtu"))) {
		t->mtu = (int)number(w, v);
	} else if ((v = value_of(word, "port"))) {
		t->listen_port = (int)number(w, v);
	} else if ((v = value_of(word, "fwmark"))) {
		t->fwmark = number(w, v);
	} else if ((v = value_of(word, "table"))) {
		set_table(w, t, v);
	} else if ((v = value_of(word, "ifname"))) {
		str_copy(t->ifname, sizeof(t->ifname), v);
	} else if ((v = value_of(word, "via"))) {
		t->via = arena_strdup(a, v);
	} else if (str_eq(word, "no-keep-ssh")) {
		t->keep_ssh = false;
	} else {
		bad(w->line, word);
	}
}

static void peer_word(
	struct arena *a, const struct words *w, const char *word, struct tunnel_peer *p)
{
	const char *v;

	if ((v = value_of(word, "endpoint"))) {
		p->host = host_port(a, w, v, &p->port);
	} else if ((v = value_of(word, "allowed"))) {
		p->n_allowed = 0;
		EACH_OF(a, item, v)
		*LIST_PUSH(a, p, allowed) = prefix(w, item, 0);
	} else if ((v = value_of(word, "keepalive"))) {
		p->keepalive = (int)number(w, v);
	} else if ((v = value_of(word, "psk"))) {
		p->preshared = key_ref(v);
	} else {
		bad(w->line, word);
	}
}

/* "peer TUNNEL KEY …"; "+KEY" always adds, "-KEY" removes. */
static void peer_line(struct arena *a, const struct words *w, struct tunnel *t)
{
	const char *name = w->w[2] + (*w->w[2] == '+' || *w->w[2] == '-');
	struct wg_key key = lines_key(name);
	struct tunnel_peer *p = NULL;

	LIST_FOREACH (x, t, peers)
		if (wg_key_equal(&x->public_key, &key))
			p = x;
	if (*w->w[2] == '-') {
		if (!p)
			bad(w->line, "no such peer");
		memmove(p, p + 1, (size_t)(t->peers + t->n_peers - p - 1) * sizeof(*p));
		t->n_peers--;
		return;
	}
	if (!p || *w->w[2] == '+') {
		p = LIST_PUSH(a, t, peers);
		p->name = arena_strdup(a, name);
		p->public_key = key;
	}
	for (size_t i = 3; i < w->n; i++)
		peer_word(a, w, w->w[i], p);
}

/* "policy TUNNEL PATTERN {VARIABLES}", or "policy TUNNEL none" for an end of all. */
static void policy_line(struct arena *a, const struct words *w, struct tunnel *t)
{
	const char *json = strchr(w->line, '{');
	enum pattern what;
	struct err e;

	if (w->n == 3 && str_eq(w->w[2], "none")) {
		t->policy = (struct policy){0};
		return;
	}
	if (w->n < 3 || !pattern_parse(w->w[2], &what))
		bad(w->line, "not a pattern");
	if (policy_row_from_json(a, what, json, &t->policy, &e))
		bad(w->line, e.msg);
}

bool lines_intent(struct arena *a, const char *line, struct intents *to)
{
	struct words w = split(a, line);
	struct tunnel *t;

	if (str_eq(w.w[0], "tunnel") && w.n >= 2) {
		t = tunnel_named(a, to, w.w[1]);
		for (size_t i = 2; i < w.n; i++)
			tunnel_word(a, &w, w.w[i], t);
		return true;
	}
	if (str_eq(w.w[0], "policy") && w.n >= 3 && intents_find(to, w.w[1])) {
		policy_line(a, &w, intents_find(to, w.w[1]));
		return true;
	}
	if (!str_eq(w.w[0], "peer") || w.n < 3 || !intents_find(to, w.w[1]))
		return false;
	peer_line(a, &w, intents_find(to, w.w[1]));
	return true;
}

/* "endpoint HOST:PORT ADDR:PORT|none [dev=] [mtu=] [strict]"; a second one changes the first. */
static void endpoint_fact(struct arena *a, const struct words *w, struct facts *to)
{
	uint16_t port;
	const char *host = host_port(a, w, w->w[1], &port), *v;
	struct fact_endpoint *f = NULL;

	LIST_FOREACH (x, to, endpoints)
		if (str_eq(x->host, host) && x->port == port)
			f = x;
	if (!f)
		f = LIST_PUSH(a, to, endpoints);
	*f = (struct fact_endpoint){.host = host, .port = port};
	if (str_eq(w->w[2], "none"))
		return;
	f->addr = endpoint(w, w->w[2]);
	f->reachable = true;
	f->dev = "eth0";
	f->mtu = 1500;
	for (size_t i = 3; i < w->n; i++) {
		if ((v = value_of(w->w[i], "dev")))
			f->dev = arena_strdup(a, v);
		else if ((v = value_of(w->w[i], "mtu")))
			f->mtu = number(w, v);
		else if (str_eq(w->w[i], "strict"))
			f->strict_rp_filter = true;
		else
			bad(w->line, w->w[i]);
	}
}

static enum resolver_backend backend(const struct words *w, const char *text)
{
	static const char *const names[] = {"none", "resolved", "resolvconf", "file"};

	for (size_t i = 0; i < 4; i++)
		if (str_eq(text, names[i]))
			return (enum resolver_backend)i;
	bad(w->line, text);
	return RESOLVER_NONE;
}

bool lines_fact(struct arena *a, const char *line, struct facts *to)
{
	struct words w = split(a, line);

	if (str_eq(w.w[0], "endpoint") && w.n >= 3) {
		endpoint_fact(a, &w, to);
	} else if (str_eq(w.w[0], "default-mtu") && w.n == 2) {
		to->default_mtu = number(&w, w.w[1]);
	} else if (str_eq(w.w[0], "local") && w.n == 2) {
		*LIST_PUSH(a, to, local) = prefix(&w, w.w[1], 0);
	} else if (str_eq(w.w[0], "ssh") && (w.n == 3 || w.n == 4)) {
		struct ip_endpoint local = endpoint(&w, w.w[1]), peer = endpoint(&w, w.w[2]);

		*LIST_PUSH(a, to, ssh) = (struct fact_ssh){local.addr, peer.addr, local.port,
			peer.port, w.n == 4 ? number(&w, w.w[3]) : 0};
	} else if (str_eq(w.w[0], "bridge") && w.n == 2) {
		str_copy(LIST_PUSH(a, to, bridges)->name, FW_IFNAME_SIZE, w.w[1]);
	} else if (str_eq(w.w[0], "upstream") && w.n == 2) {
		*LIST_PUSH(a, to, resolvers) = prefix(&w, w.w[1], 0).addr;
	} else if (str_eq(w.w[0], "resolver") && w.n == 2) {
		to->resolver = backend(&w, w.w[1]);
	} else if (str_eq(w.w[0], "no-ssh")) {
		to->n_ssh = 0;
	} else if (str_eq(w.w[0], "no-ipv6") && w.n == 2) {
		to->ipv6 = false;
		to->ipv6_sysctl = arena_strdup(a, w.w[1]);
	} else if (str_eq(w.w[0], "ipv6-elsewhere")) {
		to->ipv6_elsewhere = true;
	} else if (str_eq(w.w[0], "no-kernel-wireguard")) {
		to->kernel_wireguard = false;
	} else {
		return false;
	}
	return true;
}

static enum link_kind link_kind(const struct words *w, const char *text)
{
	if (str_eq(text, "wireguard"))
		return LINK_WIREGUARD;
	if (str_eq(text, "userspace"))
		return LINK_USERSPACE;
	if (!str_eq(text, "foreign"))
		bad(w->line, text);
	return LINK_FOREIGN;
}

static uint32_t table(const struct words *w, const char *text)
{
	return str_eq(text, "main") ? 254 : number(w, text);
}

static void route_line(const struct words *w, struct route_state *r)
{
	bool v6 = str_eq(w->w[1], "-6");
	size_t i = v6 ? 2 : 1;

	if (str_eq(w->w[i], "unreachable")) {
		r->type = ROUTE_UNREACHABLE;
		i++;
	}
	r->dst = prefix(w, w->w[i], v6 ? AF_INET6 : AF_INET);
	r->protocol = r->type == ROUTE_UNREACHABLE ? WF_RTPROTO_KERNEL : WF_RTPROTO;
	for (i++; i + 1 < w->n; i += 2) {
		if (str_eq(w->w[i], "dev"))
			str_copy(r->ifname, sizeof(r->ifname), w->w[i + 1]);
		else if (str_eq(w->w[i], "table"))
			r->table = table(w, w->w[i + 1]);
		else if (str_eq(w->w[i], "metric"))
			r->metric = number(w, w->w[i + 1]);
		else if (str_eq(w->w[i], "proto"))
			r->protocol = (uint8_t)number(w, w->w[i + 1]);
		else
			bad(w->line, w->w[i]);
	}
}

/* Words of a rule that take a value. */
static void rule_pair(const struct words *w, const char *word, const char *v, struct rule_state *r)
{
	char *mask;

	if (str_eq(word, "lookup")) {
		r->table = table(w, v);
	} else if (str_eq(word, "to")) {
		r->dst = prefix(w, v, r->family);
	} else if (str_eq(word, "sport")) {
		r->sport = (uint16_t)number(w, v);
	} else if (str_eq(word, "dport")) {
		r->dport = (uint16_t)number(w, v);
	} else if (str_eq(word, "ipproto")) {
		r->ip_proto = str_eq(v, "tcp") ? IPPROTO_TCP : (uint8_t)number(w, v);
	} else if (str_eq(word, "suppress_prefixlength")) {
		r->suppress_prefixlen = (int)number(w, v);
	} else if (str_eq(word, "proto")) {
		r->protocol = (uint8_t)number(w, v);
	} else if (str_eq(word, "fwmark") && (mask = strchr(v, '/'))) {
		r->fwmask = number(w, mask + 1);
		*mask = '\0';
		r->fwmark = number(w, v);
	} else {
		bad(w->line, word);
	}
}

static void rule_line(const struct words *w, struct rule_state *r)
{
	bool v6 = str_eq(w->w[1], "-6");
	size_t i = v6 ? 2 : 1;

	r->family = v6 ? AF_INET6 : AF_INET;
	r->priority = number(w, w->w[i++]);
	r->suppress_prefixlen = -1;
	r->protocol = WF_RTPROTO_KERNEL;
	while (i < w->n) {
		if (str_eq(w->w[i], "not")) {
			r->invert = true;
			i++;
		} else if (str_eq(w->w[i], "prohibit")) {
			r->action = RULE_PROHIBIT;
			i++;
		} else if (i + 1 < w->n) {
			rule_pair(w, w->w[i], w->w[i + 1], r);
			i += 2;
		} else {
			bad(w->line, w->w[i]);
		}
	}
}

bool lines_state(struct arena *a, const char *line, struct state *to)
{
	struct words w = split(a, line);

	if (str_eq(w.w[0], "link") && w.n == 6) {
		struct link_state *l = LIST_PUSH(a, to, links);

		str_copy(l->name, sizeof(l->name), w.w[1]);
		l->kind = link_kind(&w, w.w[2]);
		l->mtu = number(&w, w.w[4]);
		l->up = str_eq(w.w[5], "up");
		l->ifindex = (uint32_t)to->n_links + 1;
	} else if (str_eq(w.w[0], "addr") && w.n == 4) {
		struct addr_state *x = LIST_PUSH(a, to, addrs);

		x->prefix = prefix(&w, w.w[1], 0);
		str_copy(x->ifname, sizeof(x->ifname), w.w[3]);
	} else if (str_eq(w.w[0], "route") && w.n > 4) {
		route_line(&w, LIST_PUSH(a, to, routes));
	} else if (str_eq(w.w[0], "rule") && w.n > 2) {
		rule_line(&w, LIST_PUSH(a, to, rules));
	} else if (str_eq(w.w[0], "sysctl") && w.n == 4) {
		*LIST_PUSH(a, to, sysctls) =
			(struct sysctl_state){arena_strdup(a, w.w[1]), (int32_t)number(&w, w.w[3])};
	} else {
		return false;
	}
	return true;
}
