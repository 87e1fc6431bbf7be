// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf up. Knows the order of the act: names without the lock, plan and make under it, the wait for
 * the handshake without it, then the move of the default under it again. Whatever fails before the
 * move leaves the machine as it was.
 */
#include "ops/up.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "ops/facts.h"
#include "ops/intent.h"
#include "ops/sockets.h"
#include "plan/compile.h"

/* What one `up` carries from step to step. */
struct up {
	struct host *h;
	const struct up_request *req;
	struct tunnel tunnel;
	struct facts facts;
	const struct contribution *again; /* a dead command's attempt that is begun anew */
	struct host_plan plan;
	struct host_ask ask;   /* wait_ms 0: nobody is asked for a handshake */
	struct hook_set hooks; /* those that run; none when they are held back */
	bool stood;	       /* before the lock was taken: no name has been resolved */
	int64_t began_ms;
};

static int find_outer(struct up *u, const struct contribution **ret, struct err *e)
{
	const char *via = u->req->via;
	const struct record *r = &u->h->record;
	const struct contribution *c;
	size_t steps = 0;

	*ret = NULL;
	if (!via)
		return 0;
	c = host_find(u->h, via);
	if (!c || c->leaving)
		return err_set(e, E_NOT_FOUND, "'%s' is not up, so nothing can run inside it", via);
	u->tunnel.via = c->ifname;
	/* An inner tunnel stays recorded as such while its outer one is down. */
	for (const struct contribution *o = c; o && steps++ <= r->n_contributions;
		o = o->via ? record_find(r, o->via) : NULL)
		if (str_eq(o->ifname, u->tunnel.ifname) || str_eq(o->via, u->tunnel.ifname))
			return err_set(e, E_CONFLICT, "%s itself runs inside %s", c->title,
				u->tunnel.title);
	*ret = c;
	return 0;
}

/* Whether the one that is up is what is asked for, and is there. */
static int check_same(const struct up *u, const struct contribution *c, struct err *e)
{
	const struct contribution *outer = u->req->via ? host_find(u->h, u->req->via) : NULL;
	const struct link_state *made = c->own.n_links ? &c->own.links[0] : NULL;
	struct link_state link;

	if (!str_ieq(c->name, u->tunnel.name))
		return err_set(
			e, E_CONFLICT, "interface '%s' is in use by %s", c->ifname, c->title);
	if (!str_ieq(c->server, u->tunnel.server)) {
		err_set(e, E_CONFLICT, "%s is up already, by way of %s", c->title, c->server);
		return err_hint(
			e, "wf down %s first", tunnel_typed_name(u->h->ops->arena, c->name));
	}
	if (u->req->via && (!outer || !str_eq(c->via, outer->ifname))) {
		err_set(e, E_CONFLICT, "%s is up already, and not inside '%s'", c->title,
			u->req->via);
		return err_hint(
			e, "wf down %s first", tunnel_typed_name(u->h->ops->arena, c->name));
	}
	if (!made ||
		(!net_read_link(u->h->net, c->ifname, &link, e) &&
			(!made->ifindex || made->ifindex == link.ifindex)))
		return 0;
	err_set(e, E_CONFLICT, "its interface '%s' is gone", c->ifname);
	return err_hint(e, "'wf reload %s' makes it again, 'wf down %s' takes away what is left",
		u->req->name, tunnel_typed_name(u->h->ops->arena, c->name));
}

/* Another tunnel that is up under this name or interface. *done: it is just what was asked for. */
static int check_present(struct up *u, struct up_result *ret, bool *done, struct err *e)
{
	struct contribution *c = record_find(&u->h->record, u->tunnel.name);
	int r;

	*done = false;
	if (!c)
		c = record_find(&u->h->record, u->tunnel.ifname);
	if (!c)
		return 0;
	if ((r = host_check_free(c, e)))
		return r;
	if (c->phase == CONTRIBUTION_DOING) {
		u->again = c;
		return 0;
	}
	if ((r = check_same(u, c, e)))
		return r;
	*done = ret->already = true;
	ret->c = c;
	return 0;
}

