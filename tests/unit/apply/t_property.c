// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The promises of the one path, on random hosts: what is planned is done and then needs nothing
 * more, what was done can be undone from any point, tunnels come and go without a trace of each
 * other, and at no step does a packet take a way that neither the old nor the new state allows.
 * WF_SEED and WF_ROUNDS choose other hosts; a failure names its seed.
 */
#include <stdlib.h>

#include "base/str.h"
#include "lib/host.h"
#include "lib/lines.h"
#include "lib/tap.h"
#include "plan/diff.h"
#include "plan/merge.h"
#include "plan/text.h"

#define TUNNELS 4

static uint64_t seed_now;

/* splitmix64: small, seedable, the same everywhere. */
static uint64_t next_random(void)
{
	uint64_t z = seed_now += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static unsigned pick(unsigned n)
{
	return (unsigned)(next_random() % n);
}

static bool chance(unsigned percent)
{
	return pick(100) < percent;
}

/* Random intents. Names are the index, so that a tunnel can be made again and differ. */
static const char *const prefixes[] = {"0.0.0.0/0", "::/0", "10.1.0.0/16", "10.1.2.0/24",
	"203.0.113.0/24", "192.0.2.0/24", "fd01::/64", "2001:db8::/32", "0.0.0.0/1", "128.0.0.0/1",
	"::/1", "8000::/1"};
static const char *const endpoints[] = {"192.0.2.1", "192.0.2.9", "198.51.100.7", "2001:db8::9"};

static struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix p = {0};

	ip_prefix_parse(text, &p);
	return p;
}

static void random_peer(struct arena *a, struct tunnel *t, unsigned i)
{
	struct tunnel_peer *p = LIST_PUSH(a, t, peers);
	unsigned n = pick(4);

	p->public_key = lines_key(i == 0 ? "one" : i == 1 ? "two" : "three");
	p->preshared.fp[0] = (uint8_t)pick(2);
	p->keepalive = chance(50) ? 25 : 0;
	if (chance(80)) {
		p->host = endpoints[pick(4)];
		p->port = 51820;
	}
	for (unsigned k = 0; k < n; k++)
		*LIST_PUSH(a, p, allowed) = prefix_of(prefixes[pick(12)]);
	if (chance(50)) {
		*LIST_PUSH(a, p, allowed) = prefix_of("0.0.0.0/0");
		if (chance(70))
			*LIST_PUSH(a, p, allowed) = prefix_of("::/0");
	}
}

static const char *const ranges[] = {"10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16", "fc00::/7"};

static void random_split(struct arena *a, struct policy *p)
{
	struct split *s = LIST_PUSH(a, p, split);

	s->kind = (enum split_kind)pick(4);
	s->only = s->kind != SPLIT_CGROUP && chance(20);
	s->uid_first = 1000 + pick(3);
	s->uid_last = s->uid_first + pick(3);
	s->cgroup = chance(50) ? "a.slice" : "b.slice/c";
	s->prefix = prefix_of(chance(50) ? "203.0.113.0/24" : "2001:db8::/32");
	s->mark = 0x20000000u + pick(2);
	s->mask = 0xff0000ffu;
}

static void random_policy(struct arena *a, struct policy *p)
{
	p->kill_switch = chance(50);
	p->dns_gate = chance(20);
	p->dns_mode = (enum dns_mode)pick(3);
	if (p->dns_mode == DNS_MODE_CUSTOM)
		ip_addr_parse("10.1.2.53", LIST_PUSH(a, p, dns));
	for (unsigned i = pick(4); i > 0; i--)
		*LIST_PUSH(a, p, lan) = prefix_of(ranges[pick(4)]);
	if (chance(30))
		random_split(a, p);
	if (chance(30))
		*LIST_PUSH(a, p, inbound) = (struct fw_port){IPPROTO_TCP, 22};
	if (chance(20))
		*LIST_PUSH(a, p, forward) =
			(struct fw_forward){.in_ifname = POLICY_SELF, .both = true};
	p->forward4 = chance(20);
	p->mss_clamp = chance(20);
}

static struct tunnel random_tunnel(struct arena *a, unsigned index)
{
	struct tunnel t = {0};
	unsigned n = 1 + pick(3);

