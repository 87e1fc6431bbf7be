#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# vm: tests/leaks/probe tests/leaks/echo
# seconds: 60
# Several tunnels at once, one inside the other, and those who are to stay outside.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-leaks.sh"
rig_enter "$0" "$@"

RIG_ACCOUNTS='1 2'
leaks_net 2
import a 1 "$DNS_BOTH"
import b 2 account=2 "$DNS_BOTH"

scenario_two() {
	SCENARIO='41 two full tunnels'
	endpoints 198.18.1.2 198.18.2.2
	protect b
	on_mode && { wf set b split=only:user:1000 -q >/dev/null || fail "$SCENARIO: b is for one user"; }
	begin a
	is_rc 0 "$SCENARIO ($MODE): the second, too" wf up b
	wire_reset
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: one user by b" '(udp|udp443) 4 public uid' 'answer:198\.18\.2\.2'
	outcome "$SCENARIO: by IPv6, too" '(udp|udp443) 6 public uid' 'answer:2001:db8:2::2'
	outcome "$SCENARIO: everybody else by a" '(udp|udp443) 4 public plain' 'answer:198\.18\.1\.2'
	on client ip link set wf-b down
	wire_reset
	probes
	kept_in "$SCENARIO, b's link is down" "$LAN_OK"
	outcome "$SCENARIO: b's user is not sent by a" '(udp|udp443) [46] public uid' "$REFUSED"
	outcome "$SCENARIO: a goes on" '(udp|udp443) 4 public plain' 'answer:198\.18\.1\.2'
	is_rc 0 "$SCENARIO ($MODE): a goes" wf down a
	is_rc 0 "$SCENARIO ($MODE): b is put right" wf reload b
	wire_reset
	probes -k uid
	kept_in "$SCENARIO, b alone" "$LAN_OK"
	outcome "$SCENARIO: b's user by b" '(udp|udp443) 4 public uid' 'answer:198\.18\.2\.2'
	on_mode && wf set b split=off -q >/dev/null
	finish b
	endpoints 198.18.1.2
}

scenario_nested() {
	SCENARIO='42 nested'
	protect b
	begin a
	is_rc 0 "$SCENARIO ($MODE): the inner one" wf up b --via a
	wire_reset
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: the world by both" '(udp|udp443) 4 public plain' 'answer:198\.18\.2\.2'
	on client ip link set wf-a down
	wire_reset
	probes
	kept_in "$SCENARIO, the outer link is down" "$LAN_OK"
	is "$(wire_count leak)" 0 "$SCENARIO ($MODE): no inner ciphertext on the wire" ||
		wire_other | diag
	is_rc 0 "$SCENARIO ($MODE): the outer one goes" wf down a
	finish b
}

scenario_split_user() {
	SCENARIO='50 a user outside'
	on_mode || { split_off && return; }
	wf set a split=user:1001 -q >/dev/null || fail "$SCENARIO: a user is let out"
	begin a
	probes
	kept_in "$SCENARIO, everybody else" "$LAN_OK"
	outcome "$SCENARIO: everybody else by the tunnel" '(udp|udp443) 4 public (plain|uid)' \
		'answer:198\.18\.1\.2'
	probes -u 1001 -k uid
	outcome "$SCENARIO: by the NIC with its address, IPv4" '(udp|udp443) 4 public uid' 'answer:10\.1\.0\.2'
	outcome "$SCENARIO: by the NIC with its address, IPv6" '(udp|udp443) 6 public uid' \
		'answer:2001:db8:c::2'
	wf set a split=off -q >/dev/null
	finish a
}

# Without the exception nobody is outside, and that is seen by the same probes.
split_off() {
	begin a
	probes -k uid -p udp -t public
	like "$(cat "$RIG/probes")" 'answer:198\.18\.1\.2' "$SCENARIO ($MODE): without it in the tunnel"
	finish a
}

# Where the cgroups of version 2 are, on this machine.
cgroup_root() {
	awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

scenario_split_cgroup() {
	SCENARIO='50 a cgroup outside'
	root=$(cgroup_root)
	on_mode || { split_off && return; }
	mkdir -p "$root/wf-leaks/child" || fail "$SCENARIO: a cgroup"
	wf set a split=cgroup:/wf-leaks -q >/dev/null || fail "$SCENARIO: a cgroup is let out"
	begin a
	probes
	kept_in "$SCENARIO, those who are not in it" "$LAN_OK"
	outcome "$SCENARIO: they are in the tunnel" '(udp|udp443) 4 public plain' 'answer:198\.18\.1\.2'
	echo $$ >"$root/wf-leaks/child/cgroup.procs"
	wire_reset
	probes -k plain
	echo $$ >"$root/cgroup.procs"
	outcome "$SCENARIO: who is in it, even deeper, is outside" '(udp|udp443) 4 public plain' \
		'answer:10\.1\.0\.2'
	wf set a split=off -q >/dev/null
	finish a
	rmdir "$root/wf-leaks/child" "$root/wf-leaks"
}

both scenario_two
both scenario_nested
both scenario_split_user
both scenario_split_cgroup
t_done
