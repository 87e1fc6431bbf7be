// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Knows when old connections are to be ended; must not know which (the merged firewall says so).
 * Keeps the invariant that nothing is ended while the default is not in the tunnel: the program
 * would only connect again to where it may not.
 */
#include "ops/sockets.h"

#include "net/sockets.h"
#include "plan/merge.h"

void sockets_end_cut(struct host *h)
{
	const struct firewall *want = host_firewall(h);
	unsigned ended = 0;
	struct err why;

	if (!want->kill_switch || !merge_holder(&h->record))
		return;
	if (net_end_sockets(h->net, want, &ended, &why))
		h->ops->ui->warn(h->ops->ui->ctx, &why);
	else if (ended)
		ops_note(h->ops, "%u connection%s from before the kill switch %s ended", ended,
			ended == 1 ? "" : "s", ended == 1 ? "was" : "were");
}
