// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf status: each tunnel in a line, or all of it as JSON. Knows signs, colours and units; the state
 * comes from ops/status, which has it from the kernel. --brief passes a file on as it is.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cmd/rows.h"
#include "ops/status.h"
#include "ops/status_file.h"

static const struct option_row options[] = {
	{"brief", 0, NULL, "the public summary; needs neither root nor the database"},
	{"check", 0, NULL, "exit 3 unless all are connected and nothing differs"},
	{0},
};

static void bytes_text(uint64_t n, char *out, size_t size)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double v = (double)n;
	size_t u = 0;

	for (; v >= 1024 && u < 4; u++)
		v /= 1024;
	snprintf(out, size, u ? "%.1f %s" : "%.0f %s", v, units[u]);
}

static const char *color_of(const struct cmd *c, enum tunnel_state s)
{
	switch (s) {
	case TUNNEL_CONNECTED: return term_green(&c->term);
	case TUNNEL_IDLE:
	case TUNNEL_WAITING:
	case TUNNEL_CHANGING: return term_yellow(&c->term);
	case TUNNEL_BROKEN: return term_red(&c->term);
	case TUNNEL_DOWN: return "";
	}
	return "";
}

static enum term_sign sign_of(enum tunnel_state s)
{
	switch (s) {
	case TUNNEL_CONNECTED: return TERM_UP;
	case TUNNEL_IDLE:
	case TUNNEL_WAITING:
	case TUNNEL_CHANGING: return TERM_WAITING;
	case TUNNEL_BROKEN: return TERM_BLOCKED;
	case TUNNEL_DOWN: return TERM_DOWN;
	}
	return TERM_DOWN;
}

static void print_traffic(struct cmd *c, const struct tunnel_status *t)
{
	char rx[32], tx[32], age[32];

	if (t->handshake_age >= 0) {
		clock_age(t->handshake_age, age, sizeof(age));
		strbuf_addf(&c->out, "   handshake %s", age);
	} else {
		strbuf_add(&c->out, "   no handshake");
	}
	bytes_text(t->rx_bytes, rx, sizeof(rx));
	bytes_text(t->tx_bytes, tx, sizeof(tx));
	strbuf_addf(&c->out, "   %s %s %s %s", term_sign(&c->term, TERM_RX), rx,
		term_sign(&c->term, TERM_TX), tx);
}

/* What others may have sent past a kill switch that is not in force no counter knows. */
static uint64_t count_stopped(const struct firewall_status *f)
{
	uint64_t sum = 0;

	for (enum stopped s = 0; s < STOPPED_COUNT; s++)
		if (s != STOPPED_DNS)
			sum += f->stopped[s];
	return sum;
}

/* " (LAN allowed, 3 packets stopped)", or nothing. */
static void print_remarks(struct cmd *c, const struct ip_prefix *lan, size_t n_lan,
	uint64_t packets, const char *what)
{
	struct {
		LIST(const char *, words);
	} l = {0};
	char text[IP_TEXT_SIZE];

	if (firewall_is_whole_lan(lan, n_lan))
		*LIST_PUSH(c->arena, &l, words) = "LAN allowed";
	else
		for (size_t i = 0; i < n_lan; i++)
			*LIST_PUSH(c->arena, &l, words) = arena_printf(
				c->arena, "%s allowed", ip_prefix_format(&lan[i], text));
	if (packets)
		*LIST_PUSH(c->arena, &l, words) = arena_printf(c->arena,
			"%" PRIu64 " %spacket%s stopped", packets, what, packets == 1 ? "" : "s");
	if (l.n_words)
		strbuf_addf(&c->out, " (%s)", arena_join(c->arena, l.words, l.n_words));
}

static const char *scope_text(enum kill_switch scope)
{
	switch (scope) {
	case KILL_SWITCH_NETWORKS: return " for its networks";
	case KILL_SWITCH_ONLY: return " for its users";
	case KILL_SWITCH_ALL:
	case KILL_SWITCH_NONE:
	case KILL_SWITCH_OFF: break;
	}
	return "";
}

