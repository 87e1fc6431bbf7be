// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf verify: the verdicts for people and as JSON. Knows words only; what was tried, and where it
 * was seen, comes from ops/verify. Says also what was not tried: a test that is silent about its
 * limits would be believed too much.
 */
#include <string.h>

#include "base/str.h"
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ops/verify.h"

static const char *const untried[] = {
	"frames that a program of root makes itself (AF_PACKET)",
	"virtual machines and macvlan on an interface of this machine",
	"containers and other network namespaces",
	"the endpoint's own address and port with wf's mark: that is the way of the tunnel",
};

static const char *how_text(struct cmd *c, const struct verify_case *x)
{
	char addr[IP_TEXT_SIZE];

	switch (x->how) {
	case VERIFY_PLAIN: return "plain";
	case VERIFY_DEVICE: return arena_printf(c->arena, "bound to %s", x->device);
	case VERIFY_SOURCE: return arena_printf(c->arena, "from %s's address", x->device);
	case VERIFY_USER: return "as another user";
	case VERIFY_MARK: return "with wf's mark";
	case VERIFY_RESOLVER: return arena_printf(c->arena, "to %s", ip_addr_format(&x->dst, addr));
	case VERIFY_HOWS: break;
	}
	return "";
}

static const char *verdict_text(struct cmd *c, const struct verify_case *x)
{
	switch (x->verdict) {
	case VERIFY_STOPPED: return "stopped";
	case VERIFY_TUNNEL: return arena_printf(c->arena, "in the tunnel (%s)", x->ifname);
	case VERIFY_LEAKED:
		return arena_printf(c->arena, "%sLEAKED on %s%s", term_red(&c->term), x->ifname,
			term_off(&c->term));
	case VERIFY_UNTESTED:
		return arena_printf(
			c->arena, "could not be tested (%s)", x->reason ? x->reason : "no reason");
	case VERIFY_VERDICTS: break;
	}
	return "";
}

/* One line says the same of several kinds. */
static bool same_line(const struct verify_case *a, const struct verify_case *b)
{
	if (a->how != b->how || a->dst.family != b->dst.family || a->verdict != b->verdict ||
		!str_eq(a->device, b->device) || !str_eq(a->ifname, b->ifname))
		return false;
	if (a->how == VERIFY_RESOLVER && !ip_addr_equal(&a->dst, &b->dst))
		return false;
	return a->verdict != VERIFY_UNTESTED || str_eq(a->reason, b->reason);
}

static bool is_first(const struct verify_result *r, const struct verify_case *x)
{
	for (const struct verify_case *y = r->cases; y < x; y++)
		if (same_line(x, y))
			return false;
	return true;
}

static void print_line(struct cmd *c, const struct verify_result *r, const struct verify_case *x)
{
	STRBUF_CLEANUP struct strbuf kinds = {0};

	for (const struct verify_case *y = x; y < r->cases + r->n_cases; y++)
		if (y == x || (!c->verbose && same_line(x, y)))
			strbuf_addf(&kinds, "%s%s", kinds.len ? " " : "", probe_kind_name(y->kind));
	strbuf_addf(&c->out, "  IPv%d %-24s %-38s %s\n", x->dst.family == AF_INET ? 4 : 6,
		how_text(c, x), kinds.s, verdict_text(c, x));
}

static void print_protection(struct cmd *c, const struct verify_result *r)
{
	const char *holder = r->holder ? present_text(c->arena, r->holder) : NULL;

	strbuf_addf(&c->out, "what protects: %s%s%s%s%s%s\n", r->lockdown ? "the lockdown" : "",
		r->lockdown && holder ? ", " : "",
		holder ? arena_printf(c->arena, "the routes of %s", holder) : "",
		r->kill_switch && !r->lockdown ? (holder ? " and a kill switch" : "a kill switch")
					       : "",
		r->dns_gate ? " (DNS gate)" : "",
		r->lockdown || holder || r->kill_switch ? "" : "nothing");
	if (r->changed)
		strbuf_add(&c->out, "  ! the firewall in the kernel is not as wf made it\n");
	switch (r->resolver) {
	case VERIFY_RESOLVER_KEPT: break;
	case VERIFY_RESOLVER_SET:
		strbuf_add(&c->out, "  the resolver of this machine asks the tunnel's servers\n");
		break;
	case VERIFY_RESOLVER_OTHER:
		strbuf_add(&c->out,
			"  ! the resolver of this machine does not ask the tunnel's servers\n");
		break;
	}
}

