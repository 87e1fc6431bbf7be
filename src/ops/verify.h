/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does anything get out? Tries it on this machine, as it is now, in the ways a program without
 * raw frames has: the probe set of six kinds by both families, plain, bound to each interface, bound
 * to its address, as another user, with wf's own mark, and to the resolvers outside the tunnels. What
 * is sent goes to addresses for documentation, which nobody has, and to those resolvers.
 */
#ifndef WF_OPS_VERIFY_H
#define WF_OPS_VERIFY_H

#include "net/probe.h"
#include "ops/host.h"

enum verify_how {
	VERIFY_PLAIN,
	VERIFY_DEVICE, /* SO_BINDTODEVICE */
	VERIFY_SOURCE, /* bound to the address of an interface */
	VERIFY_USER,   /* a socket of nobody's */
	VERIFY_MARK,   /* carries wf's mark, goes to no endpoint */
	VERIFY_RESOLVER, /* to a DNS server of the network outside */
	VERIFY_HOWS
};
enum verify_verdict {
	VERIFY_STOPPED,	 /* it left by no interface */
	VERIFY_TUNNEL,	 /* by a tunnel of wf, and by nothing else */
	VERIFY_LEAKED,	 /* by another interface */
	VERIFY_UNTESTED, /* it could not be tried */
	VERIFY_VERDICTS
};
struct verify_case {
	enum verify_how how;
	enum probe_kind kind;
	char device[WF_IFNAME_SIZE]; /* DEVICE, SOURCE */
	struct ip_addr dst;
	enum verify_verdict verdict;
	const char *ifname; /* where it was seen, or NULL */
	const char *reason; /* of the kernel, or NULL */
};

enum verify_resolver {
	VERIFY_RESOLVER_KEPT,  /* nobody asked for another one */
	VERIFY_RESOLVER_SET,   /* it is the tunnel's */
	VERIFY_RESOLVER_OTHER, /* it should be, and is not */
};
struct verify_result {
	LIST(struct verify_case, cases);
	unsigned count[VERIFY_VERDICTS];
	bool lockdown, kill_switch, dns_gate; /* what should hold */
	bool changed;	       /* the kernel's table is not as it was made */
	const char *holder;    /* title of the tunnel that has the default route, or NULL */
	enum verify_resolver resolver;
	int64_t ms;
	const char *plan; /* with a dry run: what would be tried, one line each; nothing is sent */
};
const char *verify_how_name(enum verify_how h);		/* "plain"; static */
const char *verify_verdict_name(enum verify_verdict v); /* "stopped"; static */

/* `name` (may be NULL) has to be up, E_NOT_FOUND; that something got out is no error. */
int ops_verify(struct ops *o, const char *name, struct verify_result *ret, struct err *e);

#endif