static bool overlap(
	const struct contribution *a, const struct contribution *b, struct ip_prefix *ret)
{
	LIST_FOREACH (x, &a->own, routes)
		LIST_FOREACH (y, &b->own, routes)
			if (x->dst.len && y->dst.len && ip_prefix_overlaps(&x->dst, &y->dst)) {
				*ret = x->dst.len > y->dst.len ? x->dst : y->dst;
				return true;
			}
	return false;
}

/* Two tunnels want the same addresses: the earlier rule is asked first, whatever the prefixes. */
static void note_overlaps(struct up *u, const struct contribution *mine)
{
	LIST_FOREACH (c, &u->h->record, contributions) {
		char text[IP_TEXT_SIZE];
		struct ip_prefix p;

		if (c == mine || c->leaving || !overlap(c, mine, &p))
			continue;
		ops_note(u->h->ops,
			"%s is a network of %s as well, which was up first and keeps it",
			ip_prefix_format(&p, text), c->title);
	}
}

static void say_notes(struct up *u, const struct contribution *c)
{
	LIST_FOREACH (note, c, notes)
		ops_note(u->h->ops, "%s", *note);
}

/* Cutting the connection one sits in takes more than a flag. */
static int check_ssh(struct up *u, struct err *e)
{
	char peer[IP_TEXT_SIZE];

	if (u->tunnel.keep_ssh || u->req->lose_ssh || !u->facts.n_ssh)
		return 0;
	ip_addr_format(&u->facts.ssh[0].peer, peer);
	err_set(e, E_LOSE_SSH,
		"--no-keep-ssh would route your SSH connection from %s into the tunnel", peer);
	return err_hint(e,
		"leave the flag away (the connection then stays outside the tunnel), or "
		"add --confirm=lose-ssh");
}

/* Puts the compiled contribution into the record, where a killed attempt may still stand. */
static int enter_record(struct up *u, struct contribution **ret, struct err *e)
{
	struct host *h = u->h;
	const struct contribution *outer;
	struct contribution c = {0}, *slot;
	int r;

	if ((r = find_outer(u, &outer, e)) ||
		(r = facts_gather(h, &u->tunnel, u->again, &u->facts, e)) ||
		(r = check_ssh(u, e)) ||
		(r = compile_tunnel(h->ops->arena, &u->tunnel, &u->facts, outer, &c, e)))
		return r;
	hooks_record(h->ops, &u->hooks, &c);
	if (u->again) {
		slot = record_find(&h->record, u->again->name);
		c.own.links[0].ifindex = slot->own.n_links ? slot->own.links[0].ifindex : 0;
		slot = host_replace(h, slot, &c);
	} else {
		slot = LIST_PUSH(h->ops->arena, &h->record, contributions);
		*slot = c;
		h->record.next_seq++;
	}
	host_mark(h, slot, "up", false);
	*ret = slot;
	return 0;
}

/* Takes this tunnel out again, as `down` would; the error that led here stays in *e. */
static void take_back(struct up *u)
{
	struct host *h = u->h;
	struct contribution *c = record_find(&h->record, u->tunnel.name);
	struct err second = {0}, unsaved = {0};
	struct host_plan p;
	int r;

	if (!c)
		return;
	host_mark(h, c, "up", true);
	r = host_plan(h, NULL, &p, &second);
	/* Without room for the record the tunnel goes all the same. */
	if (!r && host_save(h, &unsaved))
		h->ops->ui->warn(h->ops->ui->ctx, &unsaved);
	if (r || host_apply(h, &p, STAGE_BEFORE, STAGE_AFTER, false, &second)) {
		/* The record still says what is there: the next command takes it back. */
		h->ops->ui->warn(h->ops->ui->ctx, &second);
		return;
	}
	if (host_finish(h, &second))
		h->ops->ui->warn(h->ops->ui->ctx, &second);
}

/* Again under the lock: our attempt must still stand in the record, and is ours. */
static int take_lock_again(struct up *u, struct up_result *ret, struct err *e)
{
	struct contribution *c;
	int r = host_lock(u->h, u->tunnel.name, e);

	if (r)
		return r;
	c = record_find(&u->h->record, u->tunnel.name);
	if (!c || c->phase != CONTRIBUTION_DOING || c->pid != getpid())
		return err_set(
			e, E_BUSY, "another command took %s down meanwhile", u->tunnel.title);
	ret->c = c;
	return 0;
}

