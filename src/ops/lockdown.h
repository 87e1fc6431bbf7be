/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lockdown: nothing leaves, enters or is forwarded outside of tunnels, whether one is up or not.
 * A contribution like that of a tunnel, but one that outlives them, this program and the boot:
 *   WF_PERSIST_DIR/lockdown.json  the contribution (without the logins of the day)
 *   /var/lib/wf/lockdown.nftb     its firewall, compiled, for the boot
 * Both exist only for the network namespace that the machine boots with; in another one the lockdown
 * ends with that namespace. They are written before anything is closed, and removed before it is
 * opened, so that an interruption never leaves a lockdown that only a reboot shows.
 */
#ifndef WF_OPS_LOCKDOWN_H
#define WF_OPS_LOCKDOWN_H

#include "ops/status.h"
#include "sys/unit.h"

#define LOCKDOWN_UNIT	"wf-lockdown.service"
#define LOCKDOWN_WANTED "sysinit.target"
#define LOCKDOWN_OPEN	"wf.open=1" /* on the kernel's command line: nothing is closed */

struct lockdown_request {
	const char *allow; /* comma list of lan, ssh, PREFIX, tcp/PORT, udp/PORT, or NULL */
	bool lose_ssh;	   /* the user confirmed that SSH logins may be cut */
};

struct lockdown_status {
	const struct contribution *c; /* NULL = it is off */
	struct firewall_status firewall; /* the whole table, also while a tunnel asks for it */
	bool in_force;		      /* it is on, and the kernel has it */
	bool kill_switch;	      /* a tunnel that is up asks for the same */
	bool lasting;	 /* it comes back after a reboot, as far as files go */
	bool boot_only;	 /* the files are there, but this boot was told to stay open */
	enum unit_state unit;
};

struct lockdown_result {
	const struct contribution *c; /* on: as it is now */
	bool nothing;		      /* off: there was nothing to open */
	bool emergency; /* off: by taking the whole firewall of wf away */
	const char *plan;
};

/* E_LOSE_SSH when logins would be cut that neither `allow` nor lose_ssh speaks of. */
int ops_lockdown_on(struct ops *o, const struct lockdown_request *req,
	struct lockdown_result *ret, struct err *e);
/*
 * Opens what the lockdown closes; with a kill switch of a tunnel that is up that one stays. Needs no
 * database and no readable record: without one the whole table goes.
 */
int ops_lockdown_off(struct ops *o, struct lockdown_result *ret, struct err *e);
int ops_lockdown_status(struct ops *o, struct lockdown_status *ret, struct err *e);

enum lockdown_loaded {
	LOCKDOWN_LOADED,
	LOCKDOWN_NONE,	   /* it is off */
	LOCKDOWN_TOLD_NOT, /* the kernel's command line says so */
	LOCKDOWN_REBUILT,  /* the compiled file was no good: made anew from the other one */
	LOCKDOWN_STRICT,   /* neither was: nothing at all is allowed */
};
/* For the boot: no database, no record, no lock. *why (may be empty) says what was wrong. */
int ops_lockdown_load(struct ops *o, enum lockdown_loaded *ret, struct err *why, struct err *e);

#endif
