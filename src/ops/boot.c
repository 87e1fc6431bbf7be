// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a kill or a reboot left behind outside the kernel. Knows by the records who stands for it;
 * must not know how it is put right. Needs no database.
 */
#include "ops/boot.h"

#include <inttypes.h>
#include <unistd.h>

#include "dns/resolver.h"

/* Also one that is leaving: the plan that takes it away gives the file back. */
static bool record_wants_file(const struct record *r)
{
	LIST_FOREACH (c, r, contributions) {
		LIST_FOREACH (x, &c->own, resolvers)
			if (x->backend == RESOLVER_FILE)
				return true;
		LIST_FOREACH (x, &c->holder, resolvers)
			if (x->backend == RESOLVER_FILE)
				return true;
	}
	return false;
}

/* Records die with the boot, as the namespaces do that they are of. */
static bool is_wanted(const struct host *h, uint64_t owner)
{
	const char *base = h->ops->run_dir ? h->ops->run_dir : HOST_RUN_DIR;

	if (owner == h->cookie)
		return record_wants_file(&h->record);
	return access(arena_printf(h->ops->arena, "%s/%" PRIu64 "/record.json", base, owner),
		       F_OK) == 0;
}

void boot_repair(struct host *h)
{
	struct err e = {0};
	uint64_t owner;
	bool done;

	if (h->ops->dry_run || !resolver_kept(&owner) || is_wanted(h, owner))
		return;
	if (resolver_repair(false, &done, &e))
		h->ops->ui->warn(h->ops->ui->ctx, &e);
	else if (done)
		ops_note(h->ops,
			"'/etc/resolv.conf' is back as it was before a tunnel that is gone");
}

int ops_boot(struct ops *o, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	int r;

	if ((r = host_open(o, &h, e)) || (r = host_lock(&h, NULL, e)))
		return r;
	return 0;
}
