// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SSH hosts: how a device is reached. Knows the host's row; must not know who deploys what. A host
 * is removed here and nowhere else, never by something else going, and never while another host
 * jumps through it.
 */
#include "store/entities.h"
#include "store/find.h"
#include "store/log.h"

static const struct column columns[] = {
	COLUMN(struct ssh_host, id, "id", REF, FIXED),
	COLUMN(struct ssh_host, name, "name", TEXT, PLAIN),
	COLUMN(struct ssh_host, host, "ssh_host", TEXT, PLAIN),
	COLUMN(struct ssh_host, port, "ssh_port", INT, PLAIN),
	COLUMN(struct ssh_host, user, "ssh_user", TEXT, PLAIN),
	COLUMN(struct ssh_host, key_path, "ssh_key_path", TEXT, PLAIN),
	COLUMN(struct ssh_host, config_directory, "config_directory", TEXT, PLAIN),
	COLUMN(struct ssh_host, sudo, "sudo", TEXT, PLAIN),
	COLUMN(struct ssh_host, host_key_type, "host_key_type", TEXT, PLAIN),
	COLUMN(struct ssh_host, host_key, "host_key", TEXT, PLAIN),
	COLUMN(struct ssh_host, jump_host_id, "jump_host_id", REF, PLAIN),
	COLUMN(struct ssh_host, last_ok_at, "last_ok_at", TEXT, PLAIN),
	COLUMN(struct ssh_host, notes, "notes", TEXT, PLAIN),
	COLUMN_TIMES(struct ssh_host),
};
const struct table ssh_host_table = TABLE("ssh_host", "ssh_host t", columns);

/* What is one line in a generated file, a message or a remote command. */
static int check(const struct ssh_host *h, struct err *e)
{
	int r = store_name_check("SSH host", h->name, e);

	if (!r && !h->host)
		r = err_set(e, E_NAME, "the SSH host '%s' has no address", h->name);
	if (!r)
		r = store_text_check("address of the SSH host", h->host, e);
	if (!r)
		r = store_text_check("user of the SSH host", h->user, e);
	if (!r)
		r = store_text_check("key path of the SSH host", h->key_path, e);
	if (!r)
		r = store_text_check("directory for configs", h->config_directory, e);
	if (!r && (h->port < 1 || h->port > 65535))
		r = err_set(e, E_NUMBER, "%d is no port; ports are 1 to 65535", h->port);
	return r;
}

int store_ssh_host_add(struct store *s, struct ssh_host *h, struct err *e)
{
	struct ssh_host row = *h;
	int r;

	if (!row.port)
		row.port = 22;
	if (!row.config_directory)
		row.config_directory = "/etc/wireguard";
	if (!row.sudo)
		row.sudo = "none";
	r = check(&row, e);
	if (!r)
		r = change_prepare(s, e);
	if (!r)
		r = row_insert(s, &ssh_host_table, &row, e);
	if (r == -E_EXISTS)
		return err_set(e, E_EXISTS, "there already is an SSH host '%s'", h->name);
	if (!r)
		r = log_added(s, "ssh_host_added", "ssh_host", h->name, &ssh_host_table, &row, e);
	if (!r)
		*h = row;
	return r;
}

int store_ssh_host_get(
	struct store *s, struct arena *a, const char *name, struct ssh_host *ret, struct err *e)
{
	return find_by_name(s, &ssh_host_table, a, "SSH host", name, ret, e);
}

int store_ssh_host_list(struct store *s, struct arena *a, struct ssh_host_list *ret, struct err *e)
{
	struct row_list l;
	int r = find_all(s, &ssh_host_table, a, sizeof(struct ssh_host), &l, e);

	if (!r)
		ROW_LIST_GIVE(l, ret);
	return r;
}

int store_ssh_host_users(struct store *s, struct arena *a, int64_t id, const char ***ret,
	size_t *ret_n, struct err *e)
{
	SQL_CLEANUP sqlite3_stmt *st = NULL;
	int r = sql_get(s,
		"SELECT name FROM local_peer WHERE ssh_host_id = ?1 "
		"UNION ALL SELECT name FROM ssh_host WHERE jump_host_id = ?1",
		&st, e);

	if (r)
		return r;
	sql_bind_int(st, 1, id);
	return find_texts(s, st, a, ret, ret_n, e);
}

int store_ssh_host_remove(struct store *s, int64_t id, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct ssh_host old;
	int r = change_prepare(s, e);

	if (!r)
		r = find_by_id(s, &ssh_host_table, a, id, &old, e);
	if (!r)
		r = peer_forget_host(s, id, e);
	if (!r)
		r = row_delete(s, &ssh_host_table, id, e);
	if (r == -E_IN_USE)
		return err_set(e, E_IN_USE, "other SSH hosts are reached through '%s'", old.name);
	return r ? r
		 : log_removed(
			   s, "ssh_host_removed", "ssh_host", old.name, &ssh_host_table, &old, e);
}