	t.name = t.title = arena_printf(a, "t%u", index);
	snprintf(t.ifname, sizeof(t.ifname), "wg-%u", index);
	t.public_key = lines_key(chance(90) ? t.name : "other");
	t.private_key.fp[0] = 1;
	t.listen_port = chance(20) ? 51820 : -1;
	t.fwmark = chance(15) ? (int64_t)(1000 + index) : -1;
	t.mtu = chance(20) ? 1400 : 0;
	t.keep_ssh = chance(90);
	t.table_mode = chance(80) ? TABLE_AUTO : chance(50) ? TABLE_OFF : TABLE_NUMBER;
	t.table = 1000 + index;
	*LIST_PUSH(a, &t, addresses) = prefix_of("10.9.0.2/32");
	if (chance(50))
		ip_addr_parse("10.64.0.1", LIST_PUSH(a, &t, dns));
	if (chance(20))
		*LIST_PUSH(a, &t, search) = "corp.example";
	if (chance(60))
		random_policy(a, &t.policy);
	if (chance(50))
		*LIST_PUSH(a, &t, addresses) = prefix_of("fd09::2/128");
	for (unsigned i = 0; i < n; i++)
		random_peer(a, &t, i);
	return t;
}

static void random_facts(struct arena *a, struct facts *f)
{
	f->ipv6 = chance(85);
	f->kernel_wireguard = chance(80);
	f->resolver = (enum resolver_backend)pick(4);
	f->n_endpoints = f->n_ssh = 0;
	if (chance(30))
		str_copy(LIST_PUSH(a, f, bridges)->name, FW_IFNAME_SIZE, "br0");
	if (chance(50))
		ip_addr_parse("10.1.1.1", LIST_PUSH(a, f, resolvers));
	for (unsigned i = 0; i < 4; i++) {
		struct fact_endpoint *x = LIST_PUSH(a, f, endpoints);

		x->host = endpoints[i];
		x->port = x->addr.port = 51820;
		ip_addr_parse(x->host, &x->addr.addr);
		x->dev = chance(50) ? "eth0" : "eth1.7";
		x->mtu = chance(50) ? 1500 : 1492;
		x->strict_rp_filter = chance(30);
	}
	for (unsigned i = pick(3); i > 0; i--) {
		struct fact_ssh *s = LIST_PUSH(a, f, ssh);

		ip_addr_parse("10.1.2.3", &s->local);
		ip_addr_parse(chance(50) ? "203.0.113.9" : "10.1.2.9", &s->peer);
		s->local_port = 22;
		s->peer_port = (uint16_t)(40000 + i);
	}
}

static const char *const kernel_lines[] = {
	"sysctl net.ipv4.conf.all.arp_ignore = 0",
	"sysctl net.ipv4.conf.all.send_redirects = 1",
	"sysctl net.ipv4.conf.all.src_valid_mark = 0",
	"sysctl net.ipv4.conf.eth0.rp_filter = 1",
	"sysctl net.ipv4.conf.eth1/7.rp_filter = 1",
	"sysctl net.ipv4.ip_forward = 0",
	"link eth0 foreign mtu 1500 up",
	"addr 198.18.0.5/24 dev eth0",
	"route 10.50.0.0/16 dev eth0 table 1000 metric 1 proto 4",
	"rule 5140 to 198.18.0.0/24 lookup 77",
	"rule 5200 lookup 52 proto 3",
};

static void new_host(struct host *h, struct arena *a)
{
	struct state kernel = {0};

	for (size_t i = 0; i < sizeof(kernel_lines) / sizeof(*kernel_lines); i++)
		lines_state(a, kernel_lines[i], &kernel);
	host_init(h, a, &kernel);
	random_facts(a, &h->facts);
}

/* Links get another index each time they are made; text does not show it. */
static const char *state_text(struct arena *a, const struct state *s)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	text_state(&b, s);
	return arena_strdup(a, strbuf_str(&b));
}

static const char *kernel_text(struct arena *a, const struct host *h)
{
	return state_text(a, &h->fake.state);
}

static struct contribution *running(const struct host *h, unsigned index)
{
	char name[8];

	snprintf(name, sizeof(name), "t%u", index);
	return record_find(&h->record, name);
}

/* One random command. Its own refusals (an outer tunnel without routes …) leave all as it was. */
struct deed {
	enum { DEED_UP, DEED_DOWN, DEED_RELOAD } verb;
	struct tunnel tunnel;
};

static struct deed random_deed(struct arena *a, const struct host *h)
{
	unsigned index = pick(TUNNELS), other = pick(TUNNELS);
	struct contribution *c = running(h, index), *outer = running(h, other);
	struct deed d = {.tunnel = random_tunnel(a, index)};

