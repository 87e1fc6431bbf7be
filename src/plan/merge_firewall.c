// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firewall of the host: what all contributions ask for, as one. Knows that allowances are
 * united and that the LAN is open only as far as everybody with a kill switch agrees; must not know
 * rules. What the kernel has is known by its form alone: one that is not recorded is unknown.
 */
#include "plan/merge_parts.h"

#include "fw/fw.h"

static bool asks(const struct contribution *c)
{
	return !c->leaving && c->own.firewall.kill_switch;
}

/* A range of one stays when each of the others has it whole. */
static void intersect_lan(struct arena *a, const struct record *r, struct firewall *ret)
{
	LIST_FOREACH (c, r, contributions) {
		if (!asks(c))
			continue;
		LIST_FOREACH (p, &c->own.firewall, lan) {
			bool all = true;

			LIST_FOREACH (other, r, contributions)
				all &= !asks(other) || firewall_allows_lan(&other->own.firewall, p);
			if (all)
				*LIST_PUSH(a, ret, lan) = *p;
		}
	}
}

void merge_firewall(struct arena *a, const struct record *r, const struct contribution *holder,
	struct firewall *ret)
{
	struct firewall merged = {0};

	LIST_FOREACH (c, r, contributions)
		if (!c->leaving)
			firewall_add(a, &c->own.firewall, &merged);
	if (holder)
		firewall_add(a, &holder->holder.firewall, &merged);
	intersect_lan(a, r, &merged);
	firewall_canon(&merged);
	/* Without anybody who asks for a table what the others would have in it is nothing. */
	*ret = merged.present ? merged : (struct firewall){0};
}

bool merge_has_firewall(const struct record *r)
{
	LIST_FOREACH (c, r, contributions)
		if (c->own.firewall.present || c->holder.firewall.present)
			return true;
	return r->n_firewalls > 0;
}

void merge_own_firewall(struct arena *a, const struct record *r, uint64_t form,
	struct firewall *own, struct firewall *foreign)
{
	if (!form)
		return;
	if (!merge_has_firewall(r)) {
		foreign->present = foreign->unknown = true;
		return;
	}
	LIST_FOREACH (f, r, firewalls)
		if (f->present && fw_form(f) == form) {
			firewall_copy(a, f, own);
			return;
		}
	own->present = own->unknown = true;
}
