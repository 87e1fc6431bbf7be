/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of this layer share: parsing a text held in the test, facts of a value as text,
 * and the search for key material in what is shown to people. The keys are throw-away ones.
 */
#ifndef TESTS_CONF_TEST_H
#define TESTS_CONF_TEST_H

#include <inttypes.h>
#include <stdlib.h>

#include "base/str.h"
#include "lib/tap.h"
#include "wgconf/parse.h"
#include "wgconf/print.h"

#define PRIVATE	  "uNC7pRb0Gpko6zB62xIWN0p9Z59BaSnxVp4okarkGlg="
#define PUBLIC	  "Qjgq4zgg2L9TUx4IiDrLj0qX3Y5ScqHl9gTgnuUXam0="
#define PUBLIC_2  "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw="
#define PRESHARED "qxP57dJ63p1McmffR/pnIiMm4B+AohH+PaGjRgRnQes="
#define INTERFACE "[Interface]\nPrivateKey = " PRIVATE "\nAddress = 10.2.0.2/32\n"
#define PEER	  "[Peer]\nPublicKey = " PUBLIC "\n"

/* One reading, with all it needs; end_reading frees it. */
struct reading {
	struct arena *a;
	struct conf c;
	struct err e;
	int r;
};

TAP_UNUSED_ static struct reading read_bytes(const char *text, size_t len)
{
	struct reading rd = {.a = arena_new()};

	rd.r = conf_parse(rd.a, "t.conf", text, len, &rd.c, &rd.e);
	if (rd.r < 0)
		memset(&rd.c, 0, sizeof(rd.c));
	return rd;
}

TAP_UNUSED_ static struct reading read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

TAP_UNUSED_ static void end_reading(struct reading *rd)
{
	conf_clear(&rd->c);
	arena_free(rd->a);
}

/* The value as text in ordinary memory, to be freed by the caller; NULL on failure. */
TAP_UNUSED_ static char *print_conf(const struct conf *c, struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text t = {0};

	if (secret_text_new(4 * CONF_MAX_SIZE, &t, e) < 0 || conf_print(c, &t, e) < 0)
		return NULL;
	return strndup(t.s, t.len);
}

TAP_UNUSED_ static void add_secret(struct strbuf *b, const struct wg_secret *s)
{
	SECRET_TEXT_CLEANUP struct secret_text t = {0};
	struct err e;

	if (secret_is_set(s) && secret_text_new(64, &t, &e) == 0 &&
		secret_text_add_secret(&t, s, &e) == 0)
		strbuf_add(b, t.s);
	else
		strbuf_add(b, "-");
}

TAP_UNUSED_ static void add_peer(struct strbuf *b, const struct conf_peer *p)
{
	char text[IP_TEXT_SIZE], key[WG_KEY_TEXT_SIZE];

	wg_key_format(&p->public_key, key);
	strbuf_addf(b, "peer %s name=%s endpoint=%s:%u keepalive=%d psk=", key,
		p->name ? p->name : "-", p->endpoint_host ? p->endpoint_host : "-",
		p->endpoint_port, p->keepalive);
	add_secret(b, &p->preshared);
	strbuf_add(b, " allowed=");
	LIST_FOREACH (a, p, allowed) {
		strbuf_addf(b, "%s%.1s%s", a == p->allowed ? "" : ",", &a->sign,
			ip_prefix_format(&a->prefix, text));
		if (a->text)
			strbuf_addf(b, "(%s)", a->text);
	}
	strbuf_addc(b, '\n');
}

/* Everything a value means, one fact a line, in a form that can be compared; freed by the caller.
 */
TAP_UNUSED_ static char *facts_of(const struct conf *c)
{
	static const char *const phases[] = {"PreUp", "PostUp", "PreDown", "PostDown"};
	struct strbuf b = {0};
	char text[IP_TEXT_SIZE];

	strbuf_add(&b, "key=");
	add_secret(&b, &c->private_key);
	strbuf_add(&b, "\naddress=");
	LIST_FOREACH (a, c, addresses)
		strbuf_addf(&b, "%s%s", a == c->addresses ? "" : ",",
			ip_prefix_format(&a->prefix, text));
	strbuf_add(&b, "\ndns=");
	LIST_FOREACH (d, c, dns)
		strbuf_addf(&b, "%s%s", d == c->dns ? "" : ",", ip_addr_format(d, text));
	strbuf_add(&b, "\nsearch=");
	LIST_FOREACH (s, c, search)
		strbuf_addf(&b, "%s%s", s == c->search ? "" : ",", *s);
	strbuf_addf(&b, "\nmtu=%d\nport=%d\nfwmark=%" PRId64 "\ntable=%s\nsave=%d\n", c->mtu,
		c->listen_port, c->fwmark, c->table ? c->table : "-", c->save_config);
	strbuf_addf(&b, "amneziawg=%d\nlast=%d\ndevice=%s\n", c->amneziawg, c->interface_last,
		c->device ? c->device : "-");
	LIST_FOREACH (h, c, hooks) {
		strbuf_addf(&b, "%s=", phases[h->phase]);
		strbuf_addn(&b, h->command, h->len);
		strbuf_addc(&b, '\n');
	}
	LIST_FOREACH (p, c, peers)
		add_peer(&b, p);
	return b.s;
}

/* Is any piece of 8 characters of a secret (or of the base64 of one) in the text? */
TAP_UNUSED_ static bool shows_secret(const char *text)
{
	static const char *const secrets[] = {PRIVATE, PRESHARED};

	for (size_t i = 0; i < 2; i++)
		for (const char *s = secrets[i]; strlen(s) >= 8; s++) {
			char piece[9];

			str_copy(piece, sizeof(piece), s);
			if (strstr(text, piece))
				return true;
		}
	return false;
}

/* Does anything that is shown of this reading hold a piece of a secret? */
TAP_UNUSED_ static bool reading_leaks(const struct reading *rd)
{
	if (rd->r < 0)
		return shows_secret(rd->e.msg) || shows_secret(rd->e.hint);
	LIST_FOREACH (n, &rd->c, notes)
		if (shows_secret(n->text))
			return true;
	return false;
}

TAP_UNUSED_ static const char *note_with(const struct conf *c, const char *part)
{
	LIST_FOREACH (n, c, notes)
		if (strstr(n->text, part))
			return n->text;
	return NULL;
}

#endif
