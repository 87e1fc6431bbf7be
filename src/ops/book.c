// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configurations as a book: list, show, servers, remove. Knows rows and their sealed columns,
 * which stay sealed here; must not know how anything is printed. What is up on this machine is not
 * removed under the kernel's feet.
 */
#include "ops/book.h"

#include "base/str.h"
#include "ops/host.h"
#include "ops/name.h"
#include "ops/policy.h"
#include "wgconf/provider.h"

int book_list(struct ops *o, const char *sponsor, const char *peer, struct config_list *ret,
	struct err *e)
{
	struct config_filter f = {.sponsor = sponsor, .peer = peer};
	struct local_peer p;
	struct sponsor s;
	bool empty;
	int r;

	if ((r = ops_read(o, &empty, e)) || (empty && !sponsor && !peer))
		return r;
	if (empty)
		return err_set(e, E_NOT_FOUND, "there is no %s '%s': the database is empty",
			sponsor ? "sponsor" : "device", sponsor ? sponsor : peer);
	if ((r = ops_machine(o, &f.machine_id, e)) ||
		(sponsor && (r = store_sponsor_get(o->store, o->arena, sponsor, &s, e))) ||
		(peer && (r = store_peer_get(o->store, o->arena, peer, &p, e))))
		return r;
	return store_config_list(o->store, o->arena, &f, ret, e);
}

/* By the allowed IPs of what is shown, as compile sees them. */
static bool takes_all(struct ops *o, const struct server_list *servers)
{
	struct ip_cover cover = {0};

	LIST_FOREACH (s, servers, items) {
		const char *item, *list = s->allowed_ips;
		struct ip_prefix prefix;
		size_t len;

		while (str_next_item(&list, &item, &len))
			if (ip_prefix_parse(arena_strndup(o->arena, item, len), &prefix))
				ip_cover_add(&cover, &prefix);
	}
	return ip_cover_all(&cover, AF_INET) || ip_cover_all(&cover, AF_INET6);
}

static int load_row(struct ops *o, const struct command_pair *p, bool whole, struct book_row *ret,
	struct err *e)
{
	struct policy policy = {0};
	int r;

	if (!pattern_parse(p->pattern_name, &ret->pattern))
		return err_set(e, E_DB, "a stored pattern '%s' is not understood", p->pattern_name);
	if ((r = policy_row_load(o, p, &policy, e)) ||
		(r = hooks_of_row(o, o->arena, p, &ret->hooks, e)))
		return r;
	ret->enabled = p->enabled;
	ret->user = policy_is_user(p);
	ret->rationale = p->rationale;
	ret->says = p->variables ? policy_describe(o->arena, ret->pattern, &policy, whole)
		: ret->pattern == PATTERN_RAW_SHELL ? "not understood"
						    : "nothing that is not done anyway";
	return 0;
}

static int load_rows(struct ops *o, struct book_entry *b, struct err *e)
{
	struct command_pair_list l = {0};
	int r = store_command_list(o->store, o->arena, b->config.id, &l, e);
	bool whole = takes_all(o, &b->servers);

	LIST_FOREACH (p, &l, items)
		if (!r)
			r = load_row(o, p, whole, LIST_PUSH(o->arena, b, rows), e);
	if (r || (r = hooks_load(o, o->arena, b->config.id, &b->hooks, e)))
		return r;
	return trust_load(o, b->config.id, &b->raw, e);
}

int book_show(struct ops *o, const char *name, struct book_entry *ret, struct err *e)
{
	struct book_entry b = {0};
	const char *server;
	int r;

	if ((r = ops_store(o, false, false, e)) ||
		(r = name_config(o, name, &b.config, &server, e)))
		return r;
	r = name_server(o, &b.config, server, &b.servers, e);
	if (r == -E_NOT_FOUND && !server) /* a configuration without servers can be looked at */
		*e = (struct err){0};
	else if (r)
		return r;
	if ((r = load_rows(o, &b, e)) ||
		(r = store_config_same_key(o->store, o->arena, b.config.public_key, b.config.id,
			 &b.same_key, &b.n_same_key, e)))
		return r;
	*ret = b;
	return 0;
}

int book_servers(struct ops *o, const char *name, struct config *config, struct server_list *ret,
	struct err *e)
{
	const char *server;
	int r;

	if ((r = ops_store(o, false, false, e)) || (r = name_config(o, name, config, &server, e)))
		return r;
	if (server)
		return store_server_match(o->store, o->arena, config->id, server, ret, e);
	return store_server_list(o->store, o->arena, config->id, ret, e);
}

int book_open_key(struct ops *o, const char *sealed, struct secret_text *out, struct err *e)
{
	SECRET_CLEANUP struct wg_secret s = {0};
	const struct seal_key *k;
	int r;

	if ((r = store_seal_key(o->store, &k, e)) || (r = seal_open_secret(k, sealed, &s, e)))
		return r;
	return secret_text_add_secret(out, &s, e);
}

static int check_down(struct ops *o, const struct config_list *l, struct err *e)
{
	LIST_FOREACH (c, l, items) {
		struct err own = {0};
		bool up = false;
		int r;

		if (!c->this_machine)
			continue;
		r = ops_is_up(o, arena_printf(o->arena, "%s/%s", c->peer_name, c->sponsor_name),
			&up, &own);
		/* Who may not look at the record has a database of their own, and nothing up. */
		if (r && r != -E_PERMISSION) {
			*e = own;
			return r;
		}
		if (up) {
			err_set(e, E_IN_USE, "%s is up on this machine", c->sponsor_name);
			return err_hint(e, "wf down %s", c->sponsor_name);
		}
	}
	return 0;
}

static int check_confirm(
	const char *what, const char *name, const char *confirm, size_t configs, struct err *e)
{
	if (confirm && !str_ieq(confirm, name))
		return err_set(
			e, E_USAGE, "--confirm says '%s', the %s is '%s'", confirm, what, name);
	if (!configs || confirm)
		return 0;
	err_set(e, E_IN_USE, "the %s '%s' has %zu configuration%s", what, name, configs,
		configs == 1 ? "" : "s");
	return err_hint(e, "--confirm='%s' removes %s as well, with the key%s", name,
		configs == 1 ? "it" : "them", configs == 1 ? "" : "s");
}

int book_check_remove(struct ops *o, const char *what, const char *name, const char *confirm,
	const struct config_list *configs, struct err *e)
{
	int r = check_confirm(what, name, confirm, configs->n_items, e);

	return r ? r : check_down(o, configs, e);
}

static int remove_found(struct ops *o, const struct config *c, bool *removed, struct err *e)
{
	struct config_list one = {.items = (struct config *)c, .n_items = 1};
	enum ops_answer answer = OPS_NO;
	int r = check_down(o, &one, e);

	if (r)
		return r;
	if (!o->dry_run) {
		r = o->ui->confirm(o->ui->ctx,
			arena_printf(o->arena, "Remove %s/%s with its key and %u server%s?",
				c->peer_name, c->sponsor_name, c->servers,
				c->servers == 1 ? "" : "s"),
			OPS_YES, "--yes", &answer, e);
		if (r || answer == OPS_NO)
			return r;
	}
	*removed = true;
	return store_config_remove(o->store, c->id, e);
}

int book_remove(struct ops *o, const char *name, struct config *ret, bool *removed, struct err *e)
{
	int r = ops_begin(o, false, e);

	*removed = false;
	if (r)
		return r;
	r = name_config(o, name, ret, NULL, e);
	if (!r)
		r = remove_found(o, ret, removed, e);
	return ops_end(o, r, e);
}

const char *book_country(const char *code)
{
	return country_name(code);
}
