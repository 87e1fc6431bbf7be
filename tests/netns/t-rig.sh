#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The test ground itself: a client reaches the provider by ip and wg alone, over both families
# outside and inside, is seen under the server's address, and every trace goes away with the link.
# What the other tests rely on (counters, snapshots, private directories) is checked here, too.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
rig_enter "$0" "$@"

provider_net 2
ok 'the client reaches inet by IPv4' ping_ok client 203.0.113.2
ok 'the client reaches inet by IPv6' ping_ok client 2001:db8:113::2
is "$(seen_from 4)" client 'inet sees the client itself by IPv4'
is "$(seen_from 6)" client 'inet sees the client itself by IPv6'
is "$(processes client)" '' 'nothing runs on the client'

watch_wire
snapshot client "$RIG/before"
snapshot client "$RIG/again"
same_state "$RIG/before" "$RIG/again" 'two snapshots of the same state are equal'

for outer in 4 6; do
	for n in 1 2; do
		count_reset
		hand_up "$n" "endpoint=$outer"
		ok "s$n over IPv$outer: IPv4 in the tunnel" ping_ok client "10.99.0.$n"
		ok "s$n over IPv$outer: IPv6 in the tunnel" ping_ok client "fc00:99::$n"
		ok "s$n over IPv$outer: handshake" handshake client hand "$(pub "s$n")"
		is "$(seen_from 4)" "s$n" "s$n over IPv$outer: inet sees the server by IPv4"
		is "$(seen_from 6)" "s$n" "s$n over IPv$outer: inet sees the server by IPv6"
		num "$(counted cipher)" -ge 6 "s$n over IPv$outer: ciphertext on the wire"
		no_leak "s$n over IPv$outer: and nothing else"
		hand_down
	done
done
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'the tunnel left no trace'
ok 'no process is left' within 3 sh -c "[ -z \"\$(ip netns pids client)\" ]"

count_reset
ping_ok client 203.0.113.2 >/dev/null
on client sh -c 'echo x | busybox nc -w 1 203.0.113.2 9' >/dev/null 2>&1
num "$(leaks)" -ge 2 'a packet beside the tunnel is counted'
like "$(leak_list)" '^203\.0\.113\.2 (icmp|tcp)$' 'and named'
count_add pings 'icmp type echo-request'
ping_ok client 203.0.113.2 3 >/dev/null
is "$(counted pings)" 3 'a counter of its own counts exactly'

on client ip route add 192.0.2.0/24 via 10.1.0.1 table 77
on client sysctl -qw net.ipv4.conf.all.src_valid_mark=1
on client nft add table inet x
snapshot client "$RIG/changed"
diff -r "$RIG/before" "$RIG/changed" >"$RIG/diff"
is "$(grep -c '^[<>]' "$RIG/diff")" 4 'a snapshot shows a route, a sysctl and a table' ||
	diag <"$RIG/diff"

on client sh -c 'echo nameserver 192.0.2.53 >/etc/resolv.conf.new &&
	mv /etc/resolv.conf.new /etc/resolv.conf && mkdir -p /var/lib/wf && : >/run/mine' ||
	fail 'the client can write its own files'
is "$(on client cat /etc/resolv.conf)" 'nameserver 192.0.2.53' "a machine's resolv.conf is a file of its own"
not_ok 'no other machine sees it' on inet grep -q 192.0.2.53 /etc/resolv.conf
not_ok 'nor its /run' on inet test -e /run/mine
not_ok 'nor the host' grep -q 192.0.2.53 /etc/resolv.conf
t_done
