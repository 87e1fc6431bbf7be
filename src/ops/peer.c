// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices as a noun. Knows that removing one takes its configurations along and leaves its SSH host
 * alone; how a device is made is device.c's.
 */
#include "ops/book.h"
#include "ops/device.h"
#include "ops/nouns.h"

int ops_peer_add(struct ops *o, const char *name, const char *ssh_host, const char *notes,
	struct local_peer *ret, struct err *e)
{
	int r = ops_begin(o, true, e);

	return r ? r : ops_end(o, device_add(o, name, ssh_host, notes, ret, e), e);
}

int ops_peer_list(struct ops *o, struct local_peer_list *ret, struct err *e)
{
	const char *machine;
	bool empty;
	int r = ops_machine(o, &machine, e);

	if (r || (r = ops_read(o, &empty, e)) || empty)
		return r;
	return store_peer_list(o->store, o->arena, ret, e);
}

static int find(struct ops *o, const char *name, struct local_peer *ret,
	struct config_list *configs, struct err *e)
{
	struct config_filter f = {0};
	int r;

	if ((r = ops_machine(o, &f.machine_id, e)) ||
		(r = store_peer_get(o->store, o->arena, name, ret, e)))
		return r;
	f.peer = ret->name;
	return store_config_list(o->store, o->arena, &f, configs, e);
}

int ops_peer_show(struct ops *o, const char *name, struct local_peer *ret,
	struct config_list *configs, struct err *e)
{
	int r = ops_store(o, false, false, e);

	return r ? r : find(o, name, ret, configs, e);
}

int ops_peer_remove(
	struct ops *o, const char *name, const char *confirm, struct local_peer *ret, struct err *e)
{
	struct config_list l = {0};
	int r = ops_begin(o, false, e);

	if (r)
		return r;
	if (!(r = find(o, name, ret, &l, e)) &&
		!(r = book_check_remove(o, "device", ret->name, confirm, &l, e)))
		r = store_peer_remove(o->store, ret->id, e);
	return ops_end(o, r, e);
}