static int plan_again(struct up *u, struct err *e)
{
	return host_plan(u->h, u->ask.wait_ms ? &u->ask : NULL, &u->plan, e);
}

/* Hooks run without the lock; one that fails takes everything back. */
static int run_hooks(struct up *u, enum conf_phase phase, struct up_result *ret, struct err *e)
{
	struct err why = {0};
	int l, r;

	host_unlock(u->h);
	r = hooks_run(u->h->ops, &u->hooks, phase, u->tunnel.ifname, &why);
	if ((l = take_lock_again(u, ret, e)))
		return l;
	if (!r && u->h->ops->ui->cancelled(u->h->ops->ui->ctx))
		r = err_set(&why, E_INTERRUPTED, "interrupted");
	if (!r)
		return 0;
	ret->c = NULL;
	take_back(u);
	*e = why;
	return r;
}

/*
 * The firewall forbids already what the new state forbids, and there is no link yet. Others leave
 * alone what is being verified, so that is what the record says meanwhile.
 */
static int run_pre_up(struct up *u, struct up_result *ret, struct err *e)
{
	struct host *h = u->h;
	struct contribution *c = record_find(&h->record, u->tunnel.name);
	bool verifying = c->verifying;
	int r;

	if (!trust_has(&u->hooks, CONF_PHASE_PRE_UP))
		return 0;
	c->verifying = true;
	if ((r = host_save(h, e)))
		return r;
	r = host_apply(h, &u->plan, STAGE_BEFORE, STAGE_TIGHTEN, true, e);
	if (r)
		take_back(u);
	if (r || (r = run_hooks(u, CONF_PHASE_PRE_UP, ret, e)))
		return r;
	record_find(&h->record, u->tunnel.name)->verifying = verifying;
	r = plan_again(u, e);
	if (r)
		take_back(u);
	return r;
}

/* From BEFORE on, under the lock; the record says DOING before the first operation. */
static int make(struct up *u, enum stage last, struct up_result *ret, struct err *e)
{
	struct host *h = u->h;
	int r;

	if ((r = run_pre_up(u, ret, e)) || (r = host_save(h, e)))
		return r;
	r = host_apply(h, &u->plan, STAGE_BEFORE, last, true, e);
	if (r)
		take_back(u);
	return r;
}

static void count_answers(const struct up *u, struct up_result *ret)
{
	for (size_t i = 0; i < u->plan.plan.n_ops; i++) {
		const struct op *op = &u->plan.plan.ops[i];

		if (op->kind != OP_HANDSHAKE)
			continue;
		ret->peers++;
		ret->answered += u->plan.done[i];
	}
	ret->connected = ret->answered == ret->peers && ret->peers;
}

static void count_bytes(struct up *u, struct up_result *ret)
{
	struct wg_state d = {0};
	struct err ignored;

	if (net_read_device(
		    u->h->net, u->h->ops->arena, u->tunnel.ifname, ret->c->kind, &d, &ignored))
		return;
	LIST_FOREACH (p, &d, peers) {
		if (!p->last_handshake) {
			ret->tx_bytes += p->tx_bytes;
			ret->rx_bytes += p->rx_bytes;
		}
	}
}

/* The handshake, without the lock. 0 also when nobody answered: the caller looks at *ret. */
static int verify(struct up *u, struct up_result *ret, struct err *e)
{
	struct host *h = u->h;
	int64_t start = clock_ms();
	struct err silent = {0};
	int r;

	host_unlock(h);
	if (u->req->verifying)
		u->req->verifying(u->req->ctx, ret->c);
	r = host_apply(h, &u->plan, STAGE_VERIFY, STAGE_VERIFY, false, &silent);
	if (r && r != -E_NO_HANDSHAKE) {
		*e = silent;
		return r;
	}
	count_answers(u, ret);
	ret->handshake_ms = ret->answered ? clock_ms() - start : -1;
	if (!ret->connected)
		count_bytes(u, ret);
	return 0;
}