static void print_text(struct cmd *c, const struct verify_result *r)
{
	print_protection(c, r);
	LIST_FOREACH (x, r, cases)
		if (c->verbose || is_first(r, x))
			print_line(c, r, x);
	strbuf_addf(&c->out,
		"%s%u got out%s of %zu; %u stopped, %u in the tunnel, %u not tested (%lld.%03lld "
		"s)\n",
		r->count[VERIFY_LEAKED] ? term_red(&c->term) : term_green(&c->term),
		r->count[VERIFY_LEAKED], term_off(&c->term), r->n_cases, r->count[VERIFY_STOPPED],
		r->count[VERIFY_TUNNEL], r->count[VERIFY_UNTESTED], (long long)(r->ms / 1000),
		(long long)(r->ms % 1000));
	cmd_flush(c); /* the limits stand below the result */
	for (size_t i = 0; i < sizeof(untried) / sizeof(untried[0]); i++)
		cmd_say(c, "%s %s", i ? "           " : "not tried: ", untried[i]);
}

static void json_case(struct cmd *c, const struct verify_case *x)
{
	char text[IP_TEXT_SIZE];

	jsonw_object(&c->j);
	jsonw_kv_str(&c->j, "how", verify_how_name(x->how));
	jsonw_kv_str(&c->j, "kind", probe_kind_name(x->kind));
	jsonw_kv_int(&c->j, "family", x->dst.family == AF_INET ? 4 : 6);
	jsonw_kv_str(&c->j, "device", x->device[0] ? x->device : NULL);
	jsonw_kv_str(&c->j, "destination", ip_addr_format(&x->dst, text));
	jsonw_kv_str(&c->j, "verdict", verify_verdict_name(x->verdict));
	jsonw_kv_str(&c->j, "interface", x->ifname);
	jsonw_kv_str(&c->j, "reason", x->reason);
	jsonw_object_end(&c->j);
}

static void print_json(struct cmd *c, const struct verify_result *r)
{
	static const char *const resolver[] = {
		[VERIFY_RESOLVER_KEPT] = "kept",
		[VERIFY_RESOLVER_SET] = "tunnel",
		[VERIFY_RESOLVER_OTHER] = "other",
	};

	cmd_json(c, "wf.verify/1");
	jsonw_kv_bool(&c->j, "lockdown", r->lockdown);
	jsonw_kv_bool(&c->j, "kill_switch", r->kill_switch);
	jsonw_kv_bool(&c->j, "dns_gate", r->dns_gate);
	jsonw_kv_bool(&c->j, "firewall_changed", r->changed);
	jsonw_kv_str(&c->j, "default", r->holder);
	jsonw_kv_str(&c->j, "resolver", resolver[r->resolver]);
	for (unsigned v = 0; v < VERIFY_VERDICTS; v++)
		jsonw_kv_uint(&c->j, verify_verdict_name((enum verify_verdict)v), r->count[v]);
	jsonw_key(&c->j, "cases");
	jsonw_array(&c->j);
	LIST_FOREACH (x, r, cases)
		json_case(c, x);
	jsonw_array_end(&c->j);
	present_strings(&c->j, "untried", untried, sizeof(untried) / sizeof(untried[0]));
	jsonw_kv_int(&c->j, "ms", r->ms);
	cmd_json_end(c);
}

static int run(struct cmd *c, struct err *e)
{
	struct verify_result res;
	int r = ops_verify(&c->ops, c->argc ? c->argv[0] : NULL, &res, e);

	if (r)
		return r;
	if (res.plan) {
		cmd_plan(c, "wf.verify/1", res.plan);
		return 0;
	}
	if (c->json)
		print_json(c, &res);
	else
		print_text(c, &res);
	if (!res.count[VERIFY_LEAKED])
		return 0;
	*e = (struct err){.code = E_NO};
	return -E_NO;
}

const struct command cmd_verify = {
	.name = "verify",
	.args = "[NAME]",
	.summary = "try to leak, and see what gets out",
	.help = "  Sends a few packets to addresses that nobody has, and DNS queries to the "
		"resolvers outside\n  the tunnel, in every way a program has; exit 3 when any got "
		"out. -v: one line for each.\n  NAME: that tunnel has to be up.\n",
	.examples = "  wf verify\n  wf verify mullvad --json",
	.needs = NEED_NET,
	.max_args = 1,
	.json = true,
	.run = run,
};
