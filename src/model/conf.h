/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A .conf file as a value: what it means (fields) and how it was written (lines), so that it can be
 * given back as it came. Made by wgconf's parser and by ops from the rows; printed by wgconf.
 */
#ifndef WF_MODEL_CONF_H
#define WF_MODEL_CONF_H

#include "base/arena.h"
#include "crypto/secret.h"
#include "model/ip.h"

enum conf_key {
	CONF_PRIVATE_KEY,
	CONF_ADDRESS,
	CONF_DNS,
	CONF_MTU,
	CONF_LISTEN_PORT,
	CONF_FWMARK,
	CONF_TABLE,
	CONF_SAVE_CONFIG,
	CONF_PRE_UP,
	CONF_POST_UP,
	CONF_PRE_DOWN,
	CONF_POST_DOWN,
	CONF_PUBLIC_KEY,
	CONF_PRESHARED_KEY,
	CONF_ALLOWED_IPS,
	CONF_ENDPOINT,
	CONF_KEEPALIVE,
	CONF_UNKNOWN,
};

enum conf_phase { CONF_PHASE_PRE_UP, CONF_PHASE_POST_UP, CONF_PHASE_PRE_DOWN, CONF_PHASE_POST_DOWN };

/* One line as written. Section headers start a section; peers count from 0. */
enum conf_line_kind {
	CONF_LINE_INTERFACE, /* [Interface] */
	CONF_LINE_PEER,	     /* [Peer] */
	CONF_LINE_KEY,	     /* a known key; its value is in the fields, `items` of a list */
	CONF_LINE_HOOK,	     /* PreUp …; the commands are hooks, in their order */
	CONF_LINE_UNKNOWN,   /* a key wf does not know: text is the line, comment included */
	CONF_LINE_COMMENT,   /* text from '#' on */
	CONF_LINE_BLANK,
};

struct conf_line {
	enum conf_line_kind kind;
	enum conf_key key;
	unsigned items;	     /* list keys: how many items this line brings */
	/*
	 * COMMENT, UNKNOWN. Of a DNS line with search domains: one letter an item, in their order,
	 * 'a' for a server, 's' for a search domain. Else NULL.
	 */
	const char *text;
	const char *comment; /* what stood behind the value, from '#' on, or NULL */
};

struct conf_hook {
	enum conf_phase phase;
	const char *command; /* byte for byte, without key, '=' and surrounding white space */
	size_t len;
	unsigned line;
};

struct conf_allowed {
	struct ip_prefix prefix; /* masked */
	const char *text;	 /* as read, when it differs from the canonical text; else NULL */
	char sign;		 /* '+' or '-' (incremental change), else 0 */
};

struct conf_peer {
	const char *name; /* from the provider's comment, or NULL */
	struct wg_key public_key;
	struct wg_secret preshared;
	const char *endpoint_host; /* without brackets; NULL = none */
	uint16_t endpoint_port;
	LIST(struct conf_allowed, allowed);
	int keepalive; /* seconds; 0 = off; -1 = not given */
	unsigned line; /* of its header */
	LIST(struct conf_line, lines); /* comments directly above its header, its header, the rest */
};

struct conf_address {
	struct ip_prefix prefix; /* host bits kept */
};

struct conf_note { /* something the reader should be told; never a reason to refuse */
	unsigned line, column;
	const char *text;
};

struct conf {
	struct wg_secret private_key;
	LIST(struct conf_address, addresses);
	LIST(struct ip_addr, dns);
	LIST(const char *, search);
	int mtu;	 /* 0 = not given */
	int listen_port; /* -1 = not given */
	int64_t fwmark;	 /* -1 = not given, 0 = off */
	const char *table; /* as written ("off", "auto", a number or a name), or NULL */
	int save_config;   /* -1 = not given */
	LIST(struct conf_hook, hooks);
	LIST(struct conf_peer, peers);
	LIST(struct conf_line, head);  /* before the first section */
	LIST(struct conf_line, lines); /* of [Interface], as in conf_peer */
	bool interface_last;	       /* [Interface] stood behind the peers */
	bool amneziawg;		       /* has keys that only AmneziaWG speaks */
	const char *device;	       /* "# Device: Happy Fish", or NULL */
	LIST(struct conf_note, notes);
};

/* Wipes the secrets; the rest belongs to the arena. */
void conf_clear(struct conf *c);

#endif