/* MOVE to AFTER: the default, and whatever the wait for the handshake left (a keepalive). */
static int move(struct up *u, struct err *e)
{
	struct host *h = u->h;
	struct host_plan rest;
	int r;

	record_find(&h->record, u->tunnel.name)->verifying = false;
	if ((r = host_plan(h, NULL, &rest, e)) || (r = host_save(h, e)) ||
		(r = host_apply(h, &rest, STAGE_BEFORE, STAGE_AFTER, true, e))) {
		take_back(u);
		return r;
	}
	return 0;
}

static int finish(struct up *u, struct up_result *ret, struct err *e)
{
	struct host *h = u->h;
	struct contribution *c = record_find(&h->record, u->tunnel.name);
	char now[CLOCK_TEXT_SIZE];
	int r;

	clock_now(now);
	c->phase = CONTRIBUTION_DONE;
	c->since = arena_strdup(h->ops->arena, now);
	if ((r = host_finish(h, e))) {
		take_back(u);
		return r;
	}
	ret->c = record_find(&h->record, u->tunnel.name);
	sockets_end_cut(h);
	return 0;
}

/* A hook may have loaded other rules ("flush ruleset"); whatever else it did is its own business.
 */
static int mend_firewall(struct up *u, struct err *e)
{
	struct host *h = u->h;
	struct host_plan p;
	size_t kept = 0;
	int r = host_plan(h, NULL, &p, e);

	for (size_t i = 0; !r && i < p.plan.n_ops; i++)
		if (p.plan.ops[i].kind == OP_FIREWALL)
			p.plan.ops[kept++] = p.plan.ops[i];
	if (!r && !kept)
		return 0;
	if (!r) {
		p.plan.n_ops = kept;
		ops_note(h->ops, "a PostUp hook changed wf's firewall; it is put back");
		r = host_save(h, e);
	}
	if (!r)
		r = host_apply(h, &p, STAGE_BEFORE, STAGE_AFTER, true, e);
	return r;
}

static int run_post_up(struct up *u, struct up_result *ret, struct err *e)
{
	int r;

	if (!trust_has(&u->hooks, CONF_PHASE_POST_UP))
		return 0;
	if ((r = host_save(u->h, e))) {
		take_back(u);
		return r;
	}
	if ((r = run_hooks(u, CONF_PHASE_POST_UP, ret, e)))
		return r;
	if ((r = mend_firewall(u, e))) {
		ret->c = NULL;
		take_back(u);
	}
	return r;
}

static int no_handshake(const struct up *u, const struct up_result *ret, struct err *e)
{
	const struct fact_endpoint *f = u->facts.n_endpoints ? &u->facts.endpoints[0] : NULL;
	char ep[IP_TEXT_SIZE] = "its endpoint";

	if (f && f->addr.addr.family)
		ip_endpoint_format(&f->addr, ep);
	err_set(e, E_NO_HANDSHAKE,
		"%s: no handshake from %s in %u s (sent %llu bytes, received %llu; %s %s%s%s)",
		u->tunnel.title, u->tunnel.server ? u->tunnel.server : ep, u->req->wait_ms / 1000,
		(unsigned long long)ret->tx_bytes, (unsigned long long)ret->rx_bytes,
		f && f->reachable ? "the way to" : "there is no way to", ep,
		f && f->dev ? " is " : "", f && f->dev ? f->dev : "");
	if (u->req->or_down)
		return err_hint(e, "the tunnel was taken down again");
	return err_hint(e, "the tunnel stays up and goes on trying; 'wf down %s' takes it down",
		tunnel_typed_name(u->h->ops->arena, u->tunnel.name));
}

/* Behind the plan, each with the stage at whose end it runs. */
static void print_hooks(const struct up *u, struct strbuf *out)
{
	LIST_FOREACH (h, &u->hooks, hooks) {
		bool pre = h->phase == CONF_PHASE_PRE_UP;
		size_t size = 8 * h->len + 1;
		char *safe = arena_alloc(u->h->ops->arena, size);

		if (!pre && h->phase != CONF_PHASE_POST_UP)
			continue;
		str_escape(safe, size, hooks_masked(u->h->ops->arena, h->command, h->len));
		strbuf_addf(out, "%s hook %s\n", pre ? "TIGHTEN" : "AFTER", safe);
	}
}

