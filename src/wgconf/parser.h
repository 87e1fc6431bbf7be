/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the parser share: the value in the making and the place in the text. Only
 * parse.c, field.c and finish.c include this.
 */
#ifndef WF_WGCONF_PARSER_H
#define WF_WGCONF_PARSER_H

#include "model/conf.h"
#include "wgconf/scan.h"

enum parser_section { PARSER_HEAD, PARSER_INTERFACE, PARSER_PEER };

/* Where a key of the present section was seen first; line 0 = not yet. */
struct parser_seen {
	size_t index; /* of its line in the section's list */
	unsigned line;
};

struct parser {
	struct arena *a;
	struct conf *c;
	enum parser_section section;
	unsigned line;		 /* the one being read */
	unsigned interface_line; /* of the first [Interface], 0 = none yet */
	bool peer_before_interface, interface_again;
	unsigned peers_behind_interface;
	/* A second [Interface] goes on with the first one's; each [Peer] begins anew. */
	struct parser_seen interface_seen[CONF_UNKNOWN], peer_seen[CONF_UNKNOWN];
	LIST(unsigned, unknown_lines);
	LIST(const char *, unknown_names); /* those known from other programs */
	unsigned amneziawg_line;	   /* the first one, 0 = none */
};

/* The line is the present one. */
void parser_note(struct parser *p, unsigned column, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A new line at the end of the present section, zeroed. */
struct conf_line *parser_add_line(struct parser *p, enum conf_line_kind kind);
struct conf_peer *parser_peer(struct parser *p); /* the present one */

/* field.c: the known key of a line into its field. */
int parser_read_field(
	struct parser *p, enum conf_key key, const struct scan_line *l, struct err *e);

/* finish.c: what only the whole file shows: peers that occur twice, notes. */
int parser_finish(struct parser *p, struct err *e);

#endif
