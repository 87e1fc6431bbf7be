// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs scenario files: intents, facts and a kernel in, commands on them, the text of plans and
 * states out, compared with what the file expects. Knows the sections (lib/lines.h says what stands
 * in @DB, @FACTS and @KERNEL) and the commands of @ARGS; everything else is the real compile,
 * merge, diff, order and apply on the fake kernel. With WF_SCENARIO_UPDATE=1 what came out is
 * written into the file as its expectation.
 *
 *   up|down|reload NAME [fail-after N | crash-after N]
 *                          the Nth operation fails, and all is undone,
 *                          or left as it is, as kill -9 would
 *   lockdown on [P,…] | off    P: a prefix, or tcp/PORT
 *   wait MS [hard]         ask for handshakes from now on
 *   state drift record scope
 *                          what is, what differs, what is recorded, read
 *   stranger firewall gone|other, stranger add|del LINE, stranger down IF, stranger roam IF KEY
 * ENDPOINT a line of @DB or @FACTS changes them
 *   ... | WORD,WORD        shows only lines with one of the words
 */
#include <errno.h>
#include <glob.h>

#include "base/file.h"
#include "base/str.h"
#include "lib/host.h"
#include "lib/lines.h"
#include "lib/tap.h"
#include "plan/merge.h"
#include "plan/text.h"

#define FILE_LIMIT (256 * 1024)

enum section {
	SECTION_HEAD,
	SECTION_DB,
	SECTION_FACTS,
	SECTION_KERNEL,
	SECTION_ARGS,
	SECTION_EXPECT
};

static const char *const section_names[] = {"", "@DB", "@FACTS", "@KERNEL", "@ARGS", "@EXPECT"};

struct scenario {
	struct arena *a;
	struct host host;
	struct intents intents;
	struct state kernel; /* collected before the host is made */
	LIST(const char *, commands);
	struct strbuf out;
	const char *expect; /* points into the text of the file */
	size_t head_len;    /* up to and with the line "@EXPECT" */
};

static void bad_line(const char *line)
{
	printf("Bail out! not understood: '%s'\n", line);
	exit(99);
}

/* Endpoints written as addresses need no fact of their own. */
static void add_literal_facts(struct scenario *s)
{
	struct facts *f = &s->host.facts;

	LIST_FOREACH (t, &s->intents, tunnels)
		LIST_FOREACH (p, t, peers) {
			struct ip_addr addr;
			bool known = !p->host || !ip_addr_parse(p->host, &addr);
			struct fact_endpoint *made;

			LIST_FOREACH (x, f, endpoints)
				known |= p->host && str_eq(x->host, p->host) && x->port == p->port;
			if (known)
				continue;
			made = LIST_PUSH(s->a, f, endpoints);
			made->host = p->host;
			made->port = made->addr.port = p->port;
			made->addr.addr = addr;
			made->reachable = true;
			made->dev = "eth0";
			made->mtu = 1500;
		}
}