static void print_kill_switch(
	struct cmd *c, const struct tunnel_status *t, const struct firewall_status *f)
{
	bool all = t->kill_switch_asked == KILL_SWITCH_ALL;

	if (!kill_switch_is_on(t->kill_switch_asked)) {
		strbuf_add(&c->out, "   no kill switch");
		return;
	}
	if (t->kill_switch)
		strbuf_addf(&c->out, "   kill switch on%s", scope_text(t->kill_switch_asked));
	else
		strbuf_addf(&c->out, "   %skill switch NOT in force%s", term_red(&c->term),
			term_off(&c->term));
	print_remarks(c, f->lan, all && t->kill_switch ? f->n_lan : 0, count_stopped(f), "");
}

static void print_protection(
	struct cmd *c, const struct tunnel_status *t, const struct firewall_status *f)
{
	print_kill_switch(c, t, f);
	if (!t->dns_gate_asked)
		return;
	strbuf_addf(&c->out, "   DNS gate %s", t->dns_gate ? "on" : "NOT in force");
	print_remarks(c, NULL, 0, f->stopped[STOPPED_DNS], "DNS ");
}

static void print_details(
	struct cmd *c, const struct tunnel_status *t, const struct firewall_status *f)
{
	char buf[IP_TEXT_SIZE];

	if (t->n_dns) {
		strbuf_add(&c->out, t->resolver_set ? "   DNS" : "   DNS (not set)");
		LIST_FOREACH (d, t, dns)
			strbuf_addf(&c->out, " %s", ip_addr_format(d, buf));
		if (t->resolver_set)
			strbuf_addf(&c->out, " (%s)", resolver_backend_name(t->resolver));
	}
	if (t->holds_default)
		strbuf_add(&c->out, "   default route");
	print_protection(c, t, f);
	if (t->via)
		strbuf_addf(&c->out, "   inside %s", t->via);
	if (t->userspace)
		strbuf_add(&c->out, "   userspace");
}

static void print_tunnel(
	struct cmd *c, const struct tunnel_status *t, const struct firewall_status *f, size_t width)
{
	char title[128], server[128], city[128];

	str_escape(title, sizeof(title), t->title);
	str_escape(server, sizeof(server), t->server ? t->server : "");
	str_escape(city, sizeof(city), t->city ? t->city : "");
	strbuf_addf(&c->out, "%s%s%s %-*s", color_of(c, t->state),
		term_sign(&c->term, sign_of(t->state)), term_off(&c->term), (int)width, title);
	if (t->state == TUNNEL_DOWN) {
		strbuf_addf(&c->out, "   down%s%s", server[0] ? "   " : "", server);
	} else {
		strbuf_addf(&c->out, "   %s%s%s", server, city[0] ? " " : "", city);
		if (t->state == TUNNEL_BROKEN)
			strbuf_add(&c->out, "   its interface is gone");
		else
			print_traffic(c, t);
		print_details(c, t, f);
	}
	if (t->pending_remote_update)
		strbuf_addf(&c->out, "   %s key rotated, not yet confirmed at the sponsor",
			term_sign(&c->term, TERM_WARNING));
	strbuf_addc(&c->out, '\n');
	LIST_FOREACH (d, t, drift)
		strbuf_addf(&c->out, "    ! %s\n", *d);
	if (t->n_drift)
		strbuf_addf(&c->out, "    mend it with: wf reload %s\n",
			tunnel_typed_name(c->arena, t->name));
}

static void json_age(struct cmd *c, const char *key, int64_t age)
{
	if (age < 0)
		jsonw_kv_null(&c->j, key);
	else
		jsonw_kv_int(&c->j, key, age);
}

