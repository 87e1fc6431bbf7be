// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a struct conf to text. Walks the lines as they were read and asks the fields for the present
 * values; a line whose value is gone keeps only its comment, a value without a line is appended.
 * Nothing that could start a line of its own is ever written out of a field.
 */
#include "wgconf/print.h"

#include <string.h>

#include "base/str.h"
#include "wgconf/comment.h"
#include "wgconf/key.h"

struct printer {
	const struct conf *c;
	const struct conf_peer *peer; /* NULL in [Interface] */
	struct secret_text *out;
	struct arena *a;
	struct err *e;
	int r; /* the first failure; nothing is written after it */
	size_t address, dns, search, hook, allowed; /* what is next */
	bool done[CONF_UNKNOWN];		    /* keys of one value that were written */
};

static void put_n(struct printer *p, const char *s, size_t len)
{
	for (size_t i = 0; i < len && p->r == 0; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			p->r = err_set(p->e, E_SYNTAX,
				"a text with a control character (0x%02x) cannot be written", c);
			err_hint(p->e, "a line break would begin a line of its own there");
		}
	}
	if (p->r == 0)
		p->r = secret_text_addn(p->out, s, len, p->e);
}

static void put(struct printer *p, const char *s)
{
	put_n(p, s, strlen(s));
}

static void put_number(struct printer *p, int64_t n)
{
	if (p->r == 0)
		p->r = secret_text_addf(p->out, p->e, "%jd", (intmax_t)n);
}

static void put_mark(struct printer *p, int64_t mark)
{
	if (p->r == 0)
		p->r = secret_text_addf(p->out, p->e, "0x%jx", (uintmax_t)mark);
}

static void end_line(struct printer *p, const char *comment)
{
	if (comment) {
		put(p, " ");
		put(p, comment);
	}
	if (p->r == 0)
		p->r = secret_text_add(p->out, "\n", p->e);
}

static bool has_value(const struct printer *p, enum conf_key key)
{
	const struct conf *c = p->c;

	if (conf_key_in_peer(key) != (p->peer != NULL))
		return false;
	switch (key) {
	case CONF_PRIVATE_KEY: return secret_is_set(&c->private_key);
	case CONF_ADDRESS: return p->address < c->n_addresses;
	case CONF_DNS: return p->dns < c->n_dns || p->search < c->n_search;
	case CONF_MTU: return c->mtu;
	case CONF_LISTEN_PORT: return c->listen_port >= 0;
	case CONF_FWMARK: return c->fwmark >= 0;
	case CONF_TABLE: return c->table;
	case CONF_SAVE_CONFIG: return c->save_config >= 0;
	case CONF_PRE_UP:
	case CONF_POST_UP:
	case CONF_PRE_DOWN:
	case CONF_POST_DOWN: return p->hook < c->n_hooks;
	case CONF_PUBLIC_KEY: return true;
	case CONF_PRESHARED_KEY: return secret_is_set(&p->peer->preshared);
	case CONF_ALLOWED_IPS: return p->allowed < p->peer->n_allowed;
	case CONF_ENDPOINT: return p->peer->endpoint_host;
	case CONF_KEEPALIVE: return p->peer->keepalive >= 0;
	case CONF_UNKNOWN: break;
	}
	return false;
}

static void put_secret(struct printer *p, const struct wg_secret *s)
{
	if (p->r == 0)
		p->r = secret_text_add_secret(p->out, s, p->e);
}

static void put_address(struct printer *p)
{
	char text[IP_TEXT_SIZE];

	put(p, ip_prefix_format(&p->c->addresses[p->address++].prefix, text));
}

/* kind: 's' for a search domain, 'a' for a server; the other when there is none left of it. */
static void put_dns(struct printer *p, char kind)
{
	bool domain = kind == 's' ? p->search < p->c->n_search : p->dns >= p->c->n_dns;
	char text[IP_TEXT_SIZE];

	put(p, domain ? p->c->search[p->search++] : ip_addr_format(&p->c->dns[p->dns++], text));
}

static void put_allowed(struct printer *p)
{
	const struct conf_allowed *allowed = &p->peer->allowed[p->allowed++];
	char text[IP_TEXT_SIZE];

	if (allowed->sign)
		put_n(p, &allowed->sign, 1);
	put(p, allowed->text ? allowed->text : ip_prefix_format(&allowed->prefix, text));
}

/* At most `max` items of a list; mix tells servers from search domains (model/conf.h), or NULL. */
static void put_list(struct printer *p, enum conf_key key, unsigned max, const char *mix)
{
	for (unsigned i = 0; i < max && has_value(p, key) && p->r == 0; i++) {
		if (i)
			put(p, ", ");
		if (key == CONF_ADDRESS)
			put_address(p);
		else if (key == CONF_ALLOWED_IPS)
			put_allowed(p);
		else
			put_dns(p, mix && *mix ? *mix++ : 'a');
	}
}

static void put_endpoint(struct printer *p)
{
	bool ipv6 = strchr(p->peer->endpoint_host, ':');

	put(p, ipv6 ? "[" : "");
	put(p, p->peer->endpoint_host);
	put(p, ipv6 ? "]:" : ":");
	put_number(p, p->peer->endpoint_port);
}

static void put_public_key(struct printer *p)
{
	char text[WG_KEY_TEXT_SIZE];

	wg_key_format(&p->peer->public_key, text);
	put(p, text);
}