static int dry_run(struct up *u, struct up_result *ret)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	host_print_plan(u->h, &u->plan.plan, &b);
	print_hooks(u, &b);
	ret->plan = arena_strdup(u->h->ops->arena, strbuf_str(&b));
	return 0;
}

/* In two steps, because the lock is dropped while the peers are waited for. */
static int make_and_move(struct up *u, struct up_result *ret, struct err *e)
{
	struct err why = {0};
	int r, v;

	record_find(&u->h->record, u->tunnel.name)->verifying = true;
	if ((r = make(u, STAGE_MAKE, ret, e)))
		return r;
	if ((r = host_save(u->h, e))) {
		take_back(u);
		return r;
	}
	v = verify(u, ret, &why);
	if ((r = take_lock_again(u, ret, e)))
		return r;
	if (v || (u->req->or_down && !ret->connected && ret->peers)) {
		ret->c = NULL;
		take_back(u);
		*e = why;
		return v ? v : no_handshake(u, ret, e);
	}
	return move(u, e);
}

static int run_locked(struct up *u, struct up_result *ret, struct err *e)
{
	struct host *h = u->h;
	struct contribution *c;
	bool done;
	int r;

	if ((r = check_present(u, ret, &done, e)) || done)
		return r;
	if (u->stood)
		return err_set(e, E_BUSY, "another command took it down meanwhile");
	u->ask = (struct host_ask){
		.ifname = u->tunnel.ifname, .wait_ms = u->req->wait_ms, .known = u->again};
	if ((r = enter_record(u, &c, e)) || (r = plan_again(u, e)) ||
		(r = host_check_foreign(&u->plan, c, !u->again, e)))
		return r;
	ret->c = c;
	say_notes(u, c);
	note_overlaps(u, c);
	if (h->ops->dry_run)
		return dry_run(u, ret);
	/* With nothing to wait for one plan is all: nobody else can have changed anything. */
	r = u->req->wait_ms ? make_and_move(u, ret, e) : make(u, STAGE_AFTER, ret, e);
	if (r || (r = run_post_up(u, ret, e)) || (r = finish(u, ret, e)))
		return r;
	ret->total_ms = clock_ms() - u->began_ms;
	return u->req->wait_ms && ret->peers && !ret->connected ? no_handshake(u, ret, e) : 0;
}

/* Other people's shell runs when it is trusted, or when that is asked for, and then it is shown. */
static void choose_hooks(struct up *u, struct ops *o, struct up_result *ret)
{
	if (u->hooks.trusted)
		return;
	if (!u->req->run_hooks) {
		ret->held_back = (unsigned)u->hooks.n_hooks;
		u->hooks = (struct hook_set){0};
	}
	LIST_FOREACH (h, &u->hooks, hooks)
		ops_note(o, "runs %s = %s", hooks_phase_name(h->phase),
			hooks_masked(o->arena, h->command, h->len));
}

int ops_up(struct ops *o, const struct up_request *req, struct up_result *ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	struct up u = {.h = &h, .req = req, .began_ms = clock_ms()};
	const struct contribution *standing;
	int r;

	*ret = (struct up_result){.handshake_ms = -1};
	if ((r = intent_load(o, req->name, &u.tunnel, &u.hooks, e)))
		return r;
	choose_hooks(&u, o, ret);
	u.tunnel.keep_ssh = !req->no_keep_ssh;
	if ((r = host_open(o, &h, e)) || (r = host_load(&h, e)))
		return r;
	/* Of one that stands no name needs to be resolved. */
	standing = record_find(&h.record, u.tunnel.name);
	u.stood = standing && standing->phase == CONTRIBUTION_DONE;
	if (!u.stood)
		if ((r = facts_resolve(&h, &u.tunnel, NULL, &u.facts, e)))
			return err_wrap(e, "cannot bring up '%s'", u.tunnel.title);
	if ((r = host_lock(&h, u.tunnel.name, e)))
		return r;
	r = run_locked(&u, ret, e);
	if (r && r != -E_NO_HANDSHAKE && r != -E_LOSE_SSH)
		err_wrap(e, "cannot bring up '%s'", u.tunnel.title);
	return r;
}
