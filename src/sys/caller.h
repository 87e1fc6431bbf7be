/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who called: the user behind sudo, and the SSH logins that must not be cut, found in /proc: the
 * sockets of sshd among our ancestors, or of every sshd session when there is none.
 */
#ifndef WF_SYS_CALLER_H
#define WF_SYS_CALLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/arena.h"
#include "base/err.h"

uid_t caller_uid(void); /* SUDO_UID when root was got by sudo, else the real uid */
gid_t caller_gid(void);

struct ssh_sockets {
	LIST(uint64_t, inodes); /* sorted */
	bool ours;		/* of the login we were called from */
};
int caller_ssh_sockets(struct arena *a, struct ssh_sockets *ret, struct err *e);

#endif
