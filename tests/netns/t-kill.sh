#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# seconds: 100
# SIGKILL at the system calls of up and of down that change something: whatever was reached, the next
# command ends in the state it is asked for, and after a down nothing is left. Every KILL_STEP-th call
# is tried, beginning with another one for each commit (WF_SHIFT); all-kill.sh tries them all.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

step=${KILL_STEP:-7}
# Calls without an effect that outlives the process are left out, as are the loader's.
calls=sendto,sendmsg,write,pwrite64,fsync,rename,unlink,openat,connect,flock,clone,clone3,vfork,mkdir

provider_net 1
import a 1
snapshot client "$RIG/before"

# points VERB: one "NAME ORDINAL" per line, for each call that `wf VERB a` makes, in order. The same
# command makes the same calls each time.
points() {
	on client env "WF_LIBEXEC=$WF_LIBEXEC" strace -qq -e "trace=$calls" -o "$RIG/tmp/calls" \
		"$WF" "$1" a >/dev/null 2>&1
	awk -F'(' '{ n[$1]++ }
		$0 ~ /^openat/ && $0 !~ /O_CREAT|O_RDWR|O_WRONLY/ { next }
		$0 ~ /^write\([12],/ { next }
		{ print $1, n[$1] }' "$RIG/tmp/calls"
}

# killed VERB NAME ORDINAL: runs it and kills it there.
killed() {
	on client env "WF_LIBEXEC=$WF_LIBEXEC" strace -qq -o /dev/null -e "trace=$2" \
		-e "inject=$2:signal=KILL:when=$3" "$WF" "$1" a >"$RIG/tmp/killed" 2>&1
}

points up >"$RIG/up"
points down >"$RIG/down"
num "$(wc -l <"$RIG/up")" -ge 10 "up makes $(wc -l <"$RIG/up") such calls"
num "$(wc -l <"$RIG/down")" -ge 5 "down makes $(wc -l <"$RIG/down") such calls"
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace of the undisturbed round'

# chosen FILE: the lines to try, numbered.
chosen() {
	awk -v step="$step" -v shift="${WF_SHIFT:-0}" '(NR + shift) % step == 0' "$1"
}

chosen "$RIG/up" >"$RIG/up.chosen"
while read -r name n <&3; do
	killed up "$name" "$n" </dev/null
	ok "up killed at $name $n: down" wf down a </dev/null
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "up killed at $name $n: down leaves no trace"
	killed up "$name" "$n" </dev/null
	ok "up killed at $name $n: up again" wf up a </dev/null
	is "$(seen_from 4)" s1 "up killed at $name $n: traffic flows"
	ok "up killed at $name $n: down again" wf down a </dev/null
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "up killed at $name $n: and no trace"
done 3<"$RIG/up.chosen"

chosen "$RIG/down" >"$RIG/down.chosen"
while read -r name n <&3; do
	wf up a -q </dev/null >/dev/null || fail "down killed at $name $n: up before it"
	killed down "$name" "$n" </dev/null
	ok "down killed at $name $n: up again" wf up a </dev/null
	is "$(seen_from 4)" s1 "down killed at $name $n: traffic flows"
	killed down "$name" "$n" </dev/null
	ok "down killed at $name $n: down" wf down a </dev/null
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "down killed at $name $n: no trace"
done 3<"$RIG/down.chosen"
t_done
