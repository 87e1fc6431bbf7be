// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A known key's value into the field it is for. Knows what repeating a key means (lists go on, of
 * other keys the last one counts) and says what is overridden or left out; must not know the order
 * of sections. A line that brings nothing leaves only its comment.
 */
#include "wgconf/parser.h"

#include <string.h>

#include "base/str.h"
#include "wgconf/key.h"
#include "wgconf/value.h"

/* wg-quick takes an empty value of its own keys for "not given"; wg refuses one of its keys. */
static bool may_be_empty(enum conf_key key)
{
	return key == CONF_ADDRESS || key == CONF_DNS || key == CONF_MTU || key == CONF_TABLE ||
		conf_key_is_hook(key);
}

static void keep_comment(struct parser *p, const struct scan_line *l)
{
	if (l->comment.s)
		parser_add_line(p, CONF_LINE_COMMENT)->text = span_dup(p->a, l->comment);
}

static void add_key_line(
	struct parser *p, enum conf_key key, const struct scan_line *l, unsigned items)
{
	struct conf_line *line = parser_add_line(p, CONF_LINE_KEY);

	line->key = key;
	line->items = items;
	if (l->comment.s)
		line->comment = span_dup(p->a, l->comment);
}

static struct conf_line *line_at(struct parser *p, size_t index)
{
	if (p->section == PARSER_PEER)
		return &parser_peer(p)->lines[index];
	return &p->c->lines[index];
}

/* The line of a key that takes one value: its place is the first one's, its value the last one's.
 */
static void add_scalar_line(struct parser *p, enum conf_key key, const struct scan_line *l)
{
	struct parser_seen *seen =
		&(p->section == PARSER_PEER ? p->peer_seen : p->interface_seen)[key];
	struct conf_line *first;

	if (!seen->line) {
		seen->line = p->line;
		add_key_line(p, key, l, 0);
		seen->index =
			(p->section == PARSER_PEER ? parser_peer(p)->n_lines : p->c->n_lines) - 1;
		return;
	}
	parser_note(p, l->value.column, "%s was given in line %u already; this one counts",
		conf_key_name(key), seen->line);
	seen->line = p->line;
	first = line_at(p, seen->index);
	if (first->comment)
		keep_comment(p, l);
	else if (l->comment.s)
		first->comment = span_dup(p->a, l->comment);
}

static int read_address(struct parser *p, struct span item, struct err *e)
{
	struct ip_prefix prefix;
	int r = value_read_prefix(item, CONF_ADDRESS, &prefix, e);

	if (r < 0)
		return r;
	LIST_PUSH(p->a, p->c, addresses)->prefix = prefix;
	return 0;
}

static int read_dns(struct parser *p, struct span item, struct strbuf *mix, struct err *e)
{
	struct ip_addr server;
	const char *domain;
	int r = value_read_dns(item, p->a, &server, &domain, e);

	if (r < 0)
		return r;
	if (domain)
		*LIST_PUSH(p->a, p->c, search) = domain;
	else
		*LIST_PUSH(p->a, p->c, dns) = server;
	strbuf_addc(mix, domain ? 's' : 'a');
	return 0;
}

static int read_allowed(struct parser *p, struct span item, unsigned *host_bits, struct err *e)
{
	struct conf_allowed allowed = {0}, *at;
	char text[IP_TEXT_SIZE], canonical[IP_TEXT_SIZE];
	int r;

	if (item.s[0] == '+' || item.s[0] == '-') {
		allowed.sign = item.s[0];
		item = span_trim(span_from(item, 1));
	}
	r = value_read_prefix(item, CONF_ALLOWED_IPS, &allowed.prefix, e);
	if (r < 0)
		return r;
	span_squeeze(item, text, sizeof(text));
	if (ip_prefix_mask(&allowed.prefix) && !(*host_bits)++)
		parser_note(p, item.column, "AllowedIPs: '%s' has host bits; it is taken as %s",
			text, ip_prefix_format(&allowed.prefix, canonical));
	ip_prefix_format(&allowed.prefix, canonical);
	if (!str_eq(text, canonical))
		allowed.text = arena_strdup(p->a, text);
	at = LIST_PUSH(p->a, parser_peer(p), allowed);
	*at = allowed;
	return 0;
}

static int read_item(struct parser *p, enum conf_key key, struct span item, struct strbuf *mix,
	unsigned *host_bits, struct err *e)
{
	if (key == CONF_ADDRESS)
		return read_address(p, item, e);
	if (key == CONF_DNS)
		return read_dns(p, item, mix, e);
	return read_allowed(p, item, host_bits, e);
}

