/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A firewall compiled into a file: what has to be there before anything else is (the lockdown at
 * boot). The file holds the kernel's own messages; one line in front says how many and guards them.
 */
#ifndef WF_APPLY_COMPILED_H
#define WF_APPLY_COMPILED_H

#include "model/firewall.h"
#include "net/snapshot.h"

/* The file's text, from `f`. Pure. */
int compiled_encode(struct arena *a, const struct firewall *f, char **ret, size_t *ret_len,
	struct err *e);
/* Loads what a file holds; E_FAILED when it is damaged, and then nothing was done. */
int compiled_load(struct net *n, char *text, size_t len, struct err *e);
/* The same from a value, whatever stands in the kernel. */
int compiled_replace(struct arena *a, struct net *n, const struct firewall *f, struct err *e);
/* Takes the table away, whatever it is; that there is none is no error. */
int compiled_delete(struct arena *a, struct net *n, struct err *e);

#endif
