#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# vm: tests/leaks/probe tests/leaks/echo tests/leaks/flood
# seconds: 60
# Containers behind a bridge of the client, with the table that their own manager made: they go where
# the client goes, with the tunnel up and with its link down.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-leaks.sh"
rig_enter "$0" "$@"

leaks_net 1
import a 1 "$DNS_BOTH"

# bridged MACHINE N: a container behind br0.
bridged() {
	machine "$1"
	can_ping "$1"
	ip link add eth0 netns "$1" type veth peer name "v$1" netns client
	on client ip link set "v$1" master br0 up
	plug "$1" eth0 "172.17.0.$2/16" "fd17::$2/64" via 172.17.0.1 via fd17::1
}
on client ip link add br0 type bridge mcast_snooping 0
plug client br0 172.17.0.1/16 fd17::1/64
bridged ctr 2
bridged ctr2 3
on client sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
on client nft -f - <<-'END'
	table inet containers {
		chain post {
			type nat hook postrouting priority 100
			ip saddr 172.17.0.0/16 oifname != "br0" masquerade
			ip6 saddr fd17::/64 oifname != "br0" masquerade
		}
		chain pre {
			type nat hook prerouting priority -100
			fib daddr type local tcp dport 8080 dnat ip to 172.17.0.2:7000
		}
	}
END
echo_on ctr
echo_on ctr2
echo_on client
PROBER=ctr
P_SOURCE=172.17.0.2,fd17::2
CTR_TARGETS="$P_TARGETS other=172.17.0.3,fd17::3 host=172.17.0.1,fd17::1"

ctr_probes() {
	TARGETS=$CTR_TARGETS
	probes -k plain "$@"
	TARGETS=
}

scenario_up() {
	SCENARIO='32 containers'
	begin a allow-in=tcp/8080 allow-lan=off
	ctr_probes
	kept_in "$SCENARIO"
	outcome "$SCENARIO: the world through the tunnel, IPv4" '(udp|udp443) 4 public plain' \
		'answer:198\.18\.1\.2'
	outcome "$SCENARIO: the world through the tunnel, IPv6" '(udp|udp443) 6 public plain' \
		'answer:2001:db8:1::2'
	outcome "$SCENARIO: any name server is the tunnel's" '(udp53|tcp53) 4 (public|isp|tdns) plain' 'answer.*'
	outcome "$SCENARIO: its answer comes from there" 'udp53 4 isp plain' 'answer:10\.64\.1\.2'
	outcome "$SCENARIO: by IPv6, too" 'udp53 6 isp plain' 'answer:fc00:bbbb:bbbb:bb01::1:102'
	outcome "$SCENARIO: the next container" '(udp|tcp|icmp) [46] other plain' 'answer.*'
	on_mode && ok "$SCENARIO: the LAN is allowed" wf set a allow-lan=on
	TARGETS='published=10.1.0.2,,8080'
	PROBER=lanhost
	probes -k plain -p tcp
	PROBER=ctr TARGETS=
	outcome "$SCENARIO: a published port from the LAN" 'tcp 4 published plain' answer
	ctr_probes -t host
	outcome "$SCENARIO: the host" '(udp|icmp) [46] host plain' 'answer.*'
	on_mode && ok "$SCENARIO: the LAN is forbidden" wf set a allow-lan=off
	on client ip link set wf-a down
	wire_reset
	ctr_probes
	kept_in "$SCENARIO, link down"
	outcome "$SCENARIO: the next container all the same" '(udp|tcp|icmp) [46] other plain' 'answer.*'
	on client ip link del wf-a
	wire_reset
	ctr_probes
	kept_in "$SCENARIO, link deleted"
	finish a
}

both scenario_up
t_done
