/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices (local peers): this machine, and new ones. */
#ifndef WF_OPS_DEVICE_H
#define WF_OPS_DEVICE_H

#include "ops/ops.h"

/*
 * The row of this machine, made with the host's name when there is none yet. Inside a transaction.
 */
int device_this(struct ops *o, struct local_peer *ret, struct err *e);
/*
 * Makes a device. The host's own name makes it this machine. `ssh_host` NULL: an SSH host of the
 * same name is offered; where nobody can be asked it is left alone, with a note. Inside a
 * transaction.
 */
int device_add(struct ops *o, const char *name, const char *ssh_host, const char *notes,
	struct local_peer *ret, struct err *e);
/* The device of that name, made by device_add when there is none; NULL = this machine. */
int device_need(struct ops *o, const char *name, const char *ssh_host, struct local_peer *ret,
	struct err *e);

#endif
