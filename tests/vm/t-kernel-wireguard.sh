#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest has what the tests of this tier count on: a kernel that makes WireGuard links itself, a
# handshake between two namespaces over both families, and the modules the firewall needs.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
rig_enter "$0" "$@"

machine a
machine b
wire a eth0 b eth0
plug a eth0 192.0.2.1/24 2001:db8::1/64
plug b eth0 192.0.2.2/24 2001:db8::2/64
for m in a b; do
	ok "$m: ip link add wg0 type wireguard" on "$m" ip link add wg0 type wireguard
done
is "$(on a ip -d -j link show wg0 | jq -r '.[0].linkinfo.info_kind')" wireguard \
	'the link is of the kernel'

for outer in 192.0.2. 2001:db8::; do
	for m in a b; do
		n=1
		other=b
		[ "$m" = a ] || n=2 other=a
		endpoint="${outer}$((3 - n)):51820"
		case $outer in *:*) endpoint="[${outer}$((3 - n))]:51820" ;; esac
		key "$m" >/dev/null
		on "$m" ip link del wg0 2>/dev/null
		on "$m" ip link add wg0 type wireguard
		on "$m" wg set wg0 listen-port 51820 private-key "$RIG/keys/$m" \
			peer "$(pub "$other")" endpoint "$endpoint" \
			allowed-ips "10.0.0.$((3 - n))/32,fd00::$((3 - n))/128"
		plug "$m" wg0 "10.0.0.$n/24" "fd00::$n/64"
	done
	ok "over $outer: IPv4 in the tunnel" ping_ok a 10.0.0.2
	ok "over $outer: IPv6 in the tunnel" ping_ok a fd00::2
	ok "over $outer: handshake" handshake a wg0 "$(pub b)"
done

on a mkdir /sys/fs/cgroup/wf-test
ok 'nft with fib, ct, reject, nat, numgen and socket' on a nft -f - <<-'END'
	table inet t {
		chain i {
			type filter hook input priority 0
			fib saddr . mark oif 0 counter
			ct state established,related accept
			socket cgroupv2 level 1 "wf-test" counter
			numgen inc mod 2 vmap { 0 : accept, 1 : continue }
			reject with icmpx admin-prohibited
		}
		chain n {
			type nat hook postrouting priority 100
			masquerade
		}
	}
END
rmdir /sys/fs/cgroup/wf-test
ok 'a dummy link' on a ip link add d0 type dummy
ok 'a vrf' on a ip link add v0 type vrf table 5
t_done
