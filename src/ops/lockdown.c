// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf lockdown on and off. Knows the order in which files, record and kernel change, and that off
 * must open whatever else is broken; which rules a lockdown is made of is plan's and fw's business.
 */
#include "ops/lockdown.h"

#include "apply/compiled.h"
#include "base/clock.h"
#include "base/str.h"
#include "net/change.h"
#include "net/nft.h"
#include "net/query.h"
#include "ops/facts.h"
#include "ops/lockdown_file.h"
#include "ops/up.h"
#include "plan/compile.h"
#include "sys/machine.h"

#define SSH_PORT 22

static int add_allowed(
	struct ops *o, const char *item, struct lockdown *p, bool *ssh, struct err *e)
{
	struct ip_prefix prefix;
	struct fw_port port;

	if (str_eq(item, "ssh")) {
		*ssh = true;
	} else if (str_eq(item, "lan")) {
		for (size_t i = 0; i < firewall_n_lan; i++)
			*LIST_PUSH(o->arena, p, lan) = firewall_lan[i];
	} else if (fw_port_parse(item, &port)) {
		*LIST_PUSH(o->arena, p, inbound) = port;
	} else if (!ip_prefix_parse(item, &prefix)) {
		err_set(e, E_USAGE, "--allow does not take '%s'", item);
		return err_hint(e, "lan, ssh, a local prefix, tcp/PORT or udp/PORT");
	} else {
		ip_prefix_mask(&prefix);
		if (!firewall_is_lan(&prefix))
			return err_set(e, E_ADDRESS,
				"'%s' is not local: only ranges of local networks can stay open",
				item);
		*LIST_PUSH(o->arena, p, lan) = prefix;
	}
	return 0;
}

static int read_allow(
	struct ops *o, const char *allow, struct lockdown *ret, bool *ssh, struct err *e)
{
	const char *item;
	size_t len;
	int r;

	while (str_next_item(&allow, &item, &len))
		if ((r = add_allowed(o, arena_strndup(o->arena, item, len), ret, ssh, e)))
			return r;
	return 0;
}

static bool in_lan(const struct lockdown *p, const struct ip_addr *a)
{
	LIST_FOREACH (l, p, lan)
		if (ip_prefix_contains(l, a))
			return true;
	return false;
}

static bool is_loopback(const struct ip_addr *a)
{
	static const struct ip_addr six = {AF_INET6, {[15] = 1}};

	return a->family == AF_INET ? a->b[0] == 127 : ip_addr_equal(a, &six);
}

/* Logins that the lockdown would cut: not those inside a tunnel, of the LAN that stays, of here. */
static int gather_logins(
	struct host *h, const struct lockdown *allowed, struct facts *ret, struct err *e)
{
	struct facts all = {0};
	int r = facts_logins(h, NULL, &all, e);

	if (r)
		return err_wrap(e, "cannot find the SSH connections of this machine");
	LIST_FOREACH (s, &all, ssh)
		if (!s->table && !is_loopback(&s->peer) && !in_lan(allowed, &s->peer))
			*LIST_PUSH(h->ops->arena, ret, ssh) = *s;
	return 0;
}

static void allow_ssh(struct ops *o, const struct facts *f, struct lockdown *p)
{
	LIST_FOREACH (s, f, ssh)
		*LIST_PUSH(o->arena, p, inbound) =
			(struct fw_port){.proto = IPPROTO_TCP, .port = s->local_port};
	if (!f->n_ssh)
		*LIST_PUSH(o->arena, p, inbound) =
			(struct fw_port){.proto = IPPROTO_TCP, .port = SSH_PORT};
}

static int check_ssh(const struct lockdown_request *req, const struct facts *f, struct err *e)
{
	char peer[IP_TEXT_SIZE];

	if (req->lose_ssh || !f->n_ssh)
		return 0;
	ip_addr_format(&f->ssh[0].peer, peer);
	err_set(e, E_LOSE_SSH, "the lockdown would cut your SSH connection from %s", peer);
	return err_hint(e, "add --allow ssh (logins stay possible), or --confirm=lose-ssh");
}

static void add_logins(struct arena *a, const struct facts *f, struct firewall *to)
{
	LIST_FOREACH (s, f, ssh)
		*LIST_PUSH(a, to, logins) = (struct fw_login){s->peer, s->local_port, s->peer_port};
	firewall_canon(to);
}

static int compile(
	struct host *h, const struct lockdown_request *req, struct contribution *ret, struct err *e)
{
	struct lockdown p = {0};
	struct facts f = {0};
	bool ssh = false;
	int r;

