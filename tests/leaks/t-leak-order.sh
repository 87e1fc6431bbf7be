#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# vm: tests/leaks/probe tests/leaks/echo tests/leaks/flood tests/leaks/flow tests/leaks/owner
# seconds: 60
# The way up and the way down: what is sent all the while, flows that are older than the tunnel, and
# a firewall that cannot be set.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-leaks.sh"
rig_enter "$0" "$@"

leaks_net 1
import a 1 "$DNS_BOTH"

# Packets bound to the NIC are kept in from one moment on, until one moment, and at no other time.
scenario_window() {
	SCENARIO='9 up and down'
	protect a
	flood_start -n eth0
	is_rc 0 "$SCENARIO ($MODE): up" wf up a
	sleep 0.1
	is_rc 0 "$SCENARIO ($MODE): down" wf down a
	sleep 0.1
	flood_stop
	flood_runs >"$RIG/runs"
	if on_mode; then
		is "$(grep -c '^[46] nic clear kept clear$' "$RIG/runs")" 2 \
			"$SCENARIO: bound to the NIC: open, closed, open" || diag <"$RIG/runs"
		is "$(grep -c '^[46] plain clear kept clear$' "$RIG/runs")" 2 \
			"$SCENARIO: anybody: open, closed, open" || diag <"$RIG/runs"
	else
		like "$(cat "$RIG/runs")" '^4 nic clear' "$SCENARIO: without protection it leaks"
		unlike "$(cat "$RIG/runs")" '^4 nic clear kept clear$' "$SCENARIO: all the while"
	fi
	nothing_left "$SCENARIO ($MODE): down leaves nothing"
}

# in_tunnel: packets that are in the tunnel with an address of the LAN.
in_tunnel() {
	on client nft -j list counter inet rigc foreign |
		jq -r '.nftables[] | select(.counter) | .counter.packets'
}

scenario_old_flows() {
	SCENARIO='38 older flows'
	on client nft -f - <<-'END'
		table inet rigc {
			counter foreign {}
			chain post {
				type filter hook postrouting priority 400
				oifname "wf-a" ip saddr 10.1.0.0/24 counter name foreign
				oifname "wf-a" ip6 saddr { 2001:db8:c::/64, fd00:1::/64 } counter name foreign
			}
		}
	END
	bg client "$LEAKS/flow" "$P_PUBLIC" 7000
	flow=$BG_PID log=$BG_LOG
	ok "$SCENARIO ($MODE): four flows" within 3 grep -q open "$log"
	begin a
	within 3 sh -c '[ "$(grep -c tcp "$0")" = 2 ]' "$log"
	if on_mode; then
		is "$(wire_count leak)" 0 "$SCENARIO: nothing of them on the wire" || wire_other | diag
		is "$(in_tunnel)" 0 "$SCENARIO: nothing in the tunnel with the LAN's address"
		is "$(awk '/^tcp/ && $3 < 2500' "$log" | wc -l)" 2 "$SCENARIO: TCP fails soon" ||
			diag <"$log"
		is "$(grep -c '^udp[46] E' "$log" | awk '{ print ($1 >= 2) }')" 1 "$SCENARIO: and UDP" ||
			diag <"$log"
	else
		num "$(($(in_tunnel) + $(wire_count leak)))" -ge 1 "$SCENARIO: without protection they go on"
	fi
	end_bg "$flow"
	on client nft delete table inet rigc
	finish a
}

# Somebody else owns a table of wf's name: it cannot be replaced. Seen to succeed when nobody does.
scenario_owned() {
	SCENARIO='54 no firewall'
	protect a
	if ! on_mode; then
		is_rc 0 "$SCENARIO ($MODE): up" wf up a
		ok "$SCENARIO ($MODE): there is a link" on client ip link show wf-a
		finish a
		return
	fi
	snapshot client "$RIG/before"
	bg client "$LEAKS/owner" wf
	within 3 grep -q owned "$BG_LOG" || fail "$SCENARIO: a stranger owns the table" "$(cat "$BG_LOG")"
	not_ok "$SCENARIO: up fails" wf up a
	like "$(cat "$T_TMP/out")" 'inet wf|firewall' "$SCENARIO: and says why"
	not_ok "$SCENARIO: there is no link" on client ip link show wf-a
	end_bg "$BG_PID"
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "$SCENARIO: everything is as it was"
	is_rc 0 "$SCENARIO: afterwards it comes up" wf up a
	finish a
}

# The transactions among them begin with a message of type 16, which strace does not name everywhere.
# Each of them fails, one after the other: whatever up does then, it leaks nothing.
firewall_sends() {
	on client env "WF_LIBEXEC=$WF_LIBEXEC" strace -qq -e trace=socket,sendto,sendmsg \
		-o "$RIG/tmp/sends" "$WF" up a >/dev/null 2>&1
	wf down a -q >/dev/null
	awk '{ name = $0; sub(/\(.*/, "", name); n[name]++ }
		name == "socket" { fd = $NF; nft[fd] = /NETLINK_NETFILTER/; next }
		{ fd = $0; sub(/^[a-z]*\(/, "", fd); sub(/,.*/, "", fd) }
		nft[fd] && /BATCH_BEGIN|NLMSG_MIN_TYPE|type=0x10 / { print name, n[name] }' "$RIG/tmp/sends"
}

scenario_fault() {
	SCENARIO='54 ENOMEM'
	protect a
	firewall_sends >"$RIG/sends"
	num "$(wc -l <"$RIG/sends")" -ge 1 "$SCENARIO ($MODE): the firewall is told something"
	on_mode || return 0
	snapshot client "$RIG/before"
	while read -r call n <&3; do
		flood_start -n eth0
		on client env "WF_LIBEXEC=$WF_LIBEXEC" strace -qq -o /dev/null -e "trace=$call" \
			-e "inject=$call:error=ENOMEM:when=$n" "$WF" up a >"$RIG/tmp/fault" 2>&1 </dev/null
		isnt "$?" 0 "$SCENARIO at $call $n: up fails"
		flood_stop
		unlike "$(flood_runs)" 'nic.* kept clear kept' "$SCENARIO at $call $n: no window"
		snapshot client "$RIG/after"
		same_state "$RIG/before" "$RIG/after" "$SCENARIO at $call $n: everything is as it was"
		wf down a -q </dev/null >/dev/null 2>&1
		nothing_left "$SCENARIO at $call $n: down leaves nothing"
	done 3<"$RIG/sends"
}

both scenario_window
both scenario_old_flows
both scenario_owned
both scenario_fault
t_done
