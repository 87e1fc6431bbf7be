#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# Who gets which packet: the tunnel's own prefixes before the LAN, the LAN before the default, and
# nothing public ever by a route that somebody on the LAN announced.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 1
watch_wire
import full 1
import office 1 account=2 allowed=10.99.0.0/16,fc00:99::/64
on router ip addr add 10.1.0.53/32 dev client
on client ip route add 192.168.77.0/24 via 10.1.0.1
snapshot client "$RIG/before"

# way ADDRESS [ARGS]...: the interface a packet to ADDRESS leaves by.
way() {
	on client ip route get "$@" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p'
}

is_rc 0 'a full tunnel' wf up full
is "$(way 203.0.113.2)" wf-full 'public: tunnel'
is "$(way 2001:db8:113::2)" wf-full 'public, IPv6: tunnel'
is "$(way 10.1.0.1)" eth0 'the LAN: directly'
ok 'and it answers' ping_ok client 10.1.0.53
is "$(way 192.168.77.5)" eth0 'a network behind a LAN router: directly'
is "$(way 192.168.78.5)" wf-full 'a private network that is not here: tunnel'
is "$(way fe80::1 oif eth0)" eth0 'link-local: directly'
is "$(way 198.18.1.2 mark 0x57000001)" eth0 'the ciphertext: directly'
is "$(way 198.18.1.2)" wf-full 'anything else to the server: tunnel'

# What DHCP option 121 or a router advertisement can put into main.
on client ip route add 203.0.113.2/32 via 10.1.0.1
on client ip route add 0.0.0.0/1 via 10.1.0.1
on client ip route add 128.0.0.0/1 via 10.1.0.1
on client ip -6 route add 2000::/3 via 2001:db8:c::1
count_reset
is "$(seen_from 4) $(seen_from 6)" 's1 s1' 'announced routes for public addresses: still the tunnel'
no_leak 'nothing of it in clear'
on client ip route del 203.0.113.2/32
on client ip route del 0.0.0.0/1
on client ip route del 128.0.0.0/1
on client ip -6 route del 2000::/3

# A rule that somebody deleted is missed at once, and what it did is not claimed.
on client ip rule del pref 5140
on client ip -6 rule del pref 5140
is "$(status_of full .default)" false 'without its rules it does not hold the default'
like "$(status_of full '.drift | join("\n")')" 'rule 5140 add' 'and status says what is missing'
is_rc 0 'reload puts them back' wf reload full
is "$(status_of full .default)" true 'then it does'

# Without a default route of its own this machine cannot reach the endpoint; the ciphertext must not
# go into the tunnel that it is the outside of.
gateway=$(on client ip route show default)
on client ip route del default
not_ok 'no way for the ciphertext' on client ip route get 198.18.1.2 mark 0x57000001
on client ping -n -q -c 2 -i 0.2 -W 1 203.0.113.2 >/dev/null
is "$(way 203.0.113.2)" wf-full 'everything else waits in the tunnel'
# shellcheck disable=SC2086
on client ip route add $gateway
is "$(seen_from 4)" s1 'the way is back: so is the tunnel'

# The default dies with the link; what would be sent is refused, not sent in clear.
on client ip link set wf-full down
count_reset
is "$(seen_from 4) $(seen_from 6)" 'nothing nothing' 'the link is down: nothing goes out'
no_leak 'really nothing'
is_rc 0 'reload mends it' wf reload full
is "$(seen_from 4)" s1 'traffic flows again'
is_rc 0 'down' wf down full
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace'

is_rc 0 'a split tunnel' wf up office
is "$(way 10.99.0.1)" wf-office 'its network: tunnel'
is "$(way 203.0.113.2)" eth0 'public: directly'
on client ip route add 10.99.0.0/24 via 10.1.0.1
on client ip route add 10.99.0.1/32 via 10.1.0.1
is "$(way 10.99.0.1)" wf-office 'an announced route for its network: still the tunnel'
on client ip route del 10.99.0.1/32
on client ip route del 10.99.0.0/24
is_rc 0 'down' wf down office
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace'

# Answers come back unmarked; a strict reverse path filter would drop them.
on client sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.rp_filter=1
snapshot client "$RIG/before"
is_rc 0 'strict reverse path filter: up' wf up full
is "$(seen_from 4)" s1 'traffic flows'
is_rc 0 'down' wf down full
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'the filter is as it was'
t_done
