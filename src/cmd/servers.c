// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf servers: the servers of one configuration by place. Knows the order people look for, which is
 * that of the JSON list, too.
 */
#include <stdlib.h>

#include "base/str.h"
#include "cmd/present.h"
#include "cmd/rows.h"
#include "ops/book.h"
#include "ui/table.h"

static const char *country_of(const struct server_slot *s)
{
	const char *name = s->country ? book_country(s->country) : NULL;

	return name ? name : s->country;
}

/* By country, those without one last, then by city and name. */
static int by_place(const void *a, const void *b)
{
	const struct server_slot *x = a, *y = b;
	const char *cx = country_of(x), *cy = country_of(y);
	int r;

	if (!cx != !cy)
		return cx ? -1 : 1;
	if ((r = str_icmp(cx, cy)) || (r = str_icmp(x->city, y->city)) ||
		(r = str_icmp(x->server, y->server)))
		return r;
	return x->slot - y->slot;
}

static void print_table(struct cmd *c, const struct server_list *l)
{
	struct table *t = table_new(&c->term);
	const char *last = NULL;

	table_column(t, "", false);
	table_column(t, "COUNTRY", false);
	table_column(t, "CITY", false);
	table_column(t, "SERVER", false);
	table_column(t, "ENDPOINT", false);
	LIST_FOREACH (s, l, items) {
		const char *country = country_of(s);

		table_row(t);
		table_cell(t, s->is_active ? term_sign(&c->term, TERM_UP) : " ");
		table_cell(t, country && str_eq(country, last) ? " " : country);
		table_cell(t, s->city);
		table_cell(t,
			s->slot == 1 ? s->server
				     : arena_printf(c->arena, "  and %s",
					       s->name ? s->name : s->public_key));
		table_cell(t, s->endpoint);
		last = country;
	}
	table_print(t, &c->out);
}

static int run(struct cmd *c, struct err *e)
{
	struct server_list l = {0};
	struct config config;
	int r = book_servers(&c->ops, c->argv[0], &config, &l, e);

	if (r)
		return r;
	if (l.n_items)
		qsort(l.items, l.n_items, sizeof(*l.items), by_place);
	if (c->json) {
		cmd_json(c, "wf.servers/1");
		jsonw_kv_str(&c->j, "device", config.peer_name);
		jsonw_kv_str(&c->j, "sponsor", config.sponsor_name);
		present_slots(&c->j, "servers", &l);
		cmd_json_end(c);
	} else if (l.n_items) {
		print_table(c, &l);
	} else {
		cmd_say(c, "it has no server");
	}
	return 0;
}

const struct command cmd_servers = {
	.name = "servers",
	.args = "NAME[@PLACE]",
	.summary = "list the servers of a configuration, by country",
	.help = "",
	.examples =
		"  wf servers mullvad\n  wf servers mullvad@de\n  wf servers laptop/mullvad --json",
	.needs = NEED_DB_R,
	.min_args = 1,
	.max_args = 1,
	.json = true,
	.extramural = true,
	.run = run,
};
