/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of keys: those of wg(8) and wg-quick(8), and those of other programs' dialects. A name
 * out of a file can be a piece of a broken key, so only names from these tables are ever repeated
 * in a message.
 */
#ifndef WF_WGCONF_KEY_H
#define WF_WGCONF_KEY_H

#include "model/conf.h"
#include "wgconf/scan.h"

/* Without case and without white space inside; CONF_UNKNOWN for every other name. */
enum conf_key conf_key_find(struct span name);
const char *conf_key_name(enum conf_key key); /* "PresharedKey"; NULL for CONF_UNKNOWN */
/* The key an unknown name was probably meant to be, or NULL. */
const char *conf_key_near(struct span name);
bool conf_key_is_hook(enum conf_key key);
bool conf_key_is_list(enum conf_key key);
bool conf_key_in_peer(enum conf_key key); /* belongs to [Peer], else to [Interface] */

/* The name of a key of another program, as that program spells it, or NULL. */
const char *conf_key_foreign(struct span name, bool *ret_amneziawg);

#endif