/* The lines of `text` that hold one of the comma separated words of `filter`; all without one. */
static void add_filtered(struct scenario *s, const char *text, const char *filter)
{
	char *lines = arena_strdup(s->a, text), *save = NULL;

	for (char *l = strtok_r(lines, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *words = arena_strdup(s->a, filter), *save_word = NULL;
		bool shown = !filter;

		for (char *w = words ? strtok_r(words, ",", &save_word) : NULL; w;
			w = strtok_r(NULL, ",", &save_word))
			shown |= strstr(l, w) != NULL;
		if (shown)
			strbuf_addf(&s->out, "%s\n", l);
	}
}

static void say_verb(struct scenario *s, int r, const struct err *e, struct strbuf *out)
{
	if (s->host.last)
		LIST_FOREACH (note, s->host.last, notes)
			strbuf_addf(out, "note: %s\n", *note);
	text_plan(out, &s->host.plan);
	if (!r)
		return;
	strbuf_addf(out, "error %s: %s\n", err_name(e->code), e->msg);
	if (e->hint[0])
		strbuf_addf(out, "hint: %s\n", e->hint);
}

/* "VERB NAME [crash-after N | fail-after N]" */
static bool run_verb(struct scenario *s, char **w, size_t n, struct strbuf *out)
{
	struct host *h = &s->host;
	struct tunnel *t = n > 1 ? intents_find(&s->intents, w[1]) : NULL;
	struct err e = {0};
	uint32_t after;
	int r;

	if (!str_eq(w[0], "up") && !str_eq(w[0], "down") && !str_eq(w[0], "reload"))
		return false;
	if (n == 4 && str_to_u32(w[3], 0, 10000, &after)) {
		h->crash = str_eq(w[2], "crash-after");
		h->fake.fail_at = (int)after;
	} else if (n != 2) {
		return false;
	}
	if (str_eq(w[0], "down")) {
		r = host_down(h, w[1], &e);
	} else {
		if (!t)
			return false;
		r = str_eq(w[0], "up") ? host_up(h, t, &e) : host_reload(h, t, &e);
	}
	say_verb(s, r, &e, out);
	h->crash = false;
	h->fake.fail_at = -1;
	return true;
}

/* "lockdown on [PREFIX|tcp/PORT,…]", "lockdown off" */
static bool run_lockdown(struct scenario *s, char **w, size_t n, struct strbuf *out)
{
	struct lockdown l = {0};
	struct err e = {0};
	char *save = NULL;
	bool on;
	int r;

	if (!str_eq(w[0], "lockdown") || n < 2)
		return false;
	on = str_eq(w[1], "on");
	if (!on && !str_eq(w[1], "off"))
		return false;
	for (char *x = n > 2 ? strtok_r(w[2], ",", &save) : NULL; x;
		x = strtok_r(NULL, ",", &save)) {
		uint32_t port;

		if (strncmp(x, "tcp/", 4) != 0) {
			if (!ip_prefix_parse(x, LIST_PUSH(s->a, &l, lan)))
				return false;
			continue;
		}
		if (!str_to_u32(x + 4, 1, UINT16_MAX, &port))
			return false;
		*LIST_PUSH(s->a, &l, inbound) = (struct fw_port){IPPROTO_TCP, (uint16_t)port};
	}
	r = host_lockdown(&s->host, on ? &l : NULL, &e);
	say_verb(s, r, &e, out);
	return true;
}

/* One operation on the fake kernel that is not wf's. */
static bool stranger_op(struct scenario *s, struct op *op)
{
	bool done = false;
	struct err e;

	if (s->host.x.run(s->host.x.ctx, op, 1, &done, &e))
		fprintf(stderr, "Bail out! the stranger failed: %s\n", e.msg);
	return done;
}

static bool stranger_object(struct scenario *s, const char *line, bool add)
{
	struct op op = {0};
	struct state x = {0};

	if (!lines_state(s->a, line, &x))
		return false;
	if (x.n_links) {
		op.kind = add ? OP_LINK_ADD : OP_LINK_DEL;
		op.link = x.links[0];
		if (!stranger_op(s, &op))
			return false;
		if (add) {
			struct link_state *l =
				state_find_link(&s->host.fake.state, x.links[0].name);
			uint32_t ifindex = l->ifindex;

			*l = x.links[0];
			l->ifindex = ifindex;
		}
		return true;
	}
	if (x.n_addrs) {
		op.kind = add ? OP_ADDR_ADD : OP_ADDR_DEL;
		op.addr = x.addrs[0];
	} else if (x.n_routes) {
		op.kind = add ? OP_ROUTE_ADD : OP_ROUTE_DEL;
		op.route = x.routes[0];
	} else if (x.n_rules) {
		op.kind = add ? OP_RULE_ADD : OP_RULE_DEL;
		op.rule = x.rules[0];
	} else {
		op.kind = OP_SYSCTL;
		op.sysctl = x.sysctls[0];
	}
	return stranger_op(s, &op);
}

/* "stranger add|del LINE", "stranger down IF", "stranger roam IF KEY ENDPOINT" */
static bool run_stranger(struct scenario *s, const char *line, char **w, size_t n)
{
	struct op op = {0};

	if (!str_eq(w[0], "stranger") || n < 3)
		return false;
	if (str_eq(w[1], "add") || str_eq(w[1], "del"))
		return stranger_object(s, line + strlen("stranger add "), str_eq(w[1], "add"));
	if (str_eq(w[1], "firewall")) {
		s->host.fake.state.firewall = (struct firewall){.present = str_eq(w[2], "other")};
		return str_eq(w[2], "other") || str_eq(w[2], "gone");
	}
	if (str_eq(w[1], "down") && state_find_link(&s->host.fake.state, w[2])) {
		op.kind = OP_LINK_SET;
		op.link = *state_find_link(&s->host.fake.state, w[2]);
		op.link.up = false;
		return stranger_op(s, &op);
	}
	if (str_eq(w[1], "roam") && n == 5) {
		struct wg_key key = lines_key(w[3]);
		struct wg_state *d = state_find_device(&s->host.fake.state, w[2]);
		struct wg_peer *p = d ? wg_find_peer(d, &key) : NULL;

		return p && ip_endpoint_parse(w[4], &p->endpoint);
	}
	return false;
}

static void say_drift(struct scenario *s, struct strbuf *out)
{
	struct state own, foreign;
	struct plan plan;
	struct err e;

	host_look(&s->host, s->a, &own, &foreign, &plan, &e);
	text_plan(out, &plan);
	if (foreign.n_links + foreign.n_addrs + foreign.n_routes + foreign.n_rules +
		foreign.firewall.present) {
		strbuf_add(out, "foreign:\n");
		text_state(out, &foreign);
	}
}

static void say_scope(struct scenario *s, struct strbuf *out)
{
	struct scope scope;

	merge_scope(
		s->a, &s->host.record, s->host.facts.ipv6 || s->host.facts.ipv6_elsewhere, &scope);
	LIST_FOREACH (x, &scope, links)
		strbuf_addf(out, "link %s\n", *x);
	LIST_FOREACH (x, &scope, tables)
		strbuf_addf(out, "table 0x%x\n", *x);
	LIST_FOREACH (x, &scope, sysctls)
		strbuf_addf(out, "sysctl %s\n", *x);
	LIST_FOREACH (x, &scope, resolvers)
		strbuf_addf(out, "resolver %d %s\n", x->backend, x->ifname);
	strbuf_addf(out, "rules %d ipv6 %d firewall %d\n", scope.rules, scope.ipv6, scope.firewall);
}

static void say_record(struct scenario *s, struct strbuf *out)
{
	const struct contribution *holder = merge_holder(&s->host.record);

	LIST_FOREACH (c, &s->host.record, contributions)
		strbuf_addf(out, "%s on %s seq %u number %u%s%s%s%s%s\n", c->name, c->ifname,
			c->seq, c->number, c->full4 ? " full4" : "", c->full6 ? " full6" : "",
			c == holder ? " holder" : "",
			c->phase == CONTRIBUTION_DOING ? " doing" : "",
			c->leaving ? " leaving" : "");
	LIST_FOREACH (p, &s->host.record, previous)
		strbuf_addf(out, "previous %s = %d\n", p->key, p->value);
	if (s->host.record.n_firewalls)
		strbuf_addf(out, "firewalls %zu\n", s->host.record.n_firewalls);
}

static bool run_question(struct scenario *s, char **w, size_t n, struct strbuf *out)
{
	if (str_eq(w[0], "state"))
		text_state(out, &s->host.fake.state);
	else if (str_eq(w[0], "drift"))
		say_drift(s, out);
	else if (str_eq(w[0], "record"))
		say_record(s, out);
	else if (str_eq(w[0], "scope"))
		say_scope(s, out);
	else
		return false;
	return n == 1;
}

static bool run_setting(struct scenario *s, const char *line, char **w, size_t n)
{
	struct host *h = &s->host;

	if (str_eq(w[0], "wait") && n >= 2) {
		h->wait_hard = n == 3 && str_eq(w[2], "hard");
		return str_to_u32(w[1], 0, 100000, &h->wait_ms);
	}
	return lines_intent(s->a, line, &s->intents) || lines_fact(s->a, line, &h->facts);
}

static void run_command(struct scenario *s, const char *command)
{
	char *line = arena_strdup(s->a, command), *bar = strstr(line, " | "), *text, *save = NULL;
	STRBUF_CLEANUP struct strbuf out = {0};
	char *w[24] = {0};
	size_t n = 0;

	if (bar)
		*bar = '\0';
	text = arena_strdup(s->a, line);
	for (char *x = strtok_r(text, " ", &save); x && n < 24; x = strtok_r(NULL, " ", &save))
		w[n++] = x;
	add_literal_facts(s);
	strbuf_addf(&s->out, "> %s\n", command);
	if (!run_verb(s, w, n, &out) && !run_lockdown(s, w, n, &out) &&
		!run_question(s, w, n, &out) && !run_stranger(s, line, w, n) &&
		!run_setting(s, line, w, n))
		bad_line(command);
	add_filtered(s, strbuf_str(&out), bar ? bar + 3 : NULL);
}

static enum section section_of(const char *line, enum section now)
{
	for (size_t i = 1; i < sizeof(section_names) / sizeof(*section_names); i++)
		if (str_eq(line, section_names[i]))
			return (enum section)i;
	return now;
}

static void take_line(struct scenario *s, enum section section, const char *line)
{
	bool good = true;

	if (!*line || *line == '#')
		return;
	switch (section) {
	case SECTION_HEAD: good = false; break;
	case SECTION_DB: good = lines_intent(s->a, line, &s->intents); break;
	case SECTION_FACTS: good = lines_fact(s->a, line, &s->host.facts); break;
	case SECTION_KERNEL: good = lines_state(s->a, line, &s->kernel); break;
	case SECTION_ARGS: *LIST_PUSH(s->a, s, commands) = line; break;
	case SECTION_EXPECT: break;
	}
	if (!good)
		bad_line(line);
}

/* Splits the text into its sections; what stands under @EXPECT is kept as it is. */
static void parse(struct scenario *s, const char *text)
{
	enum section section = SECTION_HEAD, next;
	const char *at = text;

	while (*at && section != SECTION_EXPECT) {
		const char *end = strchr(at, '\n');
		size_t len = end ? (size_t)(end - at) : strlen(at);
		const char *line = arena_strndup(s->a, at, len);

		at += len + (end != NULL);
		next = section_of(line, section);
		if (next == section)
			take_line(s, section, line);
		section = next;
	}
	if (section != SECTION_EXPECT)
		bad_line("no @EXPECT");
	s->head_len = (size_t)(at - text);
	s->expect = at;
}

/* Before anything is up: what every machine has. */
static void start_host(struct scenario *s)
{
	static const struct sysctl_state usual[] = {{"net.ipv4.conf.all.arp_ignore", 0},
		{"net.ipv4.conf.all.send_redirects", 1}, {"net.ipv4.conf.all.src_valid_mark", 0}};
	struct facts facts = s->host.facts;

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		bool there = false;

		LIST_FOREACH (x, &s->kernel, sysctls)
			there |= str_eq(x->key, usual[i].key);
		if (!there)
			*LIST_PUSH(s->a, &s->kernel, sysctls) = usual[i];
	}
	host_init(&s->host, s->a, &s->kernel);
	s->host.facts = facts;
}

