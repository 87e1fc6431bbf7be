#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# The first packet of a handshake is lost. WireGuard itself repeats it only after 5 s; wf asks again
# each second, so a wait of 4 s is enough. The configured keepalive is in force afterwards.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 1
import a 1 account=1
import b 1 account=2 peer='PersistentKeepalive = 17'
snapshot client "$RIG/before"

# lose N: the router drops the next N packets to the server's port.
lose() {
	on router nft -f - <<-END
		table inet lossy
		delete table inet lossy
		table inet lossy {
			chain pre {
				type filter hook prerouting priority -300
				udp dport 51820 limit rate over 1/day burst $1 packets accept
				udp dport 51820 drop
			}
		}
	END
}
keepalive() {
	on client wg show "$1" persistent-keepalive | cut -f2
}

lose 1
is_rc 7 'with nobody asking again in time it fails' wf up a --wait 1 --or-down
lose 1
is_rc 0 'asked again, it connects' wf up a --wait 4
is "$(keepalive wf-a)" off 'no keepalive where none is configured'
is_rc 0 'down' wf down a
lose 2
is_rc 0 'two lost packets' wf up b --wait 4
is "$(keepalive wf-b)" 17 'the configured keepalive'
is_rc 0 'down' wf down b
on router nft delete table inet lossy
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace'
t_done