	if (c)
		d.verb = chance(50) ? DEED_DOWN : DEED_RELOAD;
	if (c && c->via)
		d.tunnel.via = c->via;
	else if (!c && outer && outer != c && chance(30))
		d.tunnel.via = outer->ifname;
	return d;
}

static int do_deed(struct host *h, const struct deed *d, struct err *e)
{
	switch (d->verb) {
	case DEED_UP: return host_up(h, &d->tunnel, e);
	case DEED_DOWN: return host_down(h, d->tunnel.name, e);
	case DEED_RELOAD: return host_reload(h, &d->tunnel, e);
	}
	return 0;
}

/* A host on which some commands have been run. */
static void lived_host(struct host *h, struct arena *a, unsigned deeds)
{
	struct err e;

	new_host(h, a);
	h->wait_ms = chance(50) ? 5000 : 0;
	for (unsigned i = 0; i < deeds; i++) {
		struct deed d = random_deed(a, h);

		do_deed(h, &d, &e);
	}
}

/* Somebody else takes away some of what wf made. */
static void vandalize(struct host *h)
{
	struct state *s = &h->fake.state;

	if (chance(20))
		s->firewall = (struct firewall){.present = chance(50), .dns_gate = true};
	if (chance(20) && s->n_resolvers)
		s->n_resolvers--;
	for (unsigned i = pick(4); i > 0; i--) {
		struct op op = {.kind = OP_RULE_DEL};
		bool done;
		struct err e;

		if (chance(40) && s->n_rules) {
			op.rule = s->rules[pick((unsigned)s->n_rules)];
		} else if (chance(40) && s->n_routes) {
			op.kind = OP_ROUTE_DEL;
			op.route = s->routes[pick((unsigned)s->n_routes)];
		} else if (s->n_links) {
			op.link = s->links[pick((unsigned)s->n_links)];
			op.kind = chance(50) ? OP_LINK_DEL : OP_LINK_SET;
			op.link.up = false;
			op.link.mtu -= pick(2);
		}
		fake_executor(&h->fake).run(&h->fake, &op, 1, &done, &e);
	}
}

/* Counts what a property saw, so that one that saw nothing fails. */
struct tally {
	unsigned seen, failed;
	uint64_t seed;
};

static void tally(struct tally *t, bool held, uint64_t seed)
{
	t->seen++;
	if (!held && !t->failed++)
		t->seed = seed;
}

static void tally_done(const struct tally *t, const char *what)
{
	if (!ok(t->seen && !t->failed, "%s (%u checks)", what, t->seen) && t->seen)
		diag("%u failed, the first with WF_SEED=%llu WF_ROUNDS=1", t->failed,
			(unsigned long long)t->seed);
}

/* diff(d, d) is empty. */
static void check_idle(struct arena *a, struct tally *t, uint64_t seed)
{
	struct host h;
	struct diff_in in = {.record = &h.record};
	struct state want;
	struct plan p;

	lived_host(&h, a, 4);
	merge_record(a, &h.record, &want);
	in.want = in.have = &want;
	diff_states(a, &in, &p);
	if (want.n_links)
		tally(t, p.n_ops == 0, seed);
}

/* diff(d, apply(diff(d, a), a)) is empty, also after a stranger was at it. */
static void check_settled(struct arena *a, struct tally *t, uint64_t seed)
{
	struct host h;
	struct state own;
	struct plan p;
	struct err e;

	lived_host(&h, a, 1 + pick(5));
	host_look(&h, a, &own, NULL, &p, &e);
	tally(t, p.n_ops == 0, seed);
	vandalize(&h);
	tally(t, !host_repair(&h, &e), seed);
	host_look(&h, a, &own, NULL, &p, &e);
	tally(t, p.n_ops == 0, seed);
}

/* undo(do(a)) = a, whichever operation fails. */
static void check_undo(struct arena *a, struct tally *t, uint64_t seed)
{
	struct host h, twin;
	const char *before;
	struct deed d;
	struct err e;
	unsigned n;

	lived_host(&h, a, pick(5));
	d = random_deed(a, &h);
	before = kernel_text(a, &h);
	host_copy(&h, a, &twin);
	if (do_deed(&twin, &d, &e))
		return;
	n = twin.fake.operations;
	for (unsigned i = 0; i < n; i++) {
		ARENA_CLEANUP struct arena *own = arena_new();

		host_copy(&h, own, &twin);
		twin.fake.fail_at = (int)i;
		tally(t,
			do_deed(&twin, &d, &e) && !e.hint[0] &&
				str_eq(kernel_text(own, &twin), before),
			seed);
	}
}

