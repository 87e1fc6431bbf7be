/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one door for changes: whoever changes a row calls change_record in the same transaction. It
 * writes extramural_state_change (and the snapshot it names, when one is due) and event.
 */
#ifndef WF_STORE_CHANGE_H
#define WF_STORE_CHANGE_H

#include "store/store.h"

struct change {
	const char *type;	 /* sponsor_added, config_imported, … */
	const char *entity_type; /* sponsor, local_peer, config, peer, ssh_host */
	int64_t entity_id;
	const char *entity_name;
	const char *old_value, *new_value; /* JSON of the row with sealed secrets, or NULL */
};
int change_record(struct store *s, const struct change *c, struct err *e);

#endif