static void show_difference(const char *got, const char *want)
{
	while (*got || *want) {
		size_t g = strcspn(got, "\n"), w = strcspn(want, "\n");

		if (g != w || memcmp(got, want, g) != 0) {
			printf("#   expected: %.*s\n#        got: %.*s\n", (int)w, want, (int)g,
				got);
			return;
		}
		got += g + (got[g] != '\0');
		want += w + (want[w] != '\0');
	}
}

static int update(const char *path, const char *text, const struct scenario *s, struct err *e)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	strbuf_addn(&b, text, s->head_len);
	strbuf_add(&b, strbuf_str(&s->out));
	return file_place(path, strbuf_str(&b), b.len, 0644, false, e);
}

static void run_file(const char *path)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct scenario s = {.a = a, .host = {.facts = {.ipv6 = true, .kernel_wireguard = true}}};
	const char *base = strrchr(path, '/');
	struct err e = {0};
	char *text;
	size_t len;

	base = base ? base + 1 : path;
	if (file_read_optional(a, path, FILE_LIMIT, &text, &len, &e) || !text) {
		fail("%s: cannot be read: %s", base, e.msg);
		return;
	}
	parse(&s, text);
	start_host(&s);
	LIST_FOREACH (command, &s, commands)
		run_command(&s, *command);
	if (getenv("WF_SCENARIO_UPDATE") && update(path, text, &s, &e))
		fail("%s: cannot be written: %s", base, e.msg);
	else if (!ok(getenv("WF_SCENARIO_UPDATE") || str_eq(strbuf_str(&s.out), s.expect), "%s",
			 base))
		show_difference(strbuf_str(&s.out), s.expect);
	strbuf_free(&s.out);
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	char pattern[4096];
	glob_t files;

	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			run_file(argv[i]);
		return done_testing();
	}
	snprintf(pattern, sizeof(pattern), "%s/tests/scenario/*.txt", srcdir ? srcdir : ".");
	if (glob(pattern, 0, NULL, &files) != 0) {
		printf("Bail out! no scenarios at %s\n", pattern);
		return 99;
	}
	for (size_t i = 0; i < files.gl_pathc; i++)
		run_file(files.gl_pathv[i]);
	globfree(&files);
	return done_testing();
}
