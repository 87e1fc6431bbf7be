/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host: one network namespace, its lock, its record of what is applied, and the one path from a
 * changed record to a changed kernel: merge, observe, diff, record(doing), apply, record(done).
 */
#ifndef WF_OPS_HOST_H
#define WF_OPS_HOST_H

#include "apply/apply.h"
#include "apply/local.h"
#include "base/lock.h"
#include "base/str.h"
#include "model/contribution.h"
#include "ops/ops.h"

#define HOST_RUN_DIR "/run/wf"

struct host {
	struct ops *ops;
	struct net *net;
	uint64_t cookie; /* of the network namespace */
	bool boot_namespace;
	bool ipv6;		 /* a link that is made now has it */
	bool ipv6_kernel;	 /* the kernel has it, so there can be rules and routes of it */
	const char *ipv6_sysctl; /* which setting switched IPv6 off, or NULL */
	const char *dir; /* /run/wf/<cookie> */
	struct lock lock;
	struct record record;
	struct local local;
	struct executor executor;
	char last_step[256]; /* what apply was at, for -v */
};

/* Opens the sockets and finds the namespace. Touches nothing. */
int host_open(struct ops *o, struct host *ret, struct err *e);
void host_close(struct host *h);
#define HOST_CLEANUP __attribute__((cleanup(host_close)))

/* Reads the record without the lock (status); an absent one is empty. */
int host_load(struct host *h, struct err *e);
/*
 * Takes the lock and reads the record. Contributions whose command died are settled: an interrupted
 * up or down is marked as leaving (the next plan removes it), with a note; one whose command still
 * lives stays. `keep` (name, may be NULL) is not settled: the caller deals with it. What outlives the
 * kernel's state and nobody stands for is put right (ops/boot.h).
 */
int host_lock(struct host *h, const char *keep, struct err *e);
void host_unlock(struct host *h);
/* Writes the record and status.json. An empty record removes them. */
int host_save(struct host *h, struct err *e);

/* Contribution by config name, sponsor part of it, or interface; NULL when there is none. */
struct contribution *host_find(const struct host *h, const char *name);
/* E_BUSY with pid, verb and age when a living command is at it. */
int host_check_free(const struct contribution *c, struct err *e);
void host_mark(struct host *h, struct contribution *c, const char *verb, bool leaving);
void host_remove(struct host *h, struct contribution *c);
/* Puts the new form in the old one's place; the old one stays behind it, leaving, until all is
 * done. Returns the new one's place. */
struct contribution *host_replace(struct host *h, struct contribution *old,
	const struct contribution *form);

/* What the kernel has of what the record names; *foreign (may be NULL) gets strangers' objects. */
int host_observe(struct host *h, struct arena *a, bool stats, struct state *own,
	struct state *foreign, struct err *e);

/* What all that is recorded together asks of the firewall; in the arena. */
const struct firewall *host_firewall(struct host *h);

struct host_plan {
	struct plan plan;
	bool *done; /* per operation */
	struct state have, foreign;
};
struct host_ask { /* for an interface that is to be asked for a handshake */
	const char *ifname;
	uint32_t wait_ms;
	bool known; /* also of the peers that are there already */
};
/*
 * Rules that are of wf by priority and protocol (nobody else makes rules as the kernel's own), though
 * the record may name none: what a lost record leaves, and what then closes the machine.
 */
int host_observe_rules(struct host *h, struct state *ret, struct err *e);
/* Plans from the record (plan/merge.h says how a verb uses it); ask may be NULL. */
int host_plan(struct host *h, const struct host_ask *ask, struct host_plan *ret, struct err *e);
/* The plan as lines; with --dry-run the firewall's rules are written out, too. */
void host_print_plan(struct host *h, const struct plan *p, struct strbuf *out);
/*
 * E_EXISTS when a stranger's link stands under the name of this one: it is never configured. `fresh`:
 * no command has begun to make its link, so that a TUN device is a stranger's in any case.
 */
int host_check_foreign(const struct host_plan *p, const struct contribution *c, bool fresh,
	struct err *e);
int host_apply(struct host *h, struct host_plan *p, enum stage first, enum stage last, bool undo,
	struct err *e);
/* After all is applied: forgets leaving contributions and settled sysctls, writes the record. */
int host_finish(struct host *h, struct err *e);

/* Whether a tunnel of that name or interface is up (or half up) here. */
int ops_is_up(struct ops *o, const char *ifname_or_name, bool *ret, struct err *e);

#endif
