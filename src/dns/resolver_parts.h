/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the back-ends of the resolver share; nobody else includes this. */
#ifndef WF_DNS_RESOLVER_PARTS_H
#define WF_DNS_RESOLVER_PARTS_H

#include <sys/types.h>
#include "dns/resolver.h"

#define RESOLV_CONF  "/etc/resolv.conf"
#define RESOLV_LIMIT (256u * 1024) /* more is no resolv.conf */

/* --- resolv.conf(5) as text (resolver_text.c) --- */
#define RESOLV_STAMP	 "# wf: set for " /* what wf writes begins with it, and the interface */
#define RESOLV_STAMP_LEN (sizeof(RESOLV_STAMP) - 1)
struct resolv_text {
	LIST(struct ip_addr, servers);	/* without the scope of a link-local one */
	LIST(const char *, search);	/* of the last "search" or "domain" line */
	LIST(const char *, options);
};
void resolv_text_parse(struct arena *a, const char *text, struct resolv_text *ret);
/*
 * What wf writes: the stamp, then the servers and domains of `r`. "~example" domains stand in a
 * comment. With `original` it is a file that replaces that one: of the original's options those
 * are kept that do not speak of its servers.
 */
void resolv_text_stamped(
	const struct resolver_state *r, const char *original, struct strbuf *out);
/* The reverse; false when there is no stamp. ret->backend is FILE. */
bool resolv_text_read_stamped(struct arena *a, const char *text, struct resolver_state *ret);
bool resolv_text_is_stamped(const char *text);

/* --- a resolv.conf as an object (resolver_kept.c) --- */
enum resolv_kind { RESOLV_FILE, RESOLV_LINK, RESOLV_NONE };
struct resolv_file {
	enum resolv_kind kind;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	const char *target; /* LINK; else NULL */
	const char *bytes; /* never NULL; of a LINK: what it leads to, "" when that is nothing */
	size_t len;
	/* of a kept one: */
	uint64_t owner;
	const char *at; /* the file it was read from */
};
#define RESOLV_KEPT WF_PERSIST_DIR "/resolv.conf"
int resolv_file_look(struct arena *a, const char *path, struct resolv_file *ret, struct err *e);
/* Durable when it returns. */
int resolv_kept_save(const struct resolv_file *f, struct err *e);
/* *ret_found false: nothing is kept. */
int resolv_kept_load(struct arena *a, struct resolv_file *ret, bool *ret_found, struct err *e);
int resolv_kept_drop(struct err *e);
int resolv_owner(uint64_t *ret, struct err *e);

/* --- back-ends --- */
/* Who made what stands in /etc/resolv.conf. */
enum resolver_backend resolver_of(struct arena *a, const struct resolv_file *now);
int file_read_slot(struct arena *a, struct resolver_state *ret, struct err *e);
int file_set(const struct resolver_state *r, struct err *e);
int file_unset(struct err *e);
/* What /etc/resolv.conf was before wf, or is when wf has not replaced it; *ret_path as in
 * resolver_outside. *ret_ours: it is replaced. */
int file_original(struct arena *a, struct resolv_file *ret, const char **ret_path, bool *ret_ours,
	struct err *e);

/* resolved_runs: it is on the bus now. resolved_upstream: its servers but those of wf's
 * links; *ret is not NULL even when there are none. */
bool resolved_runs(void);
int resolved_read(struct arena *a, const struct resolver_state *slot, struct resolver_state *ret,
	struct err *e);
int resolved_set(const struct resolver_state *r, struct err *e);
int resolved_unset(const struct resolver_state *slot, struct err *e);
int resolved_upstream(struct arena *a, struct ip_addr **ret, size_t *ret_n, struct err *e);

/* resolvconf_rules: whether what stands in /etc/resolv.conf was made by it. */
bool resolvconf_rules(const char *resolv_conf);
int resolvconf_read(struct arena *a, const struct resolver_state *slot, struct resolver_state *ret,
	struct err *e);
int resolvconf_set(const struct resolver_state *r, struct err *e);
/* The servers of all records but wf's; NULL when wf has none, and resolv.conf says it all. */
int resolvconf_upstream(struct arena *a, struct ip_addr **ret, size_t *ret_n, struct err *e);
int resolvconf_unset(const struct resolver_state *slot, struct err *e);

#endif
