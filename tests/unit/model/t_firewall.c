// SPDX-License-Identifier: GPL-2.0-or-later
/* Firewalls as values: equal whatever their order, copied whole, united without the LAN. */
#include "model/firewall.h"

#include <string.h>

#include "lib/tap.h"
#include "random_state.h"

static void reverse(void *items, size_t n, size_t size)
{
	char tmp[256], *at = items;

	for (size_t i = 0; i < n / 2; i++) {
		memcpy(tmp, at + i * size, size);
		memcpy(at + i * size, at + (n - 1 - i) * size, size);
		memcpy(at + (n - 1 - i) * size, tmp, size);
	}
}

#define ALL_LISTS(X)                                                                               \
	X(endpoints);                                                                              \
	X(marks);                                                                                  \
	X(listen_ports);                                                                           \
	X(tunnels);                                                                                \
	X(addresses);                                                                              \
	X(dns);                                                                                    \
	X(any_dns);                                                                                \
	X(lan_dns);                                                                                \
	X(kept);                                                                                   \
	X(lan);                                                                                    \
	X(bridges);                                                                                \
	X(bridge_dns);                                                                             \
	X(logins);                                                                                 \
	X(inbound);                                                                                \
	X(split);                                                                                  \
	X(nat);                                                                                    \
	X(forward);                                                                                \
	X(dnat);                                                                                   \
	X(mss_clamp)
#define REVERSE(name) reverse(f->name, f->n_##name, sizeof(*f->name))
#define DOUBLE(name)                                                                               \
	if (f->n_##name) {                                                                         \
		__typeof__(*f->name) first = f->name[0];                                           \
		*LIST_PUSH(a, f, name) = first;                                                    \
	}

static void shuffle(struct firewall *f)
{
	ALL_LISTS(REVERSE);
}

static void double_all(struct arena *a, struct firewall *f)
{
	ALL_LISTS(DOUBLE);
}

/* Every member that a canonical firewall has one item less of is another firewall. */
#define DROPPED(name)                                                                              \
	if (one.n_##name) {                                                                        \
		struct firewall less = one;                                                        \
		less.n_##name--;                                                                   \
		seen |= firewall_equal(&less, &one) || firewall_equal(&one, &less);                \
	}

static void test_canon(void)
{
	bool same = true, seen = false;

	srand(5);
	for (int i = 0; i < 300; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct firewall one = {0}, two;

		random_firewall(a, &one);
		firewall_copy(a, &one, &two);
		shuffle(&two);
		double_all(a, &two);
		firewall_canon(&one);
		firewall_canon(&two);
		same &= firewall_equal(&one, &two);
		ALL_LISTS(DROPPED);
	}
	ok(same, "neither order nor doubles make a difference");
	ok(!seen, "an item less in any list does");
}

#define FLAG(name)                                                                                 \
	do {                                                                                       \
		struct firewall x = {.present = true}, y = x;                                      \
		y.name = !y.name;                                                                  \
		ok(!firewall_equal(&x, &y), #name " makes a difference");                          \
	} while (0)

static void test_flags(void)
{
	struct firewall f = {.present = true, .unknown = true};

	FLAG(present);
	FLAG(kill_switch);
	FLAG(dns_gate);
	ok(!firewall_equal(&f, &f), "an unknown one equals nothing");
}

static void test_add(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct firewall f = {.present = true}, g = {.present = true, .kill_switch = true};
	char name[] = "a.slice";

	*LIST_PUSH(a, &f, lan) = random_prefix();
	*LIST_PUSH(a, &g, lan) = random_prefix();
	*LIST_PUSH(a, &g, kept) = random_prefix();
	LIST_PUSH(a, &g, split)->cgroup = name;
	firewall_add(a, &g, &f);
	name[0] = 'x';
	ok(f.kill_switch && f.n_kept == 1 && f.n_split == 1, "flags and lists are united");
	is_str(f.split[0].cgroup, "a.slice", "with texts of their own");
	is_int((int)f.n_lan, 1, "but not the LAN");
}

static void test_lan(void)
{
	struct firewall f = {0};
	struct ip_prefix home = {{AF_INET, {192, 168, 1}}, 24}, all = {{AF_INET, {0}}, 0};
	bool masked = true;

	for (size_t i = 0; i < firewall_n_lan; i++) {
		struct ip_prefix p = firewall_lan[i];

		masked &= !ip_prefix_mask(&p) && p.addr.family;
	}
	ok(masked && firewall_n_lan >= 6, "the fixed ranges are proper prefixes");
	ok(firewall_is_lan(&home) && !firewall_is_lan(&all), "what lies in one of them is local");
	ok(firewall_is_whole_lan(firewall_lan, firewall_n_lan), "together they are the LAN");
	ok(!firewall_is_whole_lan(firewall_lan + 1, firewall_n_lan - 1), "one less is not");
	ok(!firewall_allows_lan(&f, &home), "nothing is allowed by no list");
	f = (struct firewall){.lan = &home, .n_lan = 1};
	ok(firewall_allows_lan(&f, &home), "a range allows itself");
	ok(!firewall_allows_lan(&f, &firewall_lan[2]), "and not what is wider");
}

int main(void)
{
	test_canon();
	test_flags();
	test_add();
	test_lan();
	return done_testing();
}