/* A crash anywhere leaves what the next command finishes, or takes back. */
static void check_crash(struct arena *a, struct tally *t, uint64_t seed)
{
	struct host h, done, gone, twin;
	struct deed d;
	struct err e;

	lived_host(&h, a, pick(4));
	d = random_deed(a, &h);
	host_copy(&h, a, &done);
	if (do_deed(&done, &d, &e))
		return;
	host_copy(&done, a, &gone);
	if (d.verb != DEED_DOWN)
		host_down(&gone, d.tunnel.name, &e);
	for (unsigned i = 0; i < done.fake.operations; i++) {
		ARENA_CLEANUP struct arena *own = arena_new();
		bool held;

		host_copy(&h, own, &twin);
		twin.fake.fail_at = (int)i;
		twin.crash = true;
		do_deed(&twin, &d, &e);
		twin.fake.fail_at = -1;
		if (d.verb == DEED_UP && chance(50)) {
			held = !do_deed(&twin, &d, &e) &&
				str_eq(kernel_text(own, &twin), kernel_text(own, &done));
		} else {
			held = !host_down(&twin, d.tunnel.name, &e) &&
				str_eq(kernel_text(own, &twin), kernel_text(own, &gone));
		}
		tally(t, held, seed);
	}
}

static bool same_order(const struct state *x, const struct state *y)
{
	bool same =
		x->n_rules == y->n_rules && x->n_routes == y->n_routes && x->n_addrs == y->n_addrs;

	for (size_t i = 0; same && i < x->n_rules; i++)
		same = rule_equal(&x->rules[i], &y->rules[i]);
	for (size_t i = 0; same && i < x->n_routes; i++)
		same = route_equal(&x->routes[i], &y->routes[i]);
	for (size_t i = 0; same && i < x->n_addrs; i++)
		same = addr_equal(&x->addrs[i], &y->addrs[i]);
	return same;
}

/* merge(c1, c2) = merge(c2, c1) */
static void check_commutes(struct arena *a, struct tally *t, uint64_t seed)
{
	struct host h;
	struct record *r = &h.record;
	struct state one, two;

	lived_host(&h, a, 6);
	if (r->n_contributions < 2)
		return;
	merge_record(a, r, &one);
	for (size_t i = r->n_contributions - 1; i > 0; i--) {
		size_t k = pick((unsigned)i + 1);
		struct contribution c = r->contributions[i];

		r->contributions[i] = r->contributions[k];
		r->contributions[k] = c;
	}
	merge_record(a, r, &two);
	tally(t, same_order(&one, &two) && str_eq(state_text(a, &one), state_text(a, &two)), seed);
}

/* state(up A, up B, down A) = state(up B); and nothing is left after down B. */
static void check_independent(struct arena *a, struct tally *t, uint64_t seed)
{
	struct host both, only;
	struct tunnel x = random_tunnel(a, 0), y = random_tunnel(a, 1);
	const char *nothing;
	struct err e;

	new_host(&both, a);
	nothing = kernel_text(a, &both);
	host_copy(&both, a, &only);
	only.number = 2;
	both.number = 1;
	if (host_up(&both, &x, &e))
		return;
	both.number = 2;
	if (host_up(&both, &y, &e) || host_up(&only, &y, &e))
		return;
	tally(t, !host_down(&both, x.name, &e), seed);
	tally(t, str_eq(kernel_text(a, &both), kernel_text(a, &only)), seed);
	tally(t, !host_down(&both, y.name, &e), seed);
	tally(t, str_eq(kernel_text(a, &both), nothing) && !both.record.n_previous, seed);
}

/* An unchanged configuration leads to no operation, wherever the peers have roamed to. */
static void check_reload(struct arena *a, struct tally *t, uint64_t seed)
{
	struct host h;
	struct tunnel x = random_tunnel(a, 0);
	struct err e;

	new_host(&h, a);
	if (host_up(&h, &x, &e))
		return;
	LIST_FOREACH (p, &h.fake.state.devices[0], peers)
		if (chance(50))
			ip_endpoint_parse("203.0.113.77:4000", &p->endpoint);
	tally(t, !host_reload(&h, &x, &e) && !h.plan.n_ops, seed);
}

