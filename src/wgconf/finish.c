// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What only the whole file shows. Merges a peer that occurs twice (wg(8) keeps only the second
 * one's allowed IPs), and notes what the reader should know. Must not refuse what a single line
 * would not be refused for. Work grows with the size of the file times its logarithm at most.
 */
#include "wgconf/parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "wgconf/comment.h"
#include "wgconf/key.h"

#define NAMED_AT_MOST 8 /* lines or keys in one note */

/* Has the peer a line of this key? One scan is enough for all keys of a section. */
static void mark_keys(const struct conf_peer *peer, bool has[static CONF_UNKNOWN + 1])
{
	LIST_FOREACH (l, peer, lines)
		if (l->kind == CONF_LINE_KEY)
			has[l->key] = true;
}

/* Moves the lines of `from` behind those of `to`; what `to` has already leaves its comment only. */
static void move_lines(struct parser *p, struct conf_peer *to, const struct conf_peer *from)
{
	bool has[CONF_UNKNOWN + 1] = {false};

	mark_keys(to, has);
	LIST_FOREACH (l, from, lines) {
		bool header = l->kind == CONF_LINE_PEER;
		bool known = l->kind == CONF_LINE_KEY && has[l->key] && !conf_key_is_list(l->key);
		struct conf_line line = *l;

		if (header || known) {
			if (!l->comment)
				continue;
			line = (struct conf_line){
				.kind = CONF_LINE_COMMENT, .key = CONF_UNKNOWN, .text = l->comment};
		}
		*LIST_PUSH(p->a, to, lines) = line;
	}
	/* Or a comment at the end would be read as the next peer's. */
	if (to->lines[to->n_lines - 1].kind == CONF_LINE_COMMENT)
		LIST_PUSH(p->a, to, lines)->kind = CONF_LINE_BLANK;
}

static void merge_peer(struct parser *p, struct conf_peer *to, struct conf_peer *from)
{
	p->line = from->line;
	parser_note(p, 1, "the peer of line %u again; both are taken as one peer", to->line);
	move_lines(p, to, from);
	LIST_FOREACH (allowed, from, allowed)
		*LIST_PUSH(p->a, to, allowed) = *allowed;
	if (from->endpoint_host) {
		to->endpoint_host = from->endpoint_host;
		to->endpoint_port = from->endpoint_port;
	}
	if (from->keepalive >= 0)
		to->keepalive = from->keepalive;
	if (secret_is_set(&from->preshared)) {
		secret_clear(&to->preshared);
		to->preshared = secret_take(&from->preshared);
	}
}

/* An open hash table over the public keys; slot values are indices + 1. */
static size_t find_peer(
	const struct conf *c, const unsigned *table, size_t mask, const struct wg_key *key)
{
	size_t slot;

	memcpy(&slot, key->b, sizeof(slot));
	for (slot &= mask; table[slot]; slot = (slot + 1) & mask)
		if (wg_key_equal(&c->peers[table[slot] - 1].public_key, key))
			break;
	return slot;
}

static void merge_peers(struct parser *p)
{
	struct conf *c = p->c;
	size_t size = 4, kept = 0;
	unsigned *table;

	while (size < 2 * c->n_peers)
		size *= 2;
	table = arena_alloc(p->a, size * sizeof(*table));
	for (size_t i = 0; i < c->n_peers; i++) {
		size_t slot = find_peer(c, table, size - 1, &c->peers[i].public_key);

		if (table[slot]) {
			merge_peer(p, &c->peers[table[slot] - 1], &c->peers[i]);
			continue;
		}
		if (kept != i)
			c->peers[kept] = c->peers[i];
		table[slot] = (unsigned)++kept;
	}
	c->n_peers = kept;
}

struct route {
	const struct ip_prefix *prefix;
	const struct conf_peer *peer;
};

static int route_cmp(const void *a, const void *b)
{
	const struct route *x = a, *y = b;
	int r = ip_prefix_cmp(x->prefix, y->prefix);

	return r ? r : (x->peer > y->peer) - (x->peer < y->peer);
}

/* WireGuard gives a prefix to one peer only: the one that is configured last. */
static void note_shared_prefixes(struct parser *p)
{
	size_t n = 0, total = 0;
	struct route *routes;
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (peer, p->c, peers)
		total += peer->n_allowed;
	routes = arena_alloc(p->a, total * sizeof(*routes) + 1);
	LIST_FOREACH (peer, p->c, peers)
		LIST_FOREACH (allowed, peer, allowed)
			if (allowed->sign != '-')
				routes[n++] = (struct route){&allowed->prefix, peer};
	qsort(routes, n, sizeof(*routes), route_cmp);
	for (size_t i = 1; i < n; i++) {
		if (routes[i].peer == routes[i - 1].peer ||
			!ip_prefix_equal(routes[i].prefix, routes[i - 1].prefix))
			continue;
		p->line = routes[i].peer->line;
		parser_note(p, 1,
			"%s is in AllowedIPs of the peer of line %u too; the last peer gets it",
			ip_prefix_format(routes[i].prefix, text), routes[i - 1].peer->line);
		return;
	}
}