static int read_list(struct parser *p, enum conf_key key, const struct scan_line *l, struct err *e)
{
	STRBUF_CLEANUP struct strbuf mix = {0};
	unsigned items = 0, empty = 0, host_bits = 0, column = l->value.column;
	struct span rest = l->value, item;

	while (span_next_item(&rest, key != CONF_ALLOWED_IPS, &item)) {
		if (!item.len) {
			column = empty++ ? column : item.column;
			continue;
		}
		int r = read_item(p, key, item, &mix, &host_bits, e);

		if (r < 0)
			return r;
		items++;
	}
	if (!items && !may_be_empty(key)) {
		err_set(e, E_ADDRESS, "%s has no value", conf_key_name(key));
		err_hint(e, "write 0.0.0.0/0, ::/0 for everything, or remove the line");
		return err_at(e, NULL, 0, l->value.column);
	}
	if (empty)
		parser_note(p, column, "%s: an empty item between commas is left out",
			conf_key_name(key));
	if (host_bits > 1)
		parser_note(p, l->value.column, "AllowedIPs: %u more items have host bits",
			host_bits - 1);
	add_key_line(p, key, l, items);
	if (strchr(strbuf_str(&mix), 's'))
		p->c->lines[p->c->n_lines - 1].text = arena_strdup(p->a, mix.s);
	return 0;
}

static void add_hook(struct parser *p, enum conf_key key, const struct scan_line *l)
{
	struct conf_hook *hook = LIST_PUSH(p->a, p->c, hooks);

	hook->phase = (enum conf_phase)(key - CONF_PRE_UP);
	hook->command = span_dup(p->a, l->raw);
	hook->len = l->raw.len;
	hook->line = p->line;
	parser_add_line(p, CONF_LINE_HOOK)->key = key;
}

static int read_secret(struct wg_secret *field, enum conf_key key, struct span v, struct err *e)
{
	struct wg_secret fresh = {0};
	int r = value_read_secret(v, key, &fresh, e);

	if (r < 0)
		return r;
	secret_clear(field);
	*field = secret_take(&fresh);
	return 0;
}

static int read_endpoint(struct parser *p, const struct scan_line *l, struct err *e)
{
	struct conf_peer *peer = parser_peer(p);
	bool bare;
	int r = value_read_endpoint(
		l->value, p->a, &peer->endpoint_host, &peer->endpoint_port, &bare, e);

	if (r < 0)
		return r;
	if (bare)
		parser_note(p, l->value.column,
			"Endpoint has no brackets; what follows the last colon is the port");
	return 0;
}

static int read_psk(struct parser *p, const struct scan_line *l, struct err *e)
{
	struct conf_peer *peer = parser_peer(p);
	int r = read_secret(&peer->preshared, CONF_PRESHARED_KEY, l->value, e);

	if (r == 0 && !secret_is_set(&peer->preshared))
		parser_note(p, l->value.column, "PresharedKey is all zeros, which means none");
	return r;
}

static int read_number(struct parser *p, enum conf_key key, struct span v, struct err *e)
{
	uint32_t min = key == CONF_MTU ? 68 : 0, n = 0;
	int r = value_read_number(v, key, min, key == CONF_FWMARK ? UINT32_MAX : UINT16_MAX, &n, e);

	if (r < 0)
		return r;
	if (key == CONF_MTU)
		p->c->mtu = (int)n;
	else if (key == CONF_LISTEN_PORT)
		p->c->listen_port = (int)n;
	else if (key == CONF_FWMARK)
		p->c->fwmark = n;
	else
		parser_peer(p)->keepalive = (int)n;
	return 0;
}

static int read_scalar(
	struct parser *p, enum conf_key key, const struct scan_line *l, struct err *e)
{
	bool yes;
	int r;

	switch (key) {
	case CONF_PRIVATE_KEY: return read_secret(&p->c->private_key, key, l->value, e);
	case CONF_PUBLIC_KEY:
		return value_read_public_key(l->value, key, &parser_peer(p)->public_key, e);
	case CONF_PRESHARED_KEY: return read_psk(p, l, e);
	case CONF_MTU:
	case CONF_LISTEN_PORT:
	case CONF_FWMARK:
	case CONF_KEEPALIVE: return read_number(p, key, l->value, e);
	case CONF_TABLE: return value_read_table(l->value, p->a, &p->c->table, e);
	case CONF_ENDPOINT: return read_endpoint(p, l, e);
	case CONF_SAVE_CONFIG:
		r = value_read_bool(l->value, key, &yes, e);
		if (r == 0)
			p->c->save_config = yes;
		return r;
	case CONF_ADDRESS:
	case CONF_DNS:
	case CONF_ALLOWED_IPS:
	case CONF_PRE_UP:
	case CONF_POST_UP:
	case CONF_PRE_DOWN:
	case CONF_POST_DOWN:
	case CONF_UNKNOWN: break;
	}
	return err_set(e, E_INTERNAL, "a list was read as a single value");
}

int parser_read_field(struct parser *p, enum conf_key key, const struct scan_line *l, struct err *e)
{
	int r;

	if (conf_key_is_hook(key) ? !l->raw.len : !l->value.len && may_be_empty(key)) {
		parser_note(p, l->value.column, "%s has no value; the line is left out",
			conf_key_name(key));
		keep_comment(p, l);
		return 0;
	}
	if (conf_key_is_hook(key)) {
		add_hook(p, key, l);
		return 0;
	}
	if (conf_key_is_list(key))
		return read_list(p, key, l, e);
	r = read_scalar(p, key, l, e);
	if (r == 0)
		add_scalar_line(p, key, l);
	return r;
}
