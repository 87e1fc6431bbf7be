/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of status share. */
#ifndef WF_OPS_STATUS_PARTS_H
#define WF_OPS_STATUS_PARTS_H

#include "ops/status.h"

/* ret->firewall; the counters are read in one dump, where there is a table. */
int status_add_firewall(
	struct host *h, const struct state *own, struct status_result *ret, struct err *e);
void status_add_protection(const struct host *h, const struct contribution *c,
	const struct state *own, const struct firewall_status *f, struct tunnel_status *t);
/* Asks the kernel only where the tunnel came up beside bridges. */
void status_add_bridges(
	const struct host *h, const struct contribution *c, struct tunnel_status *t);
/* What an operation that is needed means for people; NULL: the operation says it. */
const char *status_drift_text(
	struct arena *a, const struct op *op, const struct tunnel_status *t);

#endif
