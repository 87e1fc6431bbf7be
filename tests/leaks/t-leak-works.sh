#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build: tests/leaks/probe tests/leaks/echo
# service: openssh-server
# What must go on beside a tunnel with the kill switch: logins from outside by a port that is let in,
# devices of the LAN that are found by multicast, leases for those who ask this machine, gateways that
# are forgotten and found again, and errors about packets too large for the path.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/../netns/lib-ssh.sh"
. "$(dirname "$0")/lib-leaks.sh"
rig_enter "$0" "$@"

RIG_ACCOUNTS='1 2'
leaks_net 1
import a 1 "$DNS_BOTH"
import six 1 account=2 endpoint=6 "$DNS_BOTH"
sshd_start client
wf set a kill-switch=on dns-leak=on allow-lan=on allow-in=tcp/22 -q >/dev/null
wf set six kill-switch=on dns-leak=on -q >/dev/null
on client sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.rp_filter=1
is_rc 0 'up' wf up a

# --- logins

# login FROM ADDRESS: a login from there, and more than a few packets of output.
login() {
	is "$(ssh_to "$1" "root@$2" 'head -c 200000 /dev/zero' 2>&1 | wc -c)" 200000 \
		"a login from $1 to $2"
}
login inet 10.1.0.2
login inet 2001:db8:c::2
login lanhost 10.1.0.2
login lanhost fd00:1::2
login lanhost 2001:db8:c::2
login client 127.0.0.1
login client 10.1.0.2
login client 10.64.1.2
is "$(seen_via)" 's1 s1' 'all else goes through the tunnel'

# --- found by multicast

# said ADDRESS: the client says something there, without choosing an interface; "wire" when it is
# on the LAN.
said() {
	on router nft "flush set netdev rig said"
	on client python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
try:
    s.sendto(b"x", (sys.argv[1], 9999))
except OSError as e:
    print(e.strerror)' "$1"
	on router nft list set netdev rig said | grep -q "$1" && echo wire
}
on router nft 'add set netdev rig said { type ipv4_addr; flags dynamic; size 100; }
	add rule netdev rig own udp dport 9999 add @said { ip daddr }'
for to in 224.0.0.251 239.255.255.250 255.255.255.255 10.1.0.255; do
	is "$(said $to)" wire "the LAN hears what is said to $to"
done
wf set a allow-lan=off -q >/dev/null
for to in 224.0.0.251 239.255.255.250 255.255.255.255 10.1.0.255; do
	is "$(said $to)" 'Operation not permitted' "without the LAN nobody hears what is said to $to"
done
wf set a allow-lan=on -q >/dev/null

# --- leases from this machine

machine phone
wire phone eth0 client wlan0
on client ip addr add 10.42.0.1/24 dev wlan0
printf 'interface wlan0\nstart 10.42.0.50\nend 10.42.0.60\nlease_file %s\npidfile %s\n' \
	"$RIG/leases" "$RIG/udhcpd.pid" >"$RIG/udhcpd.conf"
: >"$RIG/leases"
# lease: whether the phone gets an address.
lease() {
	on phone timeout 20 busybox udhcpc -f -n -q -i eth0 -s /bin/true -t 2 -T 1 -A 1 >/dev/null 2>&1 &&
		echo yes || echo no
}
bg client busybox udhcpd -f "$RIG/udhcpd.conf"
is "$(lease)" yes 'who asks this machine for a lease gets one'
wf set a allow-lan=off -q >/dev/null
is "$(lease)" no 'not without the LAN'
wf set a allow-lan=on -q >/dev/null

# --- a router that cannot pass on so much, with an address that is not of the LAN

narrow() {
	on router ip link set s1 mtu "$1"
	on s1 ip link set eth0 mtu "$1"
}
on router ip route replace 10.1.0.0/24 dev lan src 198.18.1.1
narrow 1300
on client ping -n -q -c 2 -i 0.3 -W 1 -s 1380 203.0.113.2 >/dev/null
like "$(on client ip route get 198.18.1.2 mark "$P_MARK")" 'mtu 1300' \
	'the router tells of its size, and is believed'
narrow 1500
ok 'down' wf down a

# --- gateways, by IPv6

is_rc 0 'up, by IPv6' wf up six
on router ip addr add fe80::1/64 dev lan nodad
for d in client.eth0 router.lan; do
	on "${d%.*}" sysctl -qw "net.ipv6.neigh.${d#*.}.base_reachable_time_ms=1000" \
		"net.ipv6.neigh.${d#*.}.delay_first_probe_time=1"
done
for gateway in 2001:db8:c::1 fe80::1; do
	on client ip -6 route replace default via "$gateway" dev eth0
	on client ip -6 neigh flush dev eth0
	on router ip -6 neigh flush dev lan
	ok "gateway $gateway is found" on client ping -n -q -c 12 -i 0.5 -W 2 203.0.113.2
	ok "and again, by $gateway" on client ping -n -q -c 2 -W 2 203.0.113.2
done
ok 'down' wf down six
t_done