	if ((r = read_allow(h->ops, req->allow, &p, &ssh, e)) || (r = gather_logins(h, &p, &f, e)))
		return r;
	if (ssh)
		allow_ssh(h->ops, &f, &p);
	else if ((r = check_ssh(req, &f, e)))
		return r;
	else
		f.n_ssh = 0;
	compile_lockdown(h->ops->arena, &p, ret);
	add_logins(h->ops->arena, &f, &ret->own.firewall);
	return 0;
}

static struct contribution *enter_record(struct host *h, const struct contribution *c)
{
	struct contribution *slot = record_lockdown(&h->record);

	if (slot)
		slot = host_replace(h, slot, c);
	else
		*(slot = LIST_PUSH(h->ops->arena, &h->record, contributions)) = *c;
	host_mark(h, slot, "lockdown on", false);
	return slot;
}

static int print_plan(struct host *h, const struct host_plan *p, struct lockdown_result *ret)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	host_print_plan(h, &p->plan, &b);
	ret->plan = arena_strdup(h->ops->arena, strbuf_str(&b));
	return 0;
}

/* The files say again what held before; a lockdown that is not in force must not come at a boot. */
static void keep_as_before(struct host *h, const struct contribution *before)
{
	struct err why = {0};

	if (!h->boot_namespace)
		return;
	if (before ? lockdown_file_write(h->ops->arena, before, &why) : lockdown_file_remove(&why))
		h->ops->ui->warn(h->ops->ui->ctx, &why);
}

static void enable_unit(struct host *h)
{
	struct err why = {0};

	if (!h->boot_namespace) {
		ops_note(h->ops,
			"this is not the network namespace the machine boots with: the "
			"lockdown ends with it");
		return;
	}
	if (!unit_enable(LOCKDOWN_UNIT, LOCKDOWN_WANTED, &why))
		return;
	err_wrap(&why, "after a reboot nothing closes the network by itself");
	err_hint(&why, "have 'wf lockdown load' run before the network is configured");
	h->ops->ui->warn(h->ops->ui->ctx, &why);
}

static int close_all(
	struct host *h, struct host_plan *p, struct lockdown_result *ret, struct err *e)
{
	struct contribution *slot;
	char now[CLOCK_TEXT_SIZE];
	int r;

	if ((r = host_save(h, e)) || (r = host_apply(h, p, STAGE_BEFORE, STAGE_AFTER, true, e)))
		return r;
	slot = record_lockdown(&h->record);
	clock_now(now);
	slot->phase = CONTRIBUTION_DONE;
	slot->since = arena_strdup(h->ops->arena, now);
	if ((r = host_finish(h, e)))
		return r;
	ret->c = record_lockdown(&h->record);
	return 0;
}

int ops_lockdown_on(struct ops *o, const struct lockdown_request *req, struct lockdown_result *ret,
	struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	struct contribution c = {0}, before = {0}, *old;
	struct record untouched;
	struct host_plan p;
	int r;

	*ret = (struct lockdown_result){0};
	if ((r = host_open(o, &h, e)) || (r = host_lock(&h, NULL, e)))
		return r;
	old = record_lockdown(&h.record);
	if (old && (r = host_check_free(old, e)))
		return r;
	if (old)
		contribution_copy(o->arena, old, &before);
	if ((r = compile(&h, req, &c, e)))
		return r;
	untouched = h.record;
	untouched.contributions = arena_memdup(o->arena, h.record.contributions,
		h.record.n_contributions * sizeof(*h.record.contributions));
	enter_record(&h, &c);
	if ((r = host_plan(&h, NULL, &p, e)))
		return r;
	if (o->dry_run)
		return print_plan(&h, &p, ret);
	if (h.boot_namespace && (r = lockdown_file_write(o->arena, &c, e)))
		return r;
	if ((r = close_all(&h, &p, ret, e))) {
		struct err second;

		h.record = untouched;
		keep_as_before(&h, old ? &before : NULL);
		host_save(&h, &second);
		return err_wrap(e, "cannot close the network");
	}
	enable_unit(&h);
	return 0;
}

static bool has_tunnels(const struct host *h)
{
	LIST_FOREACH (c, &h->record, contributions)
		if (!c->lockdown)
			return true;
	return false;
}

