#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# seconds: 100
# SIGKILL at the system calls of up and of down that change something: whatever was reached, the next
# command ends in the state it is asked for, and after a down nothing is left. Some are
# tried (lib/kill.sh); all-kill.sh tries them all.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"
. "$(dirname "$0")/../lib/kill.sh"

provider_net 1
import a 1
snapshot client "$RIG/before"

kill_points up >"$RIG/up"
kill_points down >"$RIG/down"
num "$(wc -l <"$RIG/up")" -ge 10 "up makes $(wc -l <"$RIG/up") such calls"
num "$(wc -l <"$RIG/down")" -ge 5 "down makes $(wc -l <"$RIG/down") such calls"
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace of the undisturbed round'

kill_chosen "$RIG/up" >"$RIG/up.chosen"
while read -r name n <&3; do
	kill_at up "$name" "$n" </dev/null
	ok "up killed at $name $n: down" wf down a </dev/null
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "up killed at $name $n: down leaves no trace"
	kill_at up "$name" "$n" </dev/null
	ok "up killed at $name $n: up again" wf up a </dev/null
	is "$(seen_from 4)" s1 "up killed at $name $n: traffic flows"
	ok "up killed at $name $n: down again" wf down a </dev/null
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "up killed at $name $n: and no trace"
done 3<"$RIG/up.chosen"

kill_chosen "$RIG/down" >"$RIG/down.chosen"
while read -r name n <&3; do
	wf up a -q </dev/null >/dev/null || fail "down killed at $name $n: up before it"
	kill_at down "$name" "$n" </dev/null
	ok "down killed at $name $n: up again" wf up a </dev/null
	is "$(seen_from 4)" s1 "down killed at $name $n: traffic flows"
	kill_at down "$name" "$n" </dev/null
	ok "down killed at $name $n: down" wf down a </dev/null
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "down killed at $name $n: no trace"
done 3<"$RIG/down.chosen"
t_done
