/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policy: what a configuration asks of this host beside its tunnel, as its command_pair rows say
 * (one row = one pattern with variables). Part of the intent; compile makes a firewall, rules,
 * sysctls and a resolver of it.
 */
#ifndef WF_MODEL_POLICY_H
#define WF_MODEL_POLICY_H

#include "base/str.h"
#include "model/firewall.h"

/* The values of command_pair.pattern_name. */
enum pattern {
	PATTERN_KILL_SWITCH,
	PATTERN_DNS_LEAK,
	PATTERN_NAT,
	PATTERN_FORWARDING,
	PATTERN_MSS_CLAMP,
	PATTERN_DNAT,
	PATTERN_SPLIT_TUNNEL,
	PATTERN_RAW_SHELL,
};

enum dns_mode {
	DNS_MODE_TUNNEL, /* the configuration's servers are this machine's while it is up */
	DNS_MODE_KEEP,	 /* the machine's resolver is left alone */
	DNS_MODE_CUSTOM, /* these servers instead of the configuration's */
};

/* One exception or restriction of routing. */
enum split_kind { SPLIT_UID, SPLIT_CGROUP, SPLIT_PREFIX, SPLIT_MARK };
struct split {
	enum split_kind kind;
	bool only;		 /* false: it stays outside the tunnel; true: only it uses the tunnel */
	uint32_t uid_first, uid_last;
	const char *cgroup;	 /* as in struct fw_split */
	struct ip_prefix prefix; /* destination */
	uint32_t mark, mask;
};

/*
 * Interface names in these lists may be POLICY_SELF: the tunnel's own, whatever it is called.
 */
#define POLICY_SELF "%i"

struct policy {
	bool kill_switch;
	bool kill_switch_meant; /* a file's hooks asked for one, whether it is on or off now */
	bool dns_gate;
	enum dns_mode dns_mode;
	LIST(struct ip_addr, dns);    /* DNS_MODE_CUSTOM */
	LIST(struct ip_prefix, lan);  /* stays reachable under the kill switch */
	LIST(struct split, split);
	LIST(struct fw_port, inbound); /* from outside, under the kill switch */
	LIST(struct fw_nat, nat);
	LIST(struct fw_forward, forward);
	bool forward4, forward6; /* the sysctls that let this host forward at all */
	LIST(struct fw_dnat, dnat);
	bool mss_clamp;
};

const char *pattern_name(enum pattern p); /* "kill_switch" */
bool pattern_parse(const char *name, enum pattern *ret);
bool dns_mode_parse(const char *name, enum dns_mode *ret); /* "tunnel", "keep", "custom" */

/*
 * The variables of one row, as JSON object text, from the part of `p` that the pattern is about (of
 * a list with one row per item: the first); and back: what the row says is added to *p. An unknown
 * member or a wrong value is E_DB.
 *   kill_switch   {"lan":["10.0.0.0/8",…],"inbound":["tcp/22"]}
 *   dns_leak      {"gate":true,"mode":"tunnel"|"keep"|"custom","servers":[…]}
 *   nat           {"family":4,"source":"10.0.0.0/24","out":"eth0","to":"192.0.2.1"}
 *   forwarding    {"in":"%i","out":"eth0","both":false,"forward4":true,"forward6":false}
 *   mss_clamp     {}
 *   dnat          {"in":"eth0","proto":"tcp","port":80,"to":"10.0.0.2:8080"}
 *   split_tunnel  {"uid":"1000-1000"|"cgroup":…|"prefix":…|"mark":"0x1/0xff","only":false}
 */
void policy_row_to_json(const struct policy *p, enum pattern what, struct strbuf *out);
int policy_row_from_json(struct arena *a, enum pattern what, const char *variables,
	struct policy *p, struct err *e);

#endif
