// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine's resolver: which back-end it is, and the way to each. Knows the order in which they
 * are looked for; must not know how one is told. A program that does not decide who is asked for
 * names is not taken for the one that does.
 */
#include "dns/resolver_parts.h"

#include <string.h>

#include "base/str.h"

#define RESOLVED_DIR "/systemd/resolve/" /* below /run, where its own resolv.conf files lie */

/* RFC 1122 loopback addresses that resolved listens on: systemd-resolved.service(8). */
static bool is_stub_of_resolved(struct arena *a, const struct resolv_file *now)
{
	static const struct ip_addr stubs[] = {
		{.family = AF_INET, .b = {127, 0, 0, 53}},
		{.family = AF_INET, .b = {127, 0, 0, 54}},
	};
	struct resolv_text text;

	if (now->kind == RESOLV_LINK && strstr(now->target, RESOLVED_DIR))
		return true;
	resolv_text_parse(a, now->bytes, &text);
	LIST_FOREACH (s, &text, servers)
		if (ip_addr_equal(s, &stubs[0]) || ip_addr_equal(s, &stubs[1]))
			return true;
	return false;
}

enum resolver_backend resolver_of(struct arena *a, const struct resolv_file *now)
{
	if (resolv_text_is_stamped(now->bytes))
		return RESOLVER_FILE;
	if (is_stub_of_resolved(a, now) && resolved_runs())
		return RESOLVER_RESOLVED;
	return resolvconf_rules(now->bytes) ? RESOLVER_RESOLVCONF : RESOLVER_FILE;
}

int resolver_detect(struct arena *a, enum resolver_backend *ret, struct err *e)
{
	struct resolv_file now;
	int r = resolv_file_look(a, RESOLV_CONF, &now, e);

	if (r)
		return r;
	*ret = resolver_of(a, &now);
	return 0;
}

int resolver_read(struct arena *a, const struct resolver_state *slot, struct resolver_state *ret,
	struct err *e)
{
	switch (slot->backend) {
	case RESOLVER_NONE: break;
	case RESOLVER_RESOLVED: return resolved_read(a, slot, ret, e);
	case RESOLVER_RESOLVCONF: return resolvconf_read(a, slot, ret, e);
	case RESOLVER_FILE: return file_read_slot(a, ret, e);
	}
	*ret = (struct resolver_state){0};
	return 0;
}

/* A domain becomes a word of a line. */
static int check_domains(const struct resolver_state *r, struct err *e)
{
	LIST_FOREACH (d, r, domains) {
		const char *s = *d + (**d == '~');

		if (!*s || *s == '#')
			return err_set(e, E_NAME, "'%s' is no search domain", *d);
		for (; *s; s++)
			if ((unsigned char)*s <= ' ' || *s == 0x7f)
				return err_set(e, E_NAME, "'%s' is no search domain", *d);
	}
	return 0;
}

int resolver_set(const struct resolver_state *r, struct err *e)
{
	int failed = check_domains(r, e);

	if (failed)
		return failed;
	switch (r->backend) {
	case RESOLVER_NONE: return 0;
	case RESOLVER_RESOLVED: return resolved_set(r, e);
	case RESOLVER_RESOLVCONF: return resolvconf_set(r, e);
	case RESOLVER_FILE: return file_set(r, e);
	}
	return err_set(e, E_INTERNAL, "a resolver of an unknown kind");
}

int resolver_unset(const struct resolver_state *slot, struct err *e)
{
	switch (slot->backend) {
	case RESOLVER_NONE: return 0;
	case RESOLVER_RESOLVED: return resolved_unset(slot, e);
	case RESOLVER_RESOLVCONF: return resolvconf_unset(slot, e);
	case RESOLVER_FILE: return file_unset(e);
	}
	return err_set(e, E_INTERNAL, "a resolver of an unknown kind");
}
