/* SPDX-License-Identifier: GPL-2.0-or-later */
/* up, down, reload: a contribution comes, goes, or is replaced. */
#ifndef WF_OPS_UP_H
#define WF_OPS_UP_H

#include "ops/host.h"

struct up_request {
	const char *name;	   /* as typed: NAME[@SERVER] or FILE.conf */
	const char *via;	   /* name of the tunnel to nest in, or NULL */
	uint32_t wait_ms;	   /* for the handshake; 0 = do not wait */
	bool or_down;		   /* without a handshake take it down again */
	bool no_keep_ssh;	   /* SSH connections are not to be kept outside the tunnel … */
	bool lose_ssh;		   /* … and the user confirmed that they may be cut */
	bool run_hooks;		   /* hooks that are not trusted run this once */
	/* Called when the objects stand and the waiting begins, for a line on the terminal. */
	void (*verifying)(void *ctx, const struct contribution *c);
	void *ctx;
};

struct up_result {
	/* as applied; NULL with a dry run that had nothing to do, and when all was taken back */
	const struct contribution *c;
	bool already;		      /* it was up as asked: nothing was done */
	bool connected;		      /* every peer with an endpoint answered */
	unsigned peers, answered;     /* of those with an endpoint */
	int64_t handshake_ms;	      /* from the first question to the last answer; -1 = none */
	int64_t total_ms;
	uint64_t tx_bytes, rx_bytes;  /* of the silent peer, for the error */
	unsigned held_back;	      /* hooks that are not trusted and did not run */
	const char *plan;	      /* with a dry run: its text */
};

/*
 * The tunnel comes up. Without a handshake in time: E_NO_HANDSHAKE with *ret filled (the tunnel
 * stays up unless or_down). On any other failure and on Ctrl-C everything is as before.
 */
int ops_up(struct ops *o, const struct up_request *req, struct up_result *ret, struct err *e);

struct down_result {
	LIST(const char *, titles); /* what was taken down */
	bool nothing;		    /* nothing was up */
	unsigned failed_hooks;	    /* each of them has been warned of; the tunnel is down all the same */
	bool resolver_left;	    /* this machine's resolver could not be set back: it is said why */
	const char *plan;
};
/* name NULL = all. Works without database and without link. run_hooks: as in struct up_request. */
int ops_down(struct ops *o, const char *name, bool run_hooks, struct down_result *ret,
	struct err *e);

struct reload_result {
	const struct contribution *c;
	bool unchanged; /* no message was sent to the kernel */
	const char *changes; /* the operations that were done, one per line */
	const char *plan;
};
int ops_reload(struct ops *o, const char *name, struct reload_result *ret, struct err *e);

#endif
