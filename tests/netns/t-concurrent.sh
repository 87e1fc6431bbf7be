#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# Two commands at once: on one tunnel the second is told who is at work, on another it proceeds.
# Ctrl-C while waiting takes everything back.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 1
import a 1
import dead 1 account=2 endpoint=198.18.1.2:9
import other 1 account=3 allowed=10.99.0.0/16
snapshot client "$RIG/before"
trace() {
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "$1"
}
# waiting: `wf up dead` runs in the background and waits for its handshake.
waiting() {
	bg client env "WF_LIBEXEC=$WF_LIBEXEC" "$WF" up dead --wait "$1"
	within 5 on client ip link show wf-dead || fail 'up does not get as far as its link'
}

waiting 20
up=$BG_PID
is_rc 6 'a second up of the same' wf up dead
like "$(cat "$T_TMP/stderr")" "E_BUSY" 'is busy'
like "$(cat "$T_TMP/stderr")" "wf up.*pid [0-9]+.* [0-9]+ s" 'names command, process and age'
is_rc 6 'down of it' wf down dead
is_rc 6 'reload of it' wf reload dead
is "$(status_of dead .state)" changing 'status says that somebody is at it'
is_rc 0 'up of another one' wf up other
ok 'which works' ping_ok client 10.99.0.1
is "$(on client ip rule show | grep -c '^5140:')" 0 'which does not move the default to the one that waits'
is "$(seen_from 4)" client 'so traffic goes on as before'
is_rc 0 'and down' wf down other
is "$(on client ip rule show | grep -c '^5140:')" 0 'nor does its down'
end_bg "$up" INT
trace 'Ctrl-C leaves nothing'

waiting 20
end_bg "$BG_PID" KILL
is_rc 0 'after a kill another command goes on' wf up a
like "$(cat "$T_TMP/stderr")" 'interrupted' 'and says what it took back'
not_ok 'the dead one is gone' on client ip link show wf-dead
is "$(seen_from 4)" s1 'the new one works'
is_rc 0 'down' wf down a
trace 'no trace of both'

on client sh -c 'echo $$ >/run/pid; exec env "$@"' sh "WF_LIBEXEC=$WF_LIBEXEC" "$WF" up dead \
	--wait 20 >"$RIG/tmp/int" 2>&1 &
shell=$!
within 5 on client ip link show wf-dead
on client sh -c 'kill -INT $(cat /run/pid)'
wait "$shell"
is "$?" 130 'Ctrl-C ends with 130'
trace 'and everything as before'
t_done
