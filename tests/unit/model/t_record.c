// SPDX-License-Identifier: GPL-2.0-or-later
/* The record: round trip of whole contributions, schema, finding, copying. */
#include "model/contribution.h"

#include <string.h>

#include "lib/tap.h"
#include "random_state.h"

static const char *random_text(struct arena *a)
{
	static const char *const texts[] = {"", "Mullvad", "Malm\xc3\xb6", "a\"b\\c\n", "\xff\xfe",
		"\033[2J", "{\"hex\":\"00\"}", NULL};

	return arena_strdup(a, texts[random_below(8)]);
}

static void random_contribution(struct arena *a, struct contribution *c)
{
	c->name = arena_printf(a, "host/n%u", random_u32());
	c->title = random_text(a);
	c->server = random_text(a);
	c->country = random_text(a);
	c->city = random_text(a);
	c->config_id = (int64_t)random_u32() - 5;
	random_ifname(c->ifname);
	c->kind = (enum link_kind)random_below(2);
	c->seq = random_u32();
	c->number = random_below(0x10000);
	c->full4 = random_below(2);
	c->full6 = random_below(2);
	c->full = random_below(2);
	c->lockdown = random_below(2);
	c->kill_switch = (enum kill_switch)random_below(KILL_SWITCH_ONLY + 1);
	c->via = random_text(a);
	for (unsigned n = random_below(3); n--;)
		*LIST_PUSH(a, c, dns) = random_addr();
	for (unsigned n = random_below(3); n--;)
		*LIST_PUSH(a, c, search) = arena_printf(a, "d%u.example", n);
	random_state(a, &c->own);
	random_state(a, &c->holder);
	for (unsigned n = random_below(3); n--;)
		*LIST_PUSH(a, c, notes) = "a \xff note";
	for (unsigned n = random_below(3); n--;)
		*LIST_PUSH(a, c, pre_down) = arena_printf(a, "true %u", n);
	for (unsigned n = random_below(3); n--;)
		*LIST_PUSH(a, c, post_down) = arena_printf(a, "false %u", n);
	c->stored_hooks = random_below(2);
	c->phase = (enum contribution_phase)random_below(2);
	c->verb = random_text(a);
	c->pid = random_below(4000000);
	c->pid_start = (int64_t)random_u32() << 20;
	c->since = random_text(a);
	c->leaving = random_below(2);
	c->verifying = random_below(2);
}

static void random_record(struct arena *a, struct record *r)
{
	struct state s;

	*r = (struct record){.next_seq = random_u32()};
	for (unsigned n = random_below(4); n--;)
		random_contribution(a, LIST_PUSH(a, r, contributions));
	random_state(a, &s);
	LIST_FOREACH (k, &s, sysctls)
		*LIST_PUSH(a, r, previous) = *k;
	for (unsigned n = random_below(3); n--;)
		random_firewall(a, LIST_PUSH(a, r, firewalls));
	LIST_FOREACH (f, r, firewalls)
		firewall_canon(f);
	r->firewall_digest = (uint64_t)random_u32() << 31;
	r->firewall_generation = random_u32();
}

static bool same_texts(const char *const *x, size_t nx, const char *const *y, size_t ny)
{
	for (size_t i = 0; i < nx && nx == ny; i++)
		if (!str_eq(x[i], y[i]))
			return false;
	return nx == ny;
}

static bool same_contribution(const struct contribution *x, const struct contribution *y)
{
	return str_eq(x->name, y->name) && str_eq(x->title, y->title) &&
		str_eq(x->server, y->server) && str_eq(x->country, y->country) &&
		str_eq(x->city, y->city) && x->config_id == y->config_id &&
		str_eq(x->ifname, y->ifname) && x->kind == y->kind && x->seq == y->seq &&
		x->number == y->number && x->full4 == y->full4 && x->full6 == y->full6 &&
		x->full == y->full && x->lockdown == y->lockdown &&
		x->kill_switch == y->kill_switch && str_eq(x->via, y->via) &&
		SAME_ITEMS(x, y, dns) &&
		same_texts(x->search, x->n_search, y->search, y->n_search) &&
		same_texts(x->notes, x->n_notes, y->notes, y->n_notes) &&
		same_texts(x->pre_down, x->n_pre_down, y->pre_down, y->n_pre_down) &&
		same_texts(x->post_down, x->n_post_down, y->post_down, y->n_post_down) &&
		x->stored_hooks == y->stored_hooks && x->verifying == y->verifying &&
		same_state(&x->own, &y->own) && same_state(&x->holder, &y->holder) &&
		x->phase == y->phase && str_eq(x->verb, y->verb) && x->pid == y->pid &&
		x->pid_start == y->pid_start && str_eq(x->since, y->since) &&
		x->leaving == y->leaving;
}