/* Do the allowed IPs take all of a family: /0, or both halves? */
static bool takes_all(const struct conf *c, uint8_t family)
{
	struct ip_cover cover = {0};

	LIST_FOREACH (peer, c, peers)
		LIST_FOREACH (allowed, peer, allowed)
			if (allowed->sign != '-')
				ip_cover_add(&cover, &allowed->prefix);
	return ip_cover_all(&cover, family);
}

/* Global unicast is 2000::/3 (RFC 4291, section 2.4): taking that leaves nothing that could leak.
 */
static bool takes_all_ipv6(const struct conf *c)
{
	LIST_FOREACH (peer, c, peers)
		LIST_FOREACH (allowed, peer, allowed) {
			const struct ip_prefix *prefix = &allowed->prefix;

			if (prefix->addr.family == AF_INET6 && prefix->len == 3 &&
				prefix->addr.b[0] == 0x20 && allowed->sign != '-')
				return true;
		}
	return takes_all(c, AF_INET6);
}

static void note_interface(struct parser *p)
{
	const struct conf *c = p->c;
	bool ipv6 = false;

	p->line = p->interface_line;
	if (!secret_is_set(&c->private_key))
		parser_note(p, 1, "no PrivateKey");
	if (!c->n_addresses)
		parser_note(p, 1, "no Address");
	LIST_FOREACH (address, c, addresses)
		ipv6 |= address->prefix.addr.family == AF_INET6;
	if (c->mtu && c->mtu < 1280 && ipv6)
		parser_note(p, 1, "MTU %d is too small for IPv6, which needs 1280", c->mtu);
	/* With a table of the user's own, or none, wf neither takes nor blocks the default. */
	if (c->n_peers && (!c->table || str_ieq(c->table, "auto")) && takes_all(c, AF_INET) &&
		!takes_all_ipv6(c)) {
		p->line = c->peers[0].line;
		parser_note(p, 1,
			"AllowedIPs take all of IPv4 and not IPv6: IPv6 would bypass the tunnel, "
			"wf blocks it");
	}
}

/* One note for all of them: which lines, and the names if they are known ones. */
static void note_unknown(struct parser *p)
{
	STRBUF_CLEANUP struct strbuf text = {0};

	if (!p->n_unknown_lines)
		return;
	strbuf_add(&text,
		p->n_unknown_lines > 1 ? "keys WireGuard does not know, in lines "
				       : "a key WireGuard does not know, in line ");
	for (size_t i = 0; i < p->n_unknown_lines && i < NAMED_AT_MOST; i++)
		strbuf_addf(&text, "%s%u", i ? ", " : "", p->unknown_lines[i]);
	if (p->n_unknown_lines > NAMED_AT_MOST)
		strbuf_addf(&text, " and %zu more", p->n_unknown_lines - NAMED_AT_MOST);
	for (size_t i = 0; i < p->n_unknown_names && i < NAMED_AT_MOST; i++)
		strbuf_addf(&text, "%s%s", i ? ", " : " (", p->unknown_names[i]);
	strbuf_addf(&text, "%s: kept, not used", p->n_unknown_names ? ")" : "");
	p->line = p->unknown_lines[0];
	parser_note(p, 1, "%s", strbuf_str(&text));
}

static int refuse_no_interface(struct parser *p, struct err *e)
{
	p->line = 1;
	if (p->c->n_peers)
		err_set(e, E_SYNTAX, "there is no [Interface] section");
	else
		err_set(e, E_EMPTY, "there are only comments in it");
	err_hint(e, "a part of the file is missing; download it again");
	return err_at(e, NULL, 0, 1);
}

int parser_finish(struct parser *p, struct err *e)
{
	struct conf *c = p->c;

	if (!p->interface_line)
		return refuse_no_interface(p, e);
	c->interface_last = p->peer_before_interface && !p->peers_behind_interface;
	/* Sections that come closer together must not hand a comment to the next one's header. */
	if (p->interface_again || (p->peer_before_interface && !c->interface_last))
		LIST_PUSH(p->a, c, lines)->kind = CONF_LINE_BLANK;
	c->device = comment_device(p->a, c->head, c->n_head);
	if (!c->device)
		c->device = comment_device(p->a, c->lines, c->n_lines);
	merge_peers(p);
	note_interface(p);
	note_shared_prefixes(p);
	note_unknown(p);
	if (p->amneziawg_line) {
		p->line = p->amneziawg_line;
		parser_note(p, 1,
			"keys of AmneziaWG, which the kernel's WireGuard cannot speak: "
			"kept; 'wf up' needs an amneziawg link");
	}
	return 0;
}
