// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf status. Knows how to put record, kernel and database side by side; changes nothing and takes
 * no lock. Every number is the kernel's; the record gives names only.
 */
#include "ops/status_parts.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/str.h"
#include "ops/intent.h"
#include "plan/compile.h"
#include "plan/diff.h"
#include "plan/merge.h"
#include "plan/text.h"
#include "store/entities.h"
#include "sys/machine.h"

/* A session is renewed every 120 s and dies after 180 s (WireGuard paper, section 6.1). */
#define SESSION_DEAD_S 180

const char *tunnel_state_name(enum tunnel_state s)
{
	static const char *const names[] = {
		[TUNNEL_DOWN] = "down",
		[TUNNEL_CONNECTED] = "connected",
		[TUNNEL_IDLE] = "idle",
		[TUNNEL_WAITING] = "waiting",
		[TUNNEL_CHANGING] = "changing",
		[TUNNEL_BROKEN] = "broken",
	};

	return names[s];
}

static void add_peer(struct ops *o, struct tunnel_status *t, const struct wg_peer *p)
{
	struct peer_status *s = LIST_PUSH(o->arena, t, peers);

	s->public_key = p->public_key;
	s->endpoint = p->endpoint;
	s->rx_bytes = p->rx_bytes;
	s->tx_bytes = p->tx_bytes;
	s->handshake_age = p->last_handshake ? clock_wall() - p->last_handshake : -1;
	if (s->handshake_age < -1)
		s->handshake_age = 0;
	t->rx_bytes += p->rx_bytes;
	t->tx_bytes += p->tx_bytes;
	if (s->handshake_age >= 0 && (t->handshake_age < 0 || s->handshake_age < t->handshake_age))
		t->handshake_age = s->handshake_age;
}

static enum tunnel_state judge(
	const struct contribution *c, const struct tunnel_status *t, bool link)
{
	if (c->phase == CONTRIBUTION_DOING && process_lives(c->pid, c->pid_start))
		return TUNNEL_CHANGING;
	if (!link)
		return TUNNEL_BROKEN;
	if (t->handshake_age < 0)
		return TUNNEL_WAITING;
	return t->handshake_age < SESSION_DEAD_S ? TUNNEL_CONNECTED : TUNNEL_IDLE;
}

/* By the kernel's rules, not by what the record says should be. */
static bool has_default(const struct contribution *c, const struct state *own)
{
	LIST_FOREACH (r, own, rules)
		if (r->priority == PRIO_DEFAULT && r->table == WF_TABLE_BASE + c->number)
			return true;
	return false;
}

static void add_running(struct host *h, const struct contribution *c, const struct state *own,
	struct status_result *ret)
{
	struct tunnel_status *t = LIST_PUSH(h->ops->arena, ret, tunnels);
	struct wg_state *d = state_find_device(own, c->ifname);

	*t = (struct tunnel_status){
		.name = c->name,
		.title = c->title,
		.ifname = c->ifname,
		.server = c->server,
		.country = c->country,
		.city = c->city,
		.since = c->since,
		.userspace = c->kind == LINK_USERSPACE,
		.holds_default = has_default(c, own),
		.via = c->via,
		.handshake_age = -1,
	};
	LIST_FOREACH (addr, &c->own, addrs) {
		t->addresses = t->addresses
			? t->addresses
			: arena_alloc(h->ops->arena, c->own.n_addrs * sizeof(*t->addresses));
		t->addresses[t->n_addresses++] = addr->prefix;
	}
	LIST_FOREACH (dns, c, dns)
		*LIST_PUSH(h->ops->arena, t, dns) = *dns;
	if (d)
		LIST_FOREACH (p, d, peers)
			add_peer(h->ops, t, p);
	t->state = judge(c, t, state_find_link(own, c->ifname) != NULL);
	status_add_protection(h, c, own, &ret->firewall, t);
	status_add_bridges(h, c, t);
	if (t->state != TUNNEL_CONNECTED)
		ret->any_down_or_drift = true;
}

/* Which tunnel an operation concerns; shared objects are reported with the first. */
static struct tunnel_status *owner_of(const struct op *op, struct status_result *ret)
{
	const char *ifname = op->ifname[0] ? op->ifname
		: op->link.name[0]	   ? op->link.name
		: op->addr.ifname[0]	   ? op->addr.ifname
					   : op->route.ifname;

	LIST_FOREACH (t, ret, tunnels)
		if (str_eq(t->ifname, ifname))
			return t;
	LIST_FOREACH (t, ret, tunnels)
		if (t->holds_default)
			return t;
	return ret->n_tunnels ? ret->tunnels : NULL;
}