static bool same_record(const struct record *x, const struct record *y)
{
	if (x->next_seq != y->next_seq || x->n_contributions != y->n_contributions ||
		x->n_previous != y->n_previous || x->n_firewalls != y->n_firewalls ||
		x->firewall_digest != y->firewall_digest ||
		x->firewall_generation != y->firewall_generation)
		return false;
	for (size_t i = 0; i < x->n_firewalls; i++)
		if (!firewall_equal(&x->firewalls[i], &y->firewalls[i]))
			return false;
	for (size_t i = 0; i < x->n_contributions; i++)
		if (!same_contribution(&x->contributions[i], &y->contributions[i]))
			return false;
	for (size_t i = 0; i < x->n_previous; i++)
		if (!str_eq(x->previous[i].key, y->previous[i].key) ||
			x->previous[i].value != y->previous[i].value)
			return false;
	return true;
}

static void test_round_trip(void)
{
	bool same = true;
	struct err e;

	srand(5);
	for (int i = 0; i < 300; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		STRBUF_CLEANUP struct strbuf text = {0};
		struct record r, back;
		json_t *read;

		random_record(a, &r);
		record_to_json(&r, &text);
		read = json_loads(text.s, JSON_REJECT_DUPLICATES, NULL);
		if (record_from_json(a, read, &back, &e) < 0) {
			diag("%s", e.msg);
			same = false;
			back = r;
		}
		same &= same_record(&r, &back);
		json_decref(read);
	}
	ok(same, "every field of a random record comes back");
}

static void test_copy(void)
{
	bool same = true, one = true;
	struct err e;

	srand(6);
	for (int i = 0; i < 100; i++) {
		ARENA_CLEANUP struct arena *b = arena_new();
		struct arena *a = arena_new();
		STRBUF_CLEANUP struct strbuf text = {0};
		struct contribution c = {0}, copy, expected;
		json_t *j;

		random_contribution(a, &c);
		contribution_to_json(&c, &text);
		j = json_loads(text.s, JSON_REJECT_DUPLICATES, NULL);
		contribution_copy(b, &c, &copy);
		same &= same_contribution(&c, &copy);
		/* The first one's memory goes: a copy that still used it would show. */
		arena_free(a);
		one &= contribution_from_json(b, j, &expected, &e) == 0 &&
			same_contribution(&expected, &copy);
		json_decref(j);
	}
	ok(same, "a copied contribution is the same");
	ok(one, "and still is when the first is gone");
}

static void schema_is(const char *json, int want, const char *msg)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	json_t *j = json_loads(json, 0, NULL);
	struct record r = {.next_seq = 77};
	struct err e = {0};

	is_int(record_from_json(a, j, &r, &e), want, "%s", json);
	if (want)
		is_str(e.msg, msg, "is refused");
	is_int(r.next_seq, want ? 77 : 3, want ? "and nothing is written" : "is read");
	json_decref(j);
}

