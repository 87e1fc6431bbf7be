/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rows of a configuration ask for, as hooks of a .conf for plain wg-quick(8). */
#ifndef WF_OPS_PORTABLE_H
#define WF_OPS_PORTABLE_H

#include "model/conf.h"
#include "ops/ops.h"
#include "store/entities.h"

/*
 * Puts hooks, FwMark and DNS of *c in the place of those it has. E_UNSUPPORTED for what wg-quick
 * cannot do: an endpoint by name behind a closed firewall, a tunnel for some alone.
 */
int portable_fill(struct ops *o, const struct config *config, const struct server_list *servers,
	struct conf *c, unsigned *held_back, struct err *e);

#endif
