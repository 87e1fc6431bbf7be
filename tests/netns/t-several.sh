#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# seconds: 50
# Several tunnels at once: the last full one holds the default, the others keep their own networks,
# one runs inside another; each order of coming and going ends without a trace.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 2
watch_wire
import a 1 account=1
import b 2 account=2
import office 1 account=3 allowed=10.99.0.0/16
snapshot client "$RIG/before"

seen() { # SERVER DESC
	is "$(seen_from 4) $(seen_from 6)" "$1 $1" "$2"
}
trace() {
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "$1"
}

for first in a b; do
	is_rc 0 'a up' wf up a
	is_rc 0 'b up beside it' wf up b
	count_reset
	seen s2 'the last one holds the default'
	is "$(status_of a .state) $(status_of b .state)" 'connected connected' 'both are connected'
	is "$(status_of a .default) $(status_of b .default)" 'false true' 'status says who holds it'
	no_leak 'nothing in clear with two of them'
	is_rc 0 "$first goes first" wf down "$first"
	count_reset
	if [ "$first" = a ]; then seen s2 'the holder stays'; else seen s1 'the earlier one takes over'; fi
	no_leak 'nothing in clear afterwards'
	is_rc 0 'the other goes' wf down --all
	trace "no trace after $first first"
done

is_rc 0 'a full tunnel' wf up a
is_rc 0 'an office beside it' wf up office
count_reset
ok 'the office by its own tunnel' ping_ok client 10.99.0.1
seen s1 'the rest by the full one'
is "$(status_of office .peers[0].endpoint)" '198.18.1.2:51820' 'ciphertext of both goes out directly'
no_leak 'nothing in clear'
is_rc 0 'down together' wf down --all
trace 'no trace of the two'

is_rc 0 'outer up' wf up a
is_rc 0 'inner up inside it' wf up b --via a
count_reset
count_add inner 'ip daddr 198.18.2.2 udp dport 51820'
seen s2 'the world sees the inner server'
is "$(counted inner)" 0 'its ciphertext is not on the wire: the outer one carries it'
like "$(status_of b .via)" '^wf-a$' 'status says so'
is_rc 0 'the outer one goes first' wf down a
is "$(seen_from 4)" nothing 'then nothing gets through'
is "$(counted inner)" 0 'and no inner packet goes out directly'
no_leak 'nothing in clear'
is_rc 0 'the inner one goes' wf down b
trace 'no trace of the nested two'

is_rc 0 'outer up again' wf up a
is_rc 0 'inner up again' wf up b --via a
is_rc 0 'the inner one goes first' wf down b
seen s1 'the outer one holds the default again'
is_rc 0 'the outer one goes' wf down a
trace 'no trace in that order either'
is_rc 5 'via something that is not up' wf up b --via a
trace 'which changes nothing'
t_done