static void test_schema(void)
{
	struct record empty = {0};
	STRBUF_CLEANUP struct strbuf text = {0};

	record_to_json(&empty, &text);
	is_str(text.s, "{\"schema\":\"wf.record/1\"}", "an empty record says what it is");
	schema_is("{\"schema\":\"wf.record/1\",\"next_seq\":3}", 0, NULL);
	schema_is("{\"next_seq\":3}", -E_FAILED, "'schema' is not 'wf.record/1'");
	schema_is("{\"schema\":1,\"next_seq\":3}", -E_FAILED, "'schema' is not 'wf.record/1'");
	schema_is("{\"schema\":\"wf.apply/1\"}", -E_FAILED, "'schema' is not 'wf.record/1'");
	schema_is("{\"schema\":\"wf.record/\"}", -E_FAILED, "'schema' is not 'wf.record/1'");
	schema_is("{\"schema\":\"wf.record/0\"}", -E_FAILED, "'schema' is not 'wf.record/1'");
	schema_is("{\"schema\":\"wf.record/1x\"}", -E_FAILED, "'schema' is not 'wf.record/1'");
	schema_is("{\"schema\":\"wf.record/2\",\"next_seq\":3,\"more\":[]}", -E_UNSUPPORTED,
		"'wf.record/2' was written by a newer version");
	schema_is("{\"schema\":\"wf.record/1\",\"contributions\":[{\"name\":\"a\"}]}", -E_FAILED,
		"'contributions': [0]: 'ifname': is missing");
	schema_is("{\"schema\":\"wf.record/1\",\"contributions\":"
		  "[{\"name\":\"a\",\"ifname\":\"b\",\"number\":65536}]}",
		-E_FAILED, "'contributions': [0]: 'number': is not in 0..65535");
	schema_is("{\"schema\":\"wf.record/1\",\"contributions\":"
		  "[{\"name\":\"a\",\"ifname\":\"b\",\"pid\":-1}]}",
		-E_FAILED, "'contributions': [0]: 'pid': is not in 0..2147483647");
}

static void text_refused(const char *json)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf all = {0};
	struct contribution c;
	struct err e;
	json_t *j;

	strbuf_addf(&all, "{\"name\":%s,\"ifname\":\"b\"}", json);
	j = json_loads(strbuf_str(&all), JSON_ALLOW_NUL, NULL);
	is_int(contribution_from_json(a, j, &c, &e), -E_FAILED, "a name of %s", json);
	is_str(e.msg, "'name': is not a text", "is refused");
	json_decref(j);
}

static void test_texts(void)
{
	text_refused("null");
	text_refused("7");
	text_refused("{}");
	text_refused("{\"hex\":7}");
	text_refused("{\"hex\":\"0\"}");
	text_refused("{\"hex\":\"zz\"}");
	text_refused("{\"hex\":\"FF\"}");
	text_refused("{\"hex\":\"6100\"}");
	text_refused("{\"hex\":\"61\",\"b64\":\"\"}");
	text_refused("\"a\\u0000b\"");
}

static void test_find(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct record r = {0};
	struct contribution *c;

	ok(!record_find(&r, "a"), "nothing in nothing");
	c = LIST_PUSH(a, &r, contributions);
	c->name = "Laptop/Mullvad";
	str_copy(c->ifname, sizeof(c->ifname), "wf1");
	c = LIST_PUSH(a, &r, contributions);
	c->name = "wf1";
	str_copy(c->ifname, sizeof(c->ifname), "wf2");
	ok(record_find(&r, "laptop/mullvad") == &r.contributions[0], "a name without case");
	ok(record_find(&r, "wf2") == &r.contributions[1], "an interface");
	ok(!record_find(&r, "WF2"), "with case");
	ok(record_find(&r, "wf1") == &r.contributions[1], "a name goes before an interface");
	ok(!record_find(&r, "mullvad") && !record_find(&r, ""), "no part of a name");
}

static void test_typed_name(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();

	is_str(tunnel_typed_name(a, "laptop/Mullvad"), "mullvad", "a name as it is typed");
	is_str(tunnel_typed_name(a, "office"), "office", "of a file");
	is_str(tunnel_typed_name(a, "laptop/My VPN"), "'my vpn'", "with a space");
	is_str(tunnel_typed_name(a, "laptop/it's"), "\"it's\"", "with a quote");
}

int main(void)
{
	test_round_trip();
	test_copy();
	test_schema();
	test_texts();
	test_find();
	test_typed_name();
	return done_testing();
}
