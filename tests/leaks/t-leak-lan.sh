#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build: tests/leaks/probe tests/leaks/echo tests/leaks/ra
# A LAN that lies: routes by DHCP and by router advertisements, IPv6 beside a tunnel that has none, an
# endpoint's name that leads to a victim, floods.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/../netns/lib-dns.sh"
. "$(dirname "$0")/lib-leaks.sh"
rig_enter "$0" "$@"

RIG_ACCOUNTS='1 2 3 4'
leaks_net 1
import a 1 "$DNS_BOTH"
import four 1 account=2 allowed=0.0.0.0/0 address=10.64.2.2/32 "$DNS_BOTH"
import six 1 account=3 endpoint=6 "$DNS_BOTH"

# The routes of option 121 lead to evil. All of the Internet twice: by a default route, and by halves.
scenario_option_121() {
	SCENARIO='21 option 121'
	begin a
	dhcp_serve evil eth0 'opt router 10.1.0.66' \
		'opt staticroutes 203.0.113.2/32 10.1.0.66, 0.0.0.0/1 10.1.0.66, 128.0.0.0/1 10.1.0.66, 0.0.0.0/0 10.1.0.66, 10.64.0.1/32 10.1.0.66'
	dhcp_client
	ok "$SCENARIO ($MODE): a lease" dhcp_event bound
	like "$(on client ip route show 203.0.113.2)" 'via 10.1.0.66' "$SCENARIO ($MODE): its routes are there"
	wire_reset
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: it goes through the tunnel" '(udp|udp443) 4 public (plain|uid)' \
		'answer:198\.18\.1\.2'
	outcome "$SCENARIO: to the tunnel's name server, too" '(udp53|udp) 4 tdns plain' 'answer:10\.64\.1\.2'
	end_bg "$DHCP_PID"
	end_bg "$DHCPD_PID"
	on client ip route flush via 10.1.0.66
	on client ip route replace default via 10.1.0.1
	finish a
}

scenario_route_information() {
	SCENARIO='23 route information'
	begin a
	accept_ra
	ra evil eth0 -h -r 2000::/3 -r 2001:db8:113::2/128 -r fc00:bbbb:bbbb:bb01::1/128
	like "$(on client ip -6 route show proto ra)" '^2001:db8:113::2' "$SCENARIO ($MODE): the routes are there"
	wire_reset
	probes -f 6
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: it goes through the tunnel" '(udp|udp443) 6 public (plain|uid)' \
		'answer:2001:db8:1::2'
	outcome "$SCENARIO: to the tunnel's name server, too" 'udp53 6 tdns plain' 'answer:.*'
	ra_forget
	finish a
}

scenario_v4_only() {
	SCENARIO='19 IPv4-only tunnel'
	begin four
	accept_ra
	ra router lan -p 2001:db8:c::/64
	wire_reset
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: IPv6 fails at once" '.* 6 (public|isp) .*' "$REFUSED"
	outcome "$SCENARIO: IPv4 goes through the tunnel" '(udp|udp443) 4 public plain' 'answer:198\.18\.1\.2'
	outcome "$SCENARIO: the LAN has IPv6" '(udp|tcp) 6 lan plain' 'answer.*'
	ra_forget
	finish four
}

# Nothing but IPv6 on the wire.
scenario_v6_only() {
	SCENARIO='20 IPv6-only LAN'
	on client ip -4 addr flush dev eth0
	endpoints 2001:db8:1::2
	begin six
	probes -k plain,nic,uid,mark
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: IPv4 in the tunnel" 'udp 4 public (plain|uid)' 'answer:198\.18\.1\.2'
	outcome "$SCENARIO: IPv6 in the tunnel" 'udp 6 public (plain|uid)' 'answer:2001:db8:1::2'
	num "$(on client cat /sys/class/net/wf-six/mtu)" -le 1420 "$SCENARIO ($MODE): MTU"
	finish six
	on client ip addr add 10.1.0.2/24 dev eth0
	on client ip route add default via 10.1.0.1
	endpoints 198.18.1.2
}

# Whoever answers for the endpoint's name says a victim's address, and hands on what comes to the
# endpoint's port: the tunnel works, and the victim's address must not become an exception.
scenario_server_ip() {
	SCENARIO='25 ServerIP'
	on router nft -f - <<-'END'
		table inet spoof {
			chain pre {
				type nat hook prerouting priority -100
				ip daddr 203.0.113.2 udp dport 51820 dnat ip to 198.18.1.2
			}
		}
	END
	echo 'vpn.example A 203.0.113.2' >"$RIG/zone"
	[ -e "$RIG/dns.router.log" ] || dns_start router 10.1.0.1 "$RIG/zone"
	dns_use client 10.1.0.1
	endpoints 203.0.113.2
	protect victim
	is_rc 0 "$SCENARIO ($MODE): up" wf up victim
	mark_of victim
	wire_reset
	probes -t public
	kept_in "$SCENARIO"
	outcome "$SCENARIO: the victim by the tunnel" '(udp|udp443) 4 public (plain|uid)' \
		'answer:(198\.18\.1\.2|203\.0\.113\.2)'
	outcome "$SCENARIO: never by the side" '.* 4 public (nic|source|mark)' "$REFUSED"
	finish victim
	on router nft delete table inet spoof
	endpoints 198.18.1.2
	dns_use client
}

scenario_floods() {
	SCENARIO='52 floods'
	begin a
	accept_ra
	ra evil eth0 -h -c 400 -r 2000::/3
	dhcp_serve evil eth0 'opt router 10.1.0.66' 'opt lease 10'
	dhcp_client
	ok "$SCENARIO ($MODE): a lease that names evil" dhcp_event bound
	like "$(on client ip -4 route show default)" 'via 10.1.0.66' "$SCENARIO ($MODE): evil is the gateway"
	wire_reset
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: what is kept in is answered or refused" '.* (public|isp) (nic|source|mark)' "$REFUSED"
	end_bg "$DHCP_PID"
	end_bg "$DHCPD_PID"
	ra_forget
	on client ip route replace default via 10.1.0.1
	finish a
}

import victim 1 account=4 endpoint=vpn.example:51820 "$DNS_BOTH"
both scenario_option_121
both scenario_route_information
both scenario_v4_only
both scenario_v6_only
both scenario_floods
both scenario_server_ip
t_done
