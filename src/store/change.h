/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one door for changes: whoever changes a row calls change_record in the same transaction. It
 * writes extramural_state_change (and the snapshot it names, when one is due) and event.
 *
 * The functions of entities.h do so themselves. Types are {sponsor,local_peer,peer,ssh_host}_added,
 * _removed, _edited; config_imported, _created, _removed, _edited; key_rotated, pending_cleared,
 * deployed, active_switched. Values are JSON: the whole row (without its NULL columns) when it was
 * added or removed, only the columns that differ when it was edited. The servers and commands of a
 * config that is removed are inside its old value, so that it can come back.
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
	const char *clear_old, *clear_new; /* for the event: nothing sealed in it; or NULL */
};
int change_record(struct store *s, const struct change *c, struct err *e);

/*
 * To be called before the first row is changed: makes the snapshot that is due (there is none, or
 * the last one is of an earlier day), so that it shows the rows as they were.
 */
int change_prepare(struct store *s, struct err *e);
/*
 * A snapshot on request. Its data is {"schema":"wf.snapshot/1","TABLE":{"columns":[…],
 * "rows":[[…],…]},…} of all tables but the history's own, secrets sealed as they rest.
 */
int change_snapshot(struct store *s, const char *description, int64_t *ret_id, struct err *e);

/* Something that happened without a row being changed (up, down). */
struct event {
	const char *noun, *object, *old, *new; /* each may be NULL */
	const char *result;		       /* "ok", or the error's code */
};
int event_record(struct store *s, const struct event *v, struct err *e);

#endif
