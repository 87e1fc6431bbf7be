/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One value from its text: exact reading, and for what is refused the reason and the way out, with
 * the column (file and line are the caller's). `key` names the line in messages. No message repeats
 * text that could be a piece of a key: only what is an address, or made of the characters of one
 * with a dot or a colon among them, which base64 does not have.
 */
#ifndef WF_WGCONF_VALUE_H
#define WF_WGCONF_VALUE_H

#include "model/conf.h"
#include "wgconf/scan.h"

int value_read_public_key(struct span v, enum conf_key key, struct wg_key *ret, struct err *e);
/* Does not clear what *ret held. */
int value_read_secret(struct span v, enum conf_key key, struct wg_secret *ret, struct err *e);

/* "A" or "A/LEN" with white space anywhere, as wg(8) reads it; host bits are kept. */
int value_read_prefix(struct span v, enum conf_key key, struct ip_prefix *ret, struct err *e);

/*
 * A server's address, or a search domain: then ret_domain is set, else it is NULL. A domain may
 * begin with '~' (a routing domain of resolved).
 */
int value_read_dns(struct span v, struct arena *a, struct ip_addr *ret_server,
	const char **ret_domain, struct err *e);

/* *ret_bare: an IPv6 address without brackets, split at the last colon as wg(8) does. */
int value_read_endpoint(struct span v, struct arena *a, const char **ret_host, uint16_t *ret_port,
	bool *ret_bare, struct err *e);

/* Decimal, min..max; "off" is 0 for FwMark and PersistentKeepalive, FwMark may be hexadecimal. */
int value_read_number(
	struct span v, enum conf_key key, uint32_t min, uint32_t max, uint32_t *ret, struct err *e);
int value_read_bool(struct span v, enum conf_key key, bool *ret, struct err *e);
/* "off", "auto", a number or a name of rt_tables(5); "off" and "auto" in lower case. */
int value_read_table(struct span v, struct arena *a, const char **ret, struct err *e);

#endif
