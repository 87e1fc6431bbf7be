#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# vm: tests/leaks/probe tests/leaks/echo tests/leaks/flood
# seconds: 100
# One full tunnel with the kill switch: while it is idle, when its link goes down or away, when its
# server never answers, and for processes that forge its mark.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-leaks.sh"
rig_enter "$0" "$@"

RIG_ACCOUNTS='1 2'
leaks_net 1
import a 1 "$DNS_BOTH"
import dead 1 account=2 endpoint=198.18.1.2:9 "$DNS_BOTH"

scenario_idle() {
	SCENARIO='2 idle'
	begin a
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: the world through the tunnel, IPv4" '(udp|udp443) 4 public (plain|uid)' \
		'answer:198\.18\.1\.2'
	outcome "$SCENARIO: the world through the tunnel, IPv6" '(udp|udp443) 6 public (plain|uid)' \
		'answer:2001:db8:1::2'
	outcome "$SCENARIO: TCP and ping, too" '(tcp|icmp) [46] public (plain|uid)' answer
	outcome "$SCENARIO: the tunnel's name server" '(udp53|tcp53) [46] tdns (plain|uid)' 'answer.*'
	outcome "$SCENARIO: the LAN by any socket" '(udp|tcp|icmp|udp443) [46] lan (plain|uid|nic|source)' \
		'answer.*'
	outcome "$SCENARIO: other name servers are refused at once" \
		'(udp53|tcp53) [46] (public|lan|isp) .*' "$REFUSED"
	outcome "$SCENARIO: past the tunnel is refused at once" '.* [46] (public|isp) (nic|source|mark)' \
		"$REFUSED"
	on_mode || { finish a && return; }
	ok "$SCENARIO: the LAN is forbidden while it is up" wf set a allow-lan=off
	wire_reset
	probes
	kept_in "$SCENARIO, without the LAN"
	outcome "$SCENARIO: the LAN is refused at once" '.* [46] lan .*' "$REFUSED"
	ok "$SCENARIO: and allowed" wf set a allow-lan=on
	wire_reset
	probes -t lan
	outcome "$SCENARIO: the LAN answers again" '(udp|tcp) [46] lan plain' 'answer.*'
	finish a
}

scenario_link_down() {
	SCENARIO='3 link down'
	begin a
	on client ip link set wf-a down
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: an error at once" '.* [46] (public|isp) .*' "$REFUSED"
	outcome "$SCENARIO: for the name server, too" '(udp53|tcp53) [46] tdns .*' "$REFUSED"
	outcome "$SCENARIO: the LAN answers all the same" '(udp|tcp|icmp) [46] lan (plain|uid)' 'answer.*'
	is_rc 3 "$SCENARIO ($MODE): status says so" wf status --check
	is_rc 0 "$SCENARIO ($MODE): reload" wf reload a
	is "$(seen_via)" 's1 s1' "$SCENARIO ($MODE): it carries traffic again"
	finish a
}

scenario_link_gone() {
	SCENARIO='4 link deleted'
	begin a
	on client ip link del wf-a
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: an error at once" '.* [46] (public|isp) .*' "$REFUSED"
	outcome "$SCENARIO: for the name server, too" '(udp53|tcp53) [46] tdns .*' "$REFUSED"
	outcome "$SCENARIO: the LAN answers all the same" '(udp|tcp|icmp) [46] lan (plain|uid)' 'answer.*'
	finish a
	is_rc 0 "$SCENARIO ($MODE): up again" wf up a
	is "$(seen_via)" 's1 s1' "$SCENARIO ($MODE): it carries traffic"
	finish a
}

scenario_dead_server() {
	SCENARIO='18 dead server'
	protect dead
	is_rc 7 "$SCENARIO ($MODE): up says that nobody answers" wf up dead --wait 1
	mark_of dead
	wire_reset
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: the LAN answers" '(udp|tcp) [46] lan plain' 'answer.*'
	finish dead
	is_rc 7 "$SCENARIO ($MODE): or down" wf up dead --wait 1 --or-down
	nothing_left "$SCENARIO ($MODE): nothing is left then"
}

# What a process of uid 1000 with CAP_NET_RAW may forge: the mark alone is of no use, and neither is
# the endpoint alone. Both together are WireGuard's own packet, as far as a firewall can tell.
scenario_mark() {
	end='198.18.1.2,2001:db8:1::2'
	SCENARIO='29 forged mark'
	begin a
	TARGETS="ep=$end,51820 other=$end,51821"
	probes -k uid,mark
	TARGETS=
	kept_in "$SCENARIO" '^udp 4 ep mark$'
	outcome "$SCENARIO: another port" '.* [46] other mark' "$REFUSED"
	outcome "$SCENARIO: another protocol" '(tcp|icmp|tcp53) [46] ep mark' "$REFUSED"
	finish a
}

both scenario_idle
both scenario_link_down
both scenario_link_gone
both scenario_dead_server
both scenario_mark
t_done
