/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A contribution: what one tunnel, compiled, brings to the host. It is stored as it was compiled, so
 * that `down` and repair need neither the database nor the row it came from.
 */
#ifndef WF_MODEL_CONTRIBUTION_H
#define WF_MODEL_CONTRIBUTION_H

#include "model/facts.h"
#include "model/tunnel.h"

enum contribution_phase {
	CONTRIBUTION_DONE,  /* applied */
	CONTRIBUTION_DOING, /* a command is at it, or was killed at it */
};

/* What the kill switch of one tunnel holds. */
enum kill_switch {
	KILL_SWITCH_NONE,     /* there is none, and no file meant one */
	KILL_SWITCH_OFF,      /* a file meant one, and it is off */
	KILL_SWITCH_ALL,      /* nothing leaves but what struct firewall lists */
	KILL_SWITCH_NETWORKS, /* the tunnel's networks leave by it or not at all */
	KILL_SWITCH_ONLY,     /* those that alone use the tunnel (policy.split) take no other way */
};

struct contribution {
	const char *name, *title;
	const char *server, *country, *city;
	int64_t config_id;
	char ifname[WF_IFNAME_SIZE];
	enum link_kind kind;
	uint32_t seq;	/* number of its `up`; the highest full tunnel holds the default */
	uint32_t number; /* n of its table and mark; 0 with TABLE_OFF/NUMBER and no own table */
	bool full4, full6; /* it carries the default route of that family */
	bool full;	   /* either: it may hold the default */
	bool lockdown;	   /* no tunnel: only a firewall that outlives them */
	enum kill_switch kill_switch; /* as this tunnel asks for it */
	const char *via;   /* ifname of its outer tunnel, or NULL */
	LIST(struct ip_addr, dns);
	LIST(const char *, search);

	struct state own;   /* objects it needs whenever it is up; shared ones may occur in others */
	struct state holder; /* objects needed only while it holds the default */
	LIST(const char *, notes); /* said by compile, for people */
	/* Hooks that ran on its way up and so run on its way down; filled by ops, not by compile. */
	LIST(const char *, pre_down);
	LIST(const char *, post_down);
	bool stored_hooks; /* such hooks that hold a key: only the database has them */

	/* the record's part */
	enum contribution_phase phase;
	const char *verb; /* "up", "down", "reload" while DOING */
	int64_t pid, pid_start; /* of that command; start time in clock ticks since boot */
	const char *since;	/* RFC 3339: when it came up, or when the doing began */
	bool leaving;		/* DOING a down: no longer part of the desired state */
	bool verifying;		/* DOING an up that has not proven itself: it cannot hold the default */
};

/* Everything that is applied in one network namespace. */
struct record {
	uint32_t next_seq;
	LIST(struct contribution, contributions);
	LIST(struct sysctl_state, previous); /* values before wf's first write */
	/* The forms that table `inet wf` may have: one when all is done, more while a command is at
	 * work. By them what is observed is known (state.firewall_form). */
	LIST(struct firewall, firewalls);
	uint64_t firewall_digest; /* of the table as wf left it (net_nft_digest), 0 = not known */
	uint64_t firewall_generation; /* net_nft_generation just before that, 0 = not known */
};

/* Of tunnels: a configuration may be called like the lockdown. */
struct contribution *record_find(const struct record *r, const char *name_or_ifname);
struct contribution *record_lockdown(const struct record *r); /* rather one that stays; or NULL */
bool kill_switch_is_on(enum kill_switch k);
/* For JSON: "all", "networks", "only"; NULL when it is not on. Static. */
const char *kill_switch_scope(enum kill_switch k);
/*
 * A name as a person of this machine types it: "mullvad" for "laptop/Mullvad", quoted where a shell
 * needs it. For hints.
 */
const char *tunnel_typed_name(struct arena *a, const char *name);
void contribution_copy(struct arena *a, const struct contribution *src, struct contribution *dst);
void contribution_to_json(const struct contribution *c, struct strbuf *out);
int contribution_from_json(struct arena *a, const json_t *j, struct contribution *ret,
	struct err *e);
/* "schema":"wf.record/1"; a higher number is refused with E_UNSUPPORTED. */
void record_to_json(const struct record *r, struct strbuf *out);
int record_from_json(struct arena *a, const json_t *j, struct record *ret, struct err *e);

#endif
