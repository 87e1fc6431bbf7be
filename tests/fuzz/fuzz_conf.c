// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The .conf parser under any bytes: it must not crash, and what it accepts must print, read again
 * and print to the same text, also through the JSON of its lines. A broken property aborts.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wgconf/lines.h"
#include "wgconf/parse.h"
#include "wgconf/print.h"
#include "wgconf/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

/* Every text fits: a line grows by its canonical spelling only. */
static void print_all(const struct conf *c, struct secret_text *t)
{
	struct err e;

	must(secret_text_new(16 * CONF_MAX_SIZE, t, &e) == 0);
	must(conf_print(c, t, &e) == 0);
}

static void store_lines(struct arena *a, struct conf *c)
{
	char *json = conf_interface_lines_to_json(a, c);
	struct err e;

	must(!json || conf_interface_lines_from_json(a, json, c, &e) == 0);
	LIST_FOREACH (p, c, peers) {
		json = conf_peer_lines_to_json(a, p);
		must(!json || conf_peer_lines_from_json(a, json, p, &e) == 0);
	}
}

static void check_accepted(struct arena *a, struct conf *c)
{
	SECRET_TEXT_CLEANUP struct secret_text one = {0}, two = {0}, three = {0};
	const struct provider *p = provider_recognise(NULL, "x.conf", c);
	struct server_name name;
	struct conf again = {0};
	struct err e;

	print_all(c, &one);
	server_name_guess(a, p, "x.conf", c, &name);
	must(name.server);
	/* What was printed may be longer than what may be read: "Jc=1" is not, "MTU=1" is. */
	if (one.len <= CONF_MAX_SIZE) {
		must(conf_parse(a, "x.conf", one.s, one.len, &again, &e) == 0);
		print_all(&again, &two);
		conf_clear(&again);
		must(one.len == two.len && memcmp(one.s, two.s, one.len) == 0);
	}
	store_lines(a, c);
	print_all(c, &three);
	must(one.len == three.len && memcmp(one.s, three.s, one.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct conf c = {0};
	struct err e;

	if (conf_parse(a, "x.conf", (const char *)data, size, &c, &e) < 0) {
		must(e.code != E_NONE && e.msg[0]);
		return 0;
	}
	check_accepted(a, &c);
	conf_clear(&c);
	return 0;
}