static void json_peers(struct cmd *c, const struct tunnel_status *t)
{
	char text[WG_KEY_TEXT_SIZE], ep[IP_TEXT_SIZE];

	jsonw_key(&c->j, "peers");
	jsonw_array(&c->j);
	LIST_FOREACH (p, t, peers) {
		wg_key_format(&p->public_key, text);
		jsonw_object(&c->j);
		jsonw_kv_str(&c->j, "public_key", text);
		jsonw_kv_str(&c->j, "endpoint",
			p->endpoint.addr.family ? ip_endpoint_format(&p->endpoint, ep) : NULL);
		json_age(c, "handshake_age", p->handshake_age);
		jsonw_kv_uint(&c->j, "rx_bytes", p->rx_bytes);
		jsonw_kv_uint(&c->j, "tx_bytes", p->tx_bytes);
		jsonw_object_end(&c->j);
	}
	jsonw_array_end(&c->j);
}

static void json_dns(struct cmd *c, const struct tunnel_status *t)
{
	char buf[IP_TEXT_SIZE];

	jsonw_key(&c->j, "dns");
	jsonw_object(&c->j);
	jsonw_key(&c->j, "servers");
	jsonw_array(&c->j);
	LIST_FOREACH (d, t, dns)
		jsonw_str(&c->j, ip_addr_format(d, buf));
	jsonw_array_end(&c->j);
	jsonw_kv_str(&c->j, "backend", resolver_backend_name(t->resolver));
	jsonw_kv_bool(&c->j, "applied", t->resolver_set);
	jsonw_key(&c->j, "set");
	jsonw_array(&c->j);
	LIST_FOREACH (d, t, resolver_servers)
		jsonw_str(&c->j, ip_addr_format(d, buf));
	jsonw_array_end(&c->j);
	jsonw_object_end(&c->j);
}

static void json_firewall(struct cmd *c, const struct firewall_status *f)
{
	char buf[IP_TEXT_SIZE];

	jsonw_key(&c->j, "firewall");
	jsonw_object(&c->j);
	jsonw_kv_bool(&c->j, "present", f->present);
	jsonw_kv_bool(&c->j, "gone", f->gone);
	jsonw_kv_bool(&c->j, "changed_by_others", f->edited);
	jsonw_kv_bool(&c->j, "kill_switch", f->kill_switch);
	jsonw_kv_bool(&c->j, "dns_gate", f->dns_gate);
	jsonw_key(&c->j, "lan");
	jsonw_array(&c->j);
	LIST_FOREACH (p, f, lan)
		jsonw_str(&c->j, ip_prefix_format(p, buf));
	jsonw_array_end(&c->j);
	jsonw_key(&c->j, "stopped");
	jsonw_object(&c->j);
	for (enum stopped s = 0; s < STOPPED_COUNT; s++)
		jsonw_kv_uint(&c->j, stopped_name(s), f->stopped[s]);
	jsonw_object_end(&c->j);
	jsonw_object_end(&c->j);
}

static void json_tunnel(struct cmd *c, const struct tunnel_status *t)
{
	char buf[IP_TEXT_SIZE];

	jsonw_object(&c->j);
	jsonw_kv_str(&c->j, "name", t->name);
	jsonw_kv_str(&c->j, "title", t->title);
	jsonw_kv_str(&c->j, "interface", t->ifname);
	jsonw_kv_str(&c->j, "state", tunnel_state_name(t->state));
	jsonw_kv_str(&c->j, "server", t->server);
	jsonw_kv_str(&c->j, "country", t->country);
	jsonw_kv_str(&c->j, "city", t->city);
	jsonw_kv_str(&c->j, "since", t->since);
	jsonw_kv_bool(&c->j, "default", t->holds_default);
	jsonw_kv_str(&c->j, "via", t->via);
	jsonw_kv_bool(&c->j, "userspace", t->userspace);
	jsonw_kv_bool(&c->j, "kill_switch", t->kill_switch);
	jsonw_kv_str(&c->j, "kill_switch_scope", kill_switch_scope(t->kill_switch_asked));
	jsonw_kv_bool(&c->j, "dns_gate", t->dns_gate);
	jsonw_key(&c->j, "addresses");
	jsonw_array(&c->j);
	for (size_t i = 0; i < t->n_addresses; i++)
		jsonw_str(&c->j, ip_prefix_format(&t->addresses[i], buf));
	jsonw_array_end(&c->j);
	json_dns(c, t);
	json_age(c, "handshake_age", t->handshake_age);
	jsonw_kv_uint(&c->j, "rx_bytes", t->rx_bytes);
	jsonw_kv_uint(&c->j, "tx_bytes", t->tx_bytes);
	json_peers(c, t);
	jsonw_key(&c->j, "drift");
	jsonw_array(&c->j);
	LIST_FOREACH (d, t, drift)
		jsonw_str(&c->j, *d);
	jsonw_array_end(&c->j);
	jsonw_kv_bool(&c->j, "pending_remote_update", t->pending_remote_update);
	jsonw_object_end(&c->j);
}