/* Where the kernel would send a packet, by its rules and routes. */
enum way { WAY_MAIN, WAY_TUNNEL, WAY_STOPPED };

static const struct route_state *look_up(
	const struct state *s, uint32_t table, const struct ip_addr *dst)
{
	const struct route_state *best = NULL;

	LIST_FOREACH (r, s, routes) {
		if (r->table != table || !ip_prefix_contains(&r->dst, dst))
			continue;
		if (!best || r->dst.len > best->dst.len ||
			(r->dst.len == best->dst.len && r->metric < best->metric))
			best = r;
	}
	return best;
}

/*
 * main is taken to have a default route of both families and nothing else. *ret_dev is set for
 * WAY_TUNNEL.
 */
static enum way find_way(
	const struct state *s, const struct ip_addr *dst, uint32_t mark, const char **ret_dev)
{
	LIST_FOREACH (r, s, rules) {
		const struct route_state *route;
		/* Nobody here is one of the users that a rule may name. */
		bool marked = !r->by_uid && (!r->fwmask || (mark & r->fwmask) == r->fwmark);

		if (r->family != dst->family || r->priority > WF_PRIO_LAST || r->ip_proto ||
			marked == r->invert ||
			(r->dst.addr.family && !ip_prefix_contains(&r->dst, dst)))
			continue;
		if (r->action == RULE_PROHIBIT)
			return WAY_STOPPED;
		if (r->table == 254) {
			if (r->suppress_prefixlen < 0)
				return WAY_MAIN;
			continue;
		}
		route = look_up(s, r->table, dst);
		if (!route || (int)route->dst.len <= r->suppress_prefixlen)
			continue;
		*ret_dev = route->ifname;
		return route->type == ROUTE_UNREACHABLE ? WAY_STOPPED : WAY_TUNNEL;
	}
	return WAY_MAIN;
}

/* Stands between apply and the fake kernel and looks after every operation. */
struct watch {
	struct host *h;
	const struct record *record; /* for which tunnels are nested */
	bool held_before, holds_after;
	bool closed_before, closes_after;
	unsigned leaks, loops, opens, cuts, checks;
};

static void watch_payload(struct watch *w, uint8_t family)
{
	static const char *const public[] = {"198.18.77.1", "2001:4860::8888"};
	const char *dev = NULL;
	struct ip_addr dst;
	enum way way;

	ip_addr_parse(public[family == AF_INET6], &dst);
	way = find_way(&w->h->fake.state, &dst, 0, &dev);
	w->checks++;
	/* With a holder before and after, the way in clear is never open. */
	w->leaks += w->held_before && w->holds_after && way == WAY_MAIN;
}

static bool lists_tunnel(const struct firewall *f, const char *ifname)
{
	LIST_FOREACH (x, f, tunnels)
		if (str_eq(x->name, ifname))
			return true;
	return false;
}

/* A kill switch that was and will be is; what is up is never cut off by one. */
static void watch_firewall(struct watch *w)
{
	const struct state *s = &w->h->fake.state;

	w->opens += w->closed_before && w->closes_after && !s->firewall.kill_switch;
	if (!s->firewall.kill_switch)
		return;
	LIST_FOREACH (c, w->record, contributions) {
		const struct link_state *l = state_find_link(s, c->ifname);

		w->cuts += l && l->up && !lists_tunnel(&s->firewall, c->ifname);
	}
}

/* A form of it has no table: then whoever set its mark also sees to its way. */
static bool has_table(const struct record *r, const char *ifname)
{
	LIST_FOREACH (c, r, contributions)
		if (str_eq(c->ifname, ifname) && !c->number)
			return false;
	return true;
}

/* Ciphertext of every link that is up goes out directly, or into its outer tunnel, or nowhere. */
static void watch_ciphertext(struct watch *w, uint8_t family)
{
	static const char *const public[] = {"198.18.77.2", "2001:4860::8844"};
	const struct state *s = &w->h->fake.state;

	LIST_FOREACH (c, w->record, contributions) {
		const struct link_state *l = state_find_link(s, c->ifname);
		const struct wg_state *d = state_find_device(s, c->ifname);
		const char *dev = NULL;
		struct ip_addr dst;
		enum way way;

		if (!l || !l->up || !d)
			continue;
		ip_addr_parse(public[family == AF_INET6], &dst);
		way = find_way(s, &dst, d->fwmark, &dev);
		w->checks++;
		if (c->via)
			w->loops += way == WAY_MAIN || (way == WAY_TUNNEL && !str_eq(dev, c->via));
		else if (has_table(w->record, c->ifname))
			w->loops += way == WAY_TUNNEL;
	}
}

