// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine's resolver: which back-end it is, and the way to each. Knows the order in which they
 * are looked for; must not know how one is told. A program that does not decide who is asked for
 * names is not taken for the one that does.
 */
#include "dns/resolver_parts.h"

#include "base/str.h"

int resolver_detect(struct arena *a, enum resolver_backend *ret, struct err *e)
{
	*ret = RESOLVER_FILE;
	return 0;
}

int resolver_read(struct arena *a, const struct resolver_state *slot, struct resolver_state *ret,
	struct err *e)
{
	switch (slot->backend) {
	case RESOLVER_NONE: break;
	case RESOLVER_RESOLVED: break;
	case RESOLVER_RESOLVCONF: break;
	case RESOLVER_FILE: return file_read_slot(a, slot, ret, e);
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
	case RESOLVER_RESOLVED: break;
	case RESOLVER_RESOLVCONF: break;
	case RESOLVER_FILE: return file_set(r, e);
	}
	return err_set(e, E_UNSUPPORTED, "this resolver cannot be told here");
}

int resolver_unset(const struct resolver_state *slot, struct err *e)
{
	switch (slot->backend) {
	case RESOLVER_NONE: return 0;
	case RESOLVER_RESOLVED: break;
	case RESOLVER_RESOLVCONF: break;
	case RESOLVER_FILE: return file_unset(slot, e);
	}
	return err_set(e, E_UNSUPPORTED, "this resolver cannot be told here");
}