static void print_json(struct cmd *c, const struct status_result *res)
{
	char now[CLOCK_TEXT_SIZE];

	clock_now(now);
	cmd_json(c, "wf.status/1");
	jsonw_kv_str(&c->j, "as_of", now);
	jsonw_kv_bool(&c->j, "lockdown", res->lockdown);
	json_firewall(c, &res->firewall);
	jsonw_kv_int(&c->j, "orphan_rules", (int64_t)res->orphan_rules);
	jsonw_key(&c->j, "tunnels");
	jsonw_array(&c->j);
	LIST_FOREACH (t, res, tunnels)
		json_tunnel(c, t);
	jsonw_array_end(&c->j);
	cmd_json_end(c);
}

static void print_text(struct cmd *c, const struct status_result *res)
{
	size_t width = 0;

	LIST_FOREACH (t, res, tunnels) {
		size_t n = strlen(t->title);

		width = n > width && n < 40 ? n : width;
	}
	if (res->lockdown)
		strbuf_addf(&c->out, "%s lockdown on%s; 'wf lockdown off' opens\n",
			term_sign(&c->term, TERM_BLOCKED),
			res->firewall.kill_switch ? "" : ", but NOT in force");
	if (res->orphan_rules)
		strbuf_addf(&c->out,
			"%s %zu routing rules of a tunnel that no record names; 'wf lockdown off' "
			"takes them away\n",
			term_sign(&c->term, TERM_BLOCKED), res->orphan_rules);
	LIST_FOREACH (t, res, tunnels)
		print_tunnel(c, t, &res->firewall, width);
	if (!res->n_tunnels)
		cmd_say(c, "no configuration for this machine yet; next: wf import FILE");
}

static int run_brief(struct cmd *c, struct err *e)
{
	char *text = NULL;
	int r = status_file_read(&c->ops, &text, e);

	if (r)
		return r;
	strbuf_add(&c->out, text ? text : "{\"schema\":\"wf.status.brief/1\",\"tunnels\":[]}\n");
	c->has_result = true;
	return 0;
}

static int run(struct cmd *c, struct err *e)
{
	struct status_result res;
	int r;

	if (cmd_flag(c, "brief"))
		return run_brief(c, e);
	if ((r = ops_status(&c->ops, c->argc ? c->argv[0] : NULL, &res, e)))
		return r;
	if (c->json)
		print_json(c, &res);
	else
		print_text(c, &res);
	if (cmd_flag(c, "check") && (res.any_down_or_drift || !res.n_tunnels)) {
		*e = (struct err){.code = E_NO};
		return -E_NO;
	}
	return 0;
}

const struct command cmd_status = {
	.name = "status",
	.args = "[NAME]",
	.summary = "what is up, and whether the kernel still has it all",
	.help = "  Connected is what had a handshake in the last 3 minutes.\n",
	.examples = "  wf status\n  wf status --json\n  wf status --check || echo not connected",
	.options = options,
	.needs = NEED_DB_R | NEED_NET,
	.max_args = 1,
	.json = true,
	.run = run,
};
