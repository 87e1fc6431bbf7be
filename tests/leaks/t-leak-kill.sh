#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# vm: tests/leaks/probe tests/leaks/echo tests/leaks/flood
# seconds: 150
# SIGKILL at the system calls of up and of down with the kill switch on, under a stream of packets
# bound to the NIC: from the first moment at which they are kept in until the last step of down none
# is on the wire, and the next command ends in the state it is asked for. Some calls
# are tried (lib/kill.sh); all-leak-kill.sh tries all.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-leaks.sh"
rig_enter "$0" "$@"

. "$(dirname "$0")/../lib/kill.sh"

leaks_net 1
import a 1 "$DNS_BOTH"
snapshot client "$RIG/before"

# guarded: whether the client's kernel has the table of a kill switch.
guarded() {
	on client nft list table inet wf 2>/dev/null | grep -q 'policy drop'
}

# Anybody may see what is open; what is closed is closed for all of P.
sealed() {
	if guarded; then
		mark_of a
		wire_reset
		probes -w 100 -k plain,nic,source,mark -t public,isp,tdns
		kept_in "$1"
	else
		unlike "$(flood_runs)" '^[46] nic .*kept$' "$1: it was not closed"
	fi
}

# no_window DESC: bound to the NIC, it was open, then closed, then open, in no other order.
no_window() {
	unlike "$(flood_runs)" ' nic.* kept clear kept' "$1: no window" &&
		unlike "$(flood_runs)" "$2" "$1: none at all"
}

# Without the protection the same packets are on the wire all the while.
MODE=off
flood_start -n eth0
wf up a -q >/dev/null
sleep 0.2
flood_stop
like "$(flood_runs | tr '\n' ';')" '6 nic clear' 'without protection packets bound to the NIC are seen'
unlike "$(flood_runs)" '^4 nic.* kept$' 'and never stop'
wf down a -q >/dev/null

MODE=on
protect a allow-lan=off
kill_points up >"$RIG/up"
kill_points down >"$RIG/down"
num "$(wc -l <"$RIG/up")" -ge 10 "up makes $(wc -l <"$RIG/up") such calls"
num "$(wc -l <"$RIG/down")" -ge 5 "down makes $(wc -l <"$RIG/down") such calls"
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace of the undisturbed round'

kill_chosen "$RIG/up" >"$RIG/up.chosen"
while read -r name n <&3; do
	at="up killed at $name $n"
	flood_start -n eth0 </dev/null
	kill_at up "$name" "$n" </dev/null
	flood_stop
	no_window "$at" 'nic.* kept clear'
	sealed "$at" </dev/null
	ok "$at: up again" wf up a </dev/null
	is "$(seen_via)" 's1 s1' "$at: traffic flows"
	ok "$at: down" wf down a </dev/null
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "$at: down leaves no trace"
	kill_at up "$name" "$n" </dev/null
	ok "$at: down at once" wf down a </dev/null
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "$at: and no trace"
done 3<"$RIG/up.chosen"

kill_chosen "$RIG/down" >"$RIG/down.chosen"
while read -r name n <&3; do
	at="down killed at $name $n"
	wf up a -q </dev/null >/dev/null || fail "$at: up before it"
	flood_start -n eth0 </dev/null
	kill_at down "$name" "$n" </dev/null
	flood_stop
	no_window "$at" 'nic.* clear kept'
	sealed "$at" </dev/null
	ok "$at: down again" wf down a </dev/null
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "$at: no trace"
	wf up a -q </dev/null >/dev/null || fail "$at: up before it"
	kill_at down "$name" "$n" </dev/null
	ok "$at: up again" wf up a </dev/null
	is "$(seen_via)" 's1 s1' "$at: traffic flows"
	ok "$at: down at last" wf down a </dev/null
done 3<"$RIG/down.chosen"
t_done
