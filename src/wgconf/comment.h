/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comments say in the forms that providers and server tools write. Prose is never a name:
 * only a known marker is, and the comment behind [Peer] itself.
 */
#ifndef WF_WGCONF_COMMENT_H
#define WF_WGCONF_COMMENT_H

#include "model/conf.h"

/*
 * The name that the lines of a [Peer] give it: the comment behind its header, else the first marker
 * above its first key; NULL when there is none.
 */
char *comment_peer_name(struct arena *a, const struct conf_line *lines, size_t n);
/* The device a line names ("# Device: Happy Fish", "# Key for laptop"), or NULL. */
char *comment_device(struct arena *a, const struct conf_line *lines, size_t n);
/* A marker that closes the block of the peer above it. */
bool comment_ends_peer(const char *comment);
/* As Proton writes a server: "NL#256", "US-FREE#154", "CH-US#3". */
bool comment_is_proton_server(const char *text);

#endif