/* Rules that no record names, with routes that lead nowhere, close a machine as a table does. */
static int delete_rules(struct host *h, struct lockdown_result *ret, struct err *e)
{
	struct state have = {0};
	struct plan p = {0};
	int r = host_observe_rules(h, &have, e);

	if (r)
		return r;
	LIST_FOREACH (rule, &have, rules) {
		struct op *op = LIST_PUSH(h->ops->arena, &p, ops);

		op->kind = OP_RULE_DEL;
		op->rule = *rule;
	}
	if (!p.n_ops)
		return 0;
	r = net_change(h->net, p.ops, p.n_ops, NULL, arena_alloc(h->ops->arena, p.n_ops), e);
	if (r)
		return err_wrap(e, "cannot take away the rules of a tunnel");
	ret->nothing = false;
	ops_note(h->ops,
		"%zu routing rules of a tunnel that no record names were taken away: nothing "
		"goes through it any more",
		p.n_ops);
	return 0;
}

/* Whatever the record was or could not be: when nobody in it asks for the table, it goes. */
static int delete_table(struct host *h, struct lockdown_result *ret, struct err *e)
{
	uint64_t form;
	int r;

	if (host_firewall(h)->present)
		return 0;
	if ((r = net_nft_form(h->net, &form, e)) || !form)
		return r;
	ret->nothing = false;
	return compiled_delete(h->ops->arena, h->net, e);
}

/* As down takes a tunnel away: from the record as it is, and again when somebody interferes. */
static int open_recorded(struct host *h, struct contribution *c, struct err *e)
{
	struct err unsaved = {0};
	int r = 0;

	host_mark(h, c, "lockdown off", true);
	for (int tries = 0; tries < 3; tries++) {
		struct host_plan p;

		if ((r = host_plan(h, NULL, &p, e)) || !p.plan.n_ops)
			return r;
		if (host_save(h, &unsaved) && !tries)
			h->ops->ui->warn(h->ops->ui->ctx, &unsaved);
		if (!(r = host_apply(h, &p, STAGE_BEFORE, STAGE_AFTER, false, e)))
			return 0;
	}
	return r;
}

/* What is left when the way by the record fails: a host without any firewall of wf. */
static int open_by_force(struct host *h, struct lockdown_result *ret, struct err *e)
{
	struct err why = *e, unread;
	int r;

	err_wrap(&why, "all of wf's firewall is taken away, that of tunnels too");
	h->ops->ui->warn(h->ops->ui->ctx, &why);
	ret->emergency = true;
	ret->nothing = false;
	*e = (struct err){0};
	r = compiled_delete(h->ops->arena, h->net, e);
	if (!r && (host_load(h, &unread) || !has_tunnels(h)))
		r = delete_rules(h, ret, e);
	return r ? err_wrap(e, "cannot open the network") : 0;
}

static int open_locked(struct host *h, struct lockdown_result *ret, struct err *e)
{
	struct contribution *c = record_lockdown(&h->record);
	struct err unsaved = {0};
	int r;

	if (c && (r = host_check_free(c, e)))
		return r;
	ret->nothing = !c;
	if (c && h->ops->dry_run) {
		struct host_plan p;

		host_mark(h, c, "lockdown off", true);
		r = host_plan(h, NULL, &p, e);
		return r ? r : print_plan(h, &p, ret);
	}
	if (h->ops->dry_run)
		return 0;
	if (c && (r = open_recorded(h, c, e)))
		return open_by_force(h, ret, e);
	if (c && host_finish(h, &unsaved))
		h->ops->ui->warn(h->ops->ui->ctx, &unsaved);
	if ((r = delete_table(h, ret, e)) || has_tunnels(h))
		return r;
	return delete_rules(h, ret, e);
}

static int remove_files(struct host *h, struct err *e)
{
	struct err why = {0};
	int r;

	if (!h->boot_namespace || h->ops->dry_run)
		return 0;
	if (unit_disable(LOCKDOWN_UNIT, LOCKDOWN_WANTED, &why))
		h->ops->ui->warn(h->ops->ui->ctx, &why);
	r = lockdown_file_remove(e);
	return r ? err_wrap(e, "the network is open, but the next boot will close it again") : 0;
}

int ops_lockdown_off(struct ops *o, struct lockdown_result *ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	struct err kept = {0};
	int r, files;

	*ret = (struct lockdown_result){0};
	if ((r = host_open(o, &h, e)))
		return r;
	files = remove_files(&h, &kept);
	r = host_lock(&h, NULL, e);
	if (r == -E_BUSY)
		return r;
	r = r ? open_by_force(&h, ret, e) : open_locked(&h, ret, e);
	if (r || !files)
		return r;
	*e = kept;
	return files;
}