static void put_value(struct printer *p, enum conf_key key)
{
	const struct conf *c = p->c;

	switch (key) {
	case CONF_PRIVATE_KEY: put_secret(p, &c->private_key); return;
	case CONF_MTU: put_number(p, c->mtu); return;
	case CONF_LISTEN_PORT: put_number(p, c->listen_port); return;
	case CONF_FWMARK:
		if (c->fwmark)
			put_mark(p, c->fwmark);
		else
			put(p, "off");
		return;
	case CONF_TABLE: put(p, c->table); return;
	case CONF_SAVE_CONFIG: put(p, c->save_config ? "true" : "false"); return;
	case CONF_PUBLIC_KEY: put_public_key(p); return;
	case CONF_PRESHARED_KEY: put_secret(p, &p->peer->preshared); return;
	case CONF_ENDPOINT: put_endpoint(p); return;
	case CONF_KEEPALIVE:
		if (p->peer->keepalive)
			put_number(p, p->peer->keepalive);
		else
			put(p, "off");
		return;
	case CONF_ADDRESS:
	case CONF_DNS:
	case CONF_ALLOWED_IPS:
	case CONF_PRE_UP:
	case CONF_POST_UP:
	case CONF_PRE_DOWN:
	case CONF_POST_DOWN:
	case CONF_UNKNOWN: return;
	}
}

static void print_key(
	struct printer *p, enum conf_key key, unsigned items, const char *mix, const char *comment)
{
	bool list = conf_key_is_list(key);

	if (key == CONF_UNKNOWN || p->done[key])
		return;
	if (!has_value(p, key) || (list && !items)) {
		if (comment) {
			put(p, comment);
			end_line(p, NULL);
		}
		return;
	}
	put(p, conf_key_name(key));
	put(p, " = ");
	if (list) {
		put_list(p, key, items, mix);
	} else {
		put_value(p, key);
		p->done[key] = true;
	}
	end_line(p, comment);
}

static void print_hook(struct printer *p)
{
	const struct conf_hook *hook = &p->c->hooks[p->hook++];

	put(p, conf_key_name((enum conf_key)(CONF_PRE_UP + hook->phase)));
	put(p, " = ");
	put_n(p, hook->command, hook->len);
	end_line(p, NULL);
}

/* What stands behind [Peer]: the present name when the lines give another one. */
static const char *header_comment(struct printer *p, const struct conf_line *header)
{
	const struct conf_peer *peer = p->peer;

	if (!peer || !peer->name ||
		str_eq(comment_peer_name(p->a, peer->lines, peer->n_lines), peer->name))
		return header ? header->comment : NULL;
	return arena_printf(p->a, "# %s", peer->name);
}

static void print_header(struct printer *p, const struct conf_line *header)
{
	put(p, p->peer ? "[Peer]" : "[Interface]");
	end_line(p, header_comment(p, header));
}

static void print_line(struct printer *p, const struct conf_line *l)
{
	switch (l->kind) {
	case CONF_LINE_INTERFACE:
	case CONF_LINE_PEER: print_header(p, l); return;
	case CONF_LINE_KEY: print_key(p, l->key, l->items, l->text, l->comment); return;
	case CONF_LINE_HOOK:
		if (!p->peer && p->hook < p->c->n_hooks)
			print_hook(p);
		return;
	case CONF_LINE_UNKNOWN:
	case CONF_LINE_COMMENT:
		put(p, l->text);
		end_line(p, NULL);
		return;
	case CONF_LINE_BLANK: end_line(p, NULL); return;
	}
}

/* Values of the section that no line brought, in the usual order. */
static void print_rest(struct printer *p)
{
	for (int key = 0; key < CONF_UNKNOWN; key++) {
		if (conf_key_is_hook((enum conf_key)key)) {
			while (!p->peer && p->hook < p->c->n_hooks && p->r == 0)
				print_hook(p);
			continue;
		}
		if (has_value(p, (enum conf_key)key))
			print_key(p, (enum conf_key)key, UINT32_MAX, NULL, NULL);
	}
}

static bool after_blank(const struct printer *p)
{
	const struct secret_text *t = p->out;

	return !t->len || (t->len > 1 && t->s[t->len - 1] == '\n' && t->s[t->len - 2] == '\n') ||
		(t->len == 1 && t->s[0] == '\n');
}

/* One section; peer is NULL for [Interface]. What has no line goes before the blank lines at its
 * end. */
static void print_section(struct printer *p, const struct conf_peer *peer)
{
	const struct conf_line *lines = peer ? peer->lines : p->c->lines;
	size_t n = peer ? peer->n_lines : p->c->n_lines, body = n;

	p->peer = peer;
	p->allowed = 0;
	memset(p->done, 0, sizeof(p->done));
	if (!n) {
		if (!after_blank(p))
			end_line(p, NULL);
		print_header(p, NULL);
	}
	while (body && lines[body - 1].kind == CONF_LINE_BLANK)
		body--;
	for (size_t i = 0; i < body && p->r == 0; i++)
		print_line(p, &lines[i]);
	print_rest(p);
	for (size_t i = body; i < n && p->r == 0; i++)
		print_line(p, &lines[i]);
}

static void print_peers(struct printer *p)
{
	bool bare = !p->c->n_lines;

	LIST_FOREACH (peer, p->c, peers) {
		/* The blank line between the two was not kept where one of them has no lines. */
		if (bare && peer->n_lines && !after_blank(p))
			end_line(p, NULL);
		print_section(p, peer);
		bare = !peer->n_lines;
	}
}

int conf_print(const struct conf *c, struct secret_text *out, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct printer p = {.c = c, .out = out, .a = a, .e = e};
	size_t before = out->len;

	for (size_t i = 0; i < c->n_head; i++)
		print_line(&p, &c->head[i]);
	if (!c->interface_last)
		print_section(&p, NULL);
	print_peers(&p);
	if (c->interface_last)
		print_section(&p, NULL);
	if (p.r < 0) {
		/* Outputs are untouched on failure. */
		explicit_bzero(out->s + before, out->len - before);
		out->len = before;
	}
	return p.r;
}
