#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# Exceptions: a user who stays outside the tunnel under its kill switch, and one who alone uses a
# second tunnel, each in both families and nobody else with them.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

# One key serves one sponsor on a device.
RIG_ACCOUNTS='1 2 3 4'

provider_net 2
snapshot client "$RIG/before"

# user_seen UID 4|6: what inet sees of a program of that user, in words.
user_seen() {
	seen_user=$1
	seen_from "$2"
}
# Of the rig, with a user.
seen_as() {
	host=203.0.113.2
	[ "$1" = 4 ] || host='[2001:db8:113::2]'
	on client timeout 5 setpriv --reuid "$seen_user" --clear-groups \
		busybox wget -q -O - "http://$host/cgi-bin/who" 2>/dev/null |
		sed 's/^\[\(.*\)\]$/\1/; s/^::ffff://'
}

import home 1
import other 2 account=2
is_rc 0 'the kill switch and an exception' wf set home kill-switch=on split=user:1000-1000
is_rc 0 'up' wf up home
for f in 4 6; do
	is "$(user_seen 1000 $f)" client "IPv$f: the user is outside"
	is "$(user_seen 1001 $f)" s1 "IPv$f: another is in the tunnel"
	is "$(user_seen 0 $f)" s1 "IPv$f: root is in the tunnel"
done

is_rc 0 'a tunnel for one alone' wf set other split=only:user:1002-1002
is_rc 0 'its up' wf up other
for f in 4 6; do
	is "$(user_seen 1002 $f)" s2 "IPv$f: that user is in the second tunnel"
	is "$(user_seen 1000 $f)" client "IPv$f: the first exception stays"
	is "$(user_seen 0 $f)" s1 "IPv$f: root is in the first tunnel"
done
on client ip link set wf-other down
for f in 4 6; do
	is "$(user_seen 1002 $f)" nothing "IPv$f: without its link that user has no other way"
done
is_rc 0 'the link again' wf reload other
is "$(user_seen 1002 4)" s2 'and so is the user'

is_rc 0 'down with the first' wf down home
is "$(user_seen 1002 4)" s2 'the second tunnel has its user'
is "$(user_seen 0 4)" client 'and nobody else'
is_rc 0 'down with the second' wf down other

# What is changed while another tunnel has the default counts when it is one's own again.
import late 1 account=3
import top 2 account=4
is_rc 0 'one below' wf up late
is_rc 0 'one above' wf up top
is_rc 0 'an exception for the one below' wf set late split=user:1000-1000
is_rc 0 'reload' wf reload late
is "$(user_seen 1000 4)" s2 'the one above has no exception'
is_rc 0 'down with the one above' wf down top
is "$(user_seen 1000 4)" client 'the one below has'
is "$(user_seen 0 4)" s1 'for that user'
is_rc 0 'down with it' wf down late
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace is left'
t_done
