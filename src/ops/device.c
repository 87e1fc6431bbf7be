// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which device a configuration is for. Knows that "this machine" is the row with this machine's id,
 * and that a device may share its name with an SSH host. One machine has one row.
 */
#include "ops/device.h"

#include "base/str.h"
#include "store/entities.h"
#include "sys/machine.h"

/* Asks whether the SSH host of the same name belongs to the new device. */
static int offer_ssh_host(struct ops *o, const char *name, int64_t *ret, struct err *e)
{
	enum ops_answer answer = OPS_NO;
	struct ssh_host h = {0};
	struct err ignored = {0};
	int r = store_ssh_host_get(o->store, o->arena, name, &h, &ignored);

	if (r == -E_NOT_FOUND)
		return 0;
	if (r) {
		*e = ignored;
		return r;
	}
	r = o->ui->confirm(o->ui->ctx,
		arena_printf(o->arena, "There is an SSH host '%s'. Reach the device '%s' by it?",
			h.name, name),
		OPS_YES, "--ssh-host", &answer, &ignored);
	if (r == -E_NEED_ANSWER) {
		ops_note(o, "there is an SSH host '%s'; the device '%s' is not linked to it",
			h.name, name);
		return 0;
	}
	if (r) {
		*e = ignored;
		return r;
	}
	*ret = answer == OPS_YES ? h.id : 0;
	return 0;
}

int device_add(struct ops *o, const char *name, const char *ssh_host, const char *notes,
	struct local_peer *ret, struct err *e)
{
	struct local_peer p = {.name = name, .notes = notes}, other;
	struct ssh_host h = {0};
	struct err none = {0};
	const char *machine;
	int r;

	if ((r = ops_machine(o, &machine, e)))
		return r;
	if (str_ieq(name, machine_name(o->arena)) &&
		store_peer_this(o->store, o->arena, machine, &other, &none) == -E_NOT_FOUND)
		p.machine_id = machine;
	if (ssh_host && (r = store_ssh_host_get(o->store, o->arena, ssh_host, &h, e)))
		return r;
	p.ssh_host_id = h.id;
	if (!ssh_host && !p.machine_id && (r = offer_ssh_host(o, name, &p.ssh_host_id, e)))
		return r;
	if ((r = store_peer_add(o->store, &p, e)))
		return r;
	*ret = p;
	return 0;
}

int device_this(struct ops *o, struct local_peer *ret, struct err *e)
{
	struct local_peer p = {0};
	struct err none = {0};
	const char *machine;
	int r;

	if ((r = ops_machine(o, &machine, e)))
		return r;
	r = store_peer_this(o->store, o->arena, machine, ret, &none);
	if (r != -E_NOT_FOUND) {
		if (r)
			*e = none;
		return r;
	}
	p.machine_id = machine;
	p.name = machine_name(o->arena);
	r = store_peer_add(o->store, &p, e);
	for (unsigned n = 2; r == -E_EXISTS && n < 100; n++) {
		/* Another device has the host's name: both stay, and people see which is which. */
		p.name = arena_printf(o->arena, "%s-%u", machine_name(o->arena), n);
		r = store_peer_add(o->store, &p, e);
	}
	if (!r)
		*ret = p;
	return r;
}

int device_need(struct ops *o, const char *name, const char *ssh_host, struct local_peer *ret,
	struct err *e)
{
	struct err none = {0};
	int r;

	if (!name)
		return device_this(o, ret, e);
	r = store_peer_get(o->store, o->arena, name, ret, &none);
	if (r == -E_NOT_FOUND)
		return device_add(o, name, ssh_host, NULL, ret, e);
	if (r)
		*e = none;
	return r;
}
