/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The userspace implementation, for kernels without WireGuard: WG_QUICK_USERSPACE_IMPLEMENTATION,
 * default wireguard-go. It makes a TUN device and serves a UAPI socket for it.
 */
#ifndef WF_SYS_USERSPACE_H
#define WF_SYS_USERSPACE_H

#include <stdbool.h>
#include "base/err.h"

#define USERSPACE_DIR "/var/run/wireguard" /* the sockets: IFNAME.sock */

const char *userspace_program(void);
bool userspace_available(void); /* the program is in PATH and executable */
/*
 * Returns when its socket answers or the program failed (its words are in *e). The program goes
 * into the background by itself; it is given 5 s for that and 5 s more for the socket.
 */
int userspace_start(const char *ifname, struct err *e);
/* A socket that nobody serves any more is removed; a served one is left (the link's end ends it).
 */
void userspace_tidy(const char *ifname);

#endif