static int watch_run(void *ctx, const struct op *ops, size_t n, bool *done, struct err *e)
{
	struct watch *w = ctx;

	for (size_t i = 0; i < n; i++) {
		int r = fake_executor(&w->h->fake).run(&w->h->fake, &ops[i], 1, &done[i], e);

		if (r)
			return r;
		watch_firewall(w);
		watch_payload(w, AF_INET);
		watch_ciphertext(w, AF_INET);
		if (!w->h->facts.ipv6)
			continue;
		watch_payload(w, AF_INET6);
		watch_ciphertext(w, AF_INET6);
	}
	return 0;
}

static int watch_observe(
	void *ctx, struct arena *a, const struct scope *scope, struct state *ret, struct err *e)
{
	struct watch *w = ctx;

	return fake_executor(&w->h->fake).observe(&w->h->fake, a, scope, ret, e);
}

/* Whether it will hold the default afterwards cannot be known before, so it is tried on a twin. */
static void look_ahead(struct arena *a, const struct host *h, const struct deed *d, struct watch *w)
{
	struct host twin;
	struct err e;

	host_copy(h, a, &twin);
	if (do_deed(&twin, d, &e))
		return;
	w->holds_after = merge_holder(&twin.record);
	w->closes_after = twin.fake.state.firewall.kill_switch;
}

/* What is seen between the operations. */
struct windows {
	struct tally leaks, loops, opens, cuts;
};

static void check_windows(struct arena *a, struct windows *t, uint64_t seed)
{
	struct host h;

	lived_host(&h, a, 1 + pick(4));
	for (unsigned i = 0; i < 3; i++) {
		struct deed d = random_deed(a, &h);
		struct watch w = {.h = &h, .record = &h.record};
		struct err e;

		w.held_before = merge_holder(&h.record);
		w.closed_before = h.fake.state.firewall.kill_switch;
		look_ahead(a, &h, &d, &w);
		h.fake.fail_at = chance(30) ? (int)pick(30) : -1;
		h.x = (struct executor){.ctx = &w, .observe = watch_observe, .run = watch_run};
		do_deed(&h, &d, &e);
		h.x = fake_executor(&h.fake);
		h.fake.fail_at = -1;
		if (!w.checks)
			continue;
		if (w.held_before && w.holds_after)
			tally(&t->leaks, !w.leaks, seed);
		tally(&t->loops, !w.loops, seed);
		if (w.closed_before && w.closes_after)
			tally(&t->opens, !w.opens, seed);
		tally(&t->cuts, !w.cuts, seed);
	}
}

static uint64_t env_number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint64_t n;

	return text && str_to_u64(text, 0, UINT64_MAX, &n) ? n : otherwise;
}

int main(void)
{
	static void (*const checks[])(struct arena * a, struct tally * t, uint64_t seed) = {
		check_idle, check_settled, check_undo, check_crash, check_commutes,
		check_independent, check_reload};
	static const char *const names[] = {"an equal pair gives an empty plan",
		"after a plan nothing is left to do", "a failure anywhere is undone exactly",
		"a crash anywhere can be finished or taken back", "merge does not look at order",
		"a tunnel leaves no trace of itself in another",
		"reload of what is unchanged does nothing"};
	struct tally t[7] = {0};
	struct windows windows = {0};
	uint64_t first = env_number("WF_SEED", 1), rounds = env_number("WF_ROUNDS", 300);

	for (uint64_t seed = first; seed < first + rounds; seed++)
		for (size_t i = 0; i <= 7; i++) {
			ARENA_CLEANUP struct arena *a = arena_new();

			seed_now = seed * 16 + i;
			if (i < 7)
				checks[i](a, &t[i], seed);
			else
				check_windows(a, &windows, seed);
		}
	for (size_t i = 0; i < 7; i++)
		tally_done(&t[i], names[i]);
	tally_done(&windows.leaks,
		"with a holder before and after, nothing public ever leaves in clear");
	tally_done(&windows.loops, "ciphertext never enters a tunnel it does not belong in");
	tally_done(&windows.opens, "a kill switch before and after is one all the time");
	tally_done(&windows.cuts, "a kill switch never cuts off a tunnel that is up");
	return done_testing();
}