/* What a plan from the record would do is what differs now. */
static void find_drift(struct host *h, const struct state *own, const struct state *foreign,
	struct status_result *ret)
{
	struct arena *a = h->ops->arena;
	struct state want = {0};
	struct plan plan = {0};

	merge_record(a, &h->record, &want);
	diff_states(a, &(struct diff_in){.want = &want, .have = own, .record = &h->record}, &plan);
	LIST_FOREACH (op, &plan, ops) {
		STRBUF_CLEANUP struct strbuf b = {0};
		struct tunnel_status *t = owner_of(op, ret);
		const char *line;

		if (!t || t->state == TUNNEL_CHANGING)
			continue;
		line = status_drift_text(a, op, t);
		if (!line) {
			text_op(&b, op);
			line = arena_printf(a, "needed: %s", strbuf_str(&b));
		}
		*LIST_PUSH(a, t, drift) = line;
	}
	LIST_FOREACH (t, ret, tunnels) {
		if (state_find_link(foreign, t->ifname))
			*LIST_PUSH(a, t, drift) = arena_printf(
				a, "'%s' is an interface that wf did not make", t->ifname);
		if (t->n_drift)
			ret->any_down_or_drift = true;
	}
}

static struct tunnel_status *find_status(struct status_result *ret, const char *name)
{
	LIST_FOREACH (t, ret, tunnels)
		if (str_ieq(t->name, name))
			return t;
	return NULL;
}

/* The configurations of this machine that are not up, and what only the rows know. */
static int add_rows(struct ops *o, struct status_result *ret, struct err *e)
{
	struct config_list list = {0};
	struct config_filter f = {.only_this = true};
	int r;

	if ((r = ops_store(o, false, false, e)) || (r = ops_machine(o, &f.machine_id, e)) ||
		(r = store_config_list(o->store, o->arena, &f, &list, e)))
		return r;
	ret->have_database = true;
	LIST_FOREACH (c, &list, items) {
		const char *name = arena_printf(o->arena, "%s/%s", c->peer_name, c->sponsor_name);
		struct tunnel_status *t = find_status(ret, name);

		if (!t) {
			t = LIST_PUSH(o->arena, ret, tunnels);
			*t = (struct tunnel_status){
				.name = name,
				.title = c->name ? c->name : c->sponsor_name,
				.ifname = c->interface_name,
				.server = c->active_server,
				.country = c->active_country,
				.city = c->active_city,
				.handshake_age = -1,
			};
			ret->any_down_or_drift = true;
		}
		t->pending_remote_update = c->pending_remote_update;
		t->last_key_rotation_at = c->last_key_rotation_at;
	}
	return 0;
}

static int keep_only(struct arena *a, struct status_result *ret, const char *name, struct err *e)
{
	struct tunnel_status *found = NULL;

	if (str_iends(name, ".conf"))
		name = intent_name_of_file(a, name);
	LIST_FOREACH (t, ret, tunnels) {
		const char *slash = t->name;

		for (const char *p = t->name; *p; p++)
			if (*p == '/')
				slash = p + 1;
		if (str_ieq(t->name, name) || str_ieq(slash, name) || str_eq(t->ifname, name))
			found = t;
	}
	if (!found)
		return err_set(
			e, E_NOT_FOUND, "there is no configuration '%s' on this machine", name);
	ret->tunnels[0] = *found;
	ret->n_tunnels = 1;
	ret->any_down_or_drift = found->state != TUNNEL_CONNECTED || found->n_drift;
	return 0;
}

int ops_status(struct ops *o, const char *name, struct status_result *ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	struct state own = {0}, foreign = {0};
	struct err why = {0};
	int r;

	*ret = (struct status_result){0};
	if ((r = host_open(o, &h, e)) || (r = host_load(&h, e)))
		return r;
	if (h.record.n_contributions) {
		if ((r = host_observe(&h, o->arena, true, &own, &foreign, e)))
			return r;
		/* The old form of one that is being reloaded stands behind the new one. */
		if ((r = status_add_firewall(&h, &own, ret, e)))
			return r;
		ret->lockdown = record_lockdown(&h.record);
		LIST_FOREACH (c, &h.record, contributions)
			if (!c->lockdown && record_find(&h.record, c->name) == c)
				add_running(&h, c, &own, ret);
		find_drift(&h, &own, &foreign, ret);
	} else {
		if ((r = host_observe_rules(&h, &own, e)))
			return r;
		ret->orphan_rules = own.n_rules;
		ret->any_down_or_drift |= own.n_rules > 0;
	}
	r = add_rows(o, ret, &why);
	if (r && r != -E_NOT_FOUND && !ret->n_tunnels) {
		*e = why;
		return r;
	}
	return name ? keep_only(o->arena, ret, name, e) : 0;
}
