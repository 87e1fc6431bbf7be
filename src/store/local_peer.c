// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Local peers: the devices configs are for. Knows the device's row and how its lasting id is made;
 * must not know how this machine is recognised beyond a stored text. Removing a device never
 * touches the SSH host it points to.
 */
#include <errno.h>
#include <sys/random.h>

#include "store/entities.h"
#include "store/find.h"
#include "store/log.h"

#define GUID_SIZE 37

static const struct column columns[] = {
	COLUMN(struct local_peer, id, "id", REF, FIXED),
	COLUMN(struct local_peer, guid, "permanent_guid", TEXT, FIXED),
	COLUMN(struct local_peer, name, "name", TEXT, PLAIN),
	COLUMN(struct local_peer, ssh_host_id, "ssh_host_id", REF, PLAIN),
	COLUMN(struct local_peer, machine_id, "machine_id", TEXT, PLAIN),
	COLUMN(struct local_peer, notes, "notes", TEXT, PLAIN),
	COLUMN_TIMES(struct local_peer),
	COLUMN_AS(struct local_peer, ssh_host_name, TEXT, "h.name"),
	COLUMN_AS(struct local_peer, configs, INT,
		"(SELECT count(*) FROM extramural_config WHERE local_peer_id = t.id)"),
};
const struct table local_peer_table =
	TABLE("local_peer", "local_peer t LEFT JOIN ssh_host h ON h.id = t.ssh_host_id", columns);

/* RFC 9562, section 5.4: 122 random bits, version 4. */
static int make_guid(char ret[static GUID_SIZE], struct err *e)
{
	uint8_t b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		return err_errno(e, E_FAILED, errno, "no random numbers");
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	snprintf(ret, GUID_SIZE,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
	return 0;
}

static int exists(const struct local_peer *p, struct err *e)
{
	if (strstr(e->msg, "machine_id"))
		return err_set(e, E_EXISTS, "this machine already has a device of its own");
	return err_set(e, E_EXISTS, "there already is a device '%s'", p->name);
}

int store_peer_add(struct store *s, struct local_peer *p, struct err *e)
{
	struct local_peer row = *p;
	char guid[GUID_SIZE];
	int r = store_name_check("device", p->name, e);

	if (!r && !row.guid) {
		row.guid = guid;
		r = make_guid(guid, e);
	}
	if (!r)
		r = change_prepare(s, e);
	if (!r)
		r = row_insert(s, &local_peer_table, &row, e);
	if (r == -E_EXISTS)
		return exists(p, e);
	if (!r)
		r = log_added(
			s, "local_peer_added", "local_peer", p->name, &local_peer_table, &row, e);
	if (!r)
		p->id = row.id;
	return r;
}

int store_peer_get(
	struct store *s, struct arena *a, const char *name, struct local_peer *ret, struct err *e)
{
	return find_by_name(s, &local_peer_table, a, "device", name, ret, e);
}

int store_peer_this(struct store *s, struct arena *a, const char *machine_id,
	struct local_peer *ret, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = row_query(s, &local_peer_table, "WHERE t.machine_id = ?1", &st, e);

	if (r)
		return r;
	sql_bind_text(st, 1, machine_id);
	r = row_next(s, &local_peer_table, st, a, ret, e);
	if (r == 0)
		return err_set(e, E_NOT_FOUND, "this machine is not among the devices yet");
	return r < 0 ? r : 0;
}

int store_peer_list(struct store *s, struct arena *a, struct local_peer_list *ret, struct err *e)
{
	struct row_list l;
	int r = find_all(s, &local_peer_table, a, sizeof(struct local_peer), &l, e);

	if (!r)
		ROW_LIST_GIVE(l, ret);
	return r;
}

int peer_forget_host(struct store *s, int64_t ssh_host_id, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	struct row_list l;
	int r = row_query(s, &local_peer_table, "WHERE t.ssh_host_id = ?1", &st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, ssh_host_id);
	r = row_all(s, &local_peer_table, st, a, sizeof(struct local_peer), &l, e);
	for (size_t i = 0; !r && i < l.n; i++) {
		const struct local_peer *old = (const struct local_peer *)l.items + i;
		struct local_peer new = *old;

		new.ssh_host_id = 0;
		r = log_update(s, "local_peer_edited", "local_peer", old->name, &local_peer_table,
			old, &new, e);
	}
	return r;
}

int store_peer_remove(struct store *s, int64_t id, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct local_peer old;
	int r = change_prepare(s, e);

	if (!r)
		r = find_by_id(s, &local_peer_table, a, id, &old, e);
	if (!r)
		r = config_remove_where(
			s, "SELECT id FROM extramural_config WHERE local_peer_id = ?1", id, e);
	if (!r)
		r = row_delete(s, &local_peer_table, id, e);
	return r ? r
		 : log_removed(s, "local_peer_removed", "local_peer", old.name, &local_peer_table,
			   &old, e);
}
