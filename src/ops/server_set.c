// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which servers there are, which of them this import has brought, and in what they differ. Names
 * without case, as the database compares them. Sealed texts are compared as texts: the sealer gives
 * equal secrets equal texts.
 */
#include "ops/server_set.h"

#include <search.h>
#include <string.h>

#include "base/str.h"

static int by_name(const void *a, const void *b)
{
	return str_icmp(
		((const struct known_server *)a)->name, ((const struct known_server *)b)->name);
}

static void leave(void *node)
{
	(void)node; /* the arena's */
}

void server_set_free(void **set)
{
	tdestroy(*set, leave);
	*set = NULL;
}

struct known_server *server_set_find(void *const *set, const char *name)
{
	struct known_server wanted = {.name = name};
	struct known_server **found = tfind(&wanted, set, by_name);

	return found ? *found : NULL;
}

struct known_server *server_set_add(struct arena *a, void **set, const char *name)
{
	struct known_server *k = ARENA_NEW(a, struct known_server);

	k->name = arena_strdup(a, name);
	if (!tsearch(k, set, by_name))
		err_oom();
	return k;
}

void server_set_load(struct arena *a, void **set, const struct server_list *l)
{
	struct known_server *k = NULL;

	LIST_FOREACH (s, l, items) {
		if (!k || !str_ieq(k->name, s->server)) {
			k = server_set_add(a, set, s->server);
			k->rows = s;
			k->country = s->country;
		}
		k->n_rows++;
	}
}

struct count {
	unsigned servers, countries;
	bool seen[26][26];
};

static void count_one(const void *node, VISIT visit, void *ctx)
{
	const struct known_server *k = *(const struct known_server *const *)node;
	struct count *c = ctx;
	unsigned a, b;

	if (visit != postorder && visit != leaf)
		return;
	c->servers++;
	if (!k->country || strlen(k->country) != 2)
		return;
	a = (unsigned)str_lower(k->country[0]) - 'a';
	b = (unsigned)str_lower(k->country[1]) - 'a';
	if (a < 26 && b < 26 && !c->seen[a][b]) {
		c->seen[a][b] = true;
		c->countries++;
	}
}

void server_set_count(void *const *set, unsigned *servers, unsigned *countries)
{
	struct count c = {0};

	twalk_r(*set, count_one, &c);
	*servers = c.servers;
	*countries = c.countries;
}

/* FNV-1a. Strangers gain nothing by a collision: the file they made would be taken for their other.
 */
static void digest_text(uint64_t *h, const char *s)
{
	for (const char *p = s ? s : ""; *p; p++)
		*h = (*h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	*h = (*h ^ (s ? 256 : 257)) * UINT64_C(0x100000001b3);
}

uint64_t server_digest(const struct server_slot *slots, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++) {
		const struct server_slot *s = &slots[i];
		const char *texts[] = {s->public_key, s->endpoint, s->allowed_ips, s->preshared_key,
			s->private_key, s->own_ipv4, s->own_ipv6, s->own_dns};

		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			digest_text(&h, texts[k]);
		h = (h ^ (unsigned)s->keepalive) * UINT64_C(0x100000001b3);
	}
	return h;
}

static void differs(struct strbuf *out, const char *what, const char *a, const char *b)
{
	if (str_eq(a, b))
		return;
	strbuf_addf(
		out, "%s%s %s → %s", out->len ? ", " : "", what, a ? a : "none", b ? b : "none");
}

static void differs_secret(struct strbuf *out, const char *what, const char *a, const char *b)
{
	if (str_eq(a, b))
		return;
	strbuf_addf(out, "%s%s %s", out->len ? ", " : "", what,
		!a	     ? "added"
			: !b ? "removed"
			     : "changed");
}

static const char *keepalive_text(char buf[16], int seconds)
{
	if (seconds < 0)
		return NULL;
	snprintf(buf, 16, "%d", seconds);
	return buf;
}

void server_difference(const struct server_slot *old, size_t n_old, const struct server_slot *fresh,
	size_t n_fresh, struct strbuf *out)
{
	char was[16], is[16];

	if (n_old != n_fresh)
		strbuf_addf(out, "%zu peers → %zu", n_old, n_fresh);
	for (size_t i = 0; i < n_old && i < n_fresh; i++) {
		const struct server_slot *a = &old[i], *b = &fresh[i];

		differs(out, "Endpoint", a->endpoint, b->endpoint);
		differs(out, "PublicKey", a->public_key, b->public_key);
		differs(out, "AllowedIPs", a->allowed_ips, b->allowed_ips);
		differs_secret(out, "PresharedKey", a->preshared_key, b->preshared_key);
		differs(out, "PersistentKeepalive", keepalive_text(was, a->keepalive),
			keepalive_text(is, b->keepalive));
		differs_secret(out, "its own key", a->private_key, b->private_key);
		differs(out, "its own IPv4 Address", a->own_ipv4, b->own_ipv4);
		differs(out, "its own IPv6 Address", a->own_ipv6, b->own_ipv6);
		differs(out, "its own DNS", a->own_dns, b->own_dns);
	}
}
