/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rows of a configuration ask for, without a host: as hooks for wg-quick(8), as nft(8) text. */
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

/*
 * The firewall of one configuration by itself, as text for nft(8): what `up` would load on a machine
 * with nothing else up. Endpoints that are names are not in it.
 */
int portable_rules(struct ops *o, const char *name, const char **ret, struct err *e);

#endif
