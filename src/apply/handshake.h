/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for handshakes. WireGuard itself repeats a lost first packet only after 5 s (REKEY_TIMEOUT,
 * WireGuard paper 6.1); as long as there was no handshake the peer is removed and added again in one
 * message each second, which starts that timer anew.
 */
#ifndef WF_APPLY_HANDSHAKE_H
#define WF_APPLY_HANDSHAKE_H

#include "apply/local.h"

/*
 * ops are HANDSHAKE operations of one interface. Returns when every peer has a recent one (0), when the
 * deadline of the longest passed (E_NO_HANDSHAKE), on Ctrl-C (E_INTERRUPTED) or when the device is
 * gone. done[i] says which answered in any case.
 */
int handshake_wait(struct local *l, const struct op *ops, size_t n, bool *done, struct err *e);

#endif
