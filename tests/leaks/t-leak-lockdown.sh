#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# vm: tests/leaks/probe tests/leaks/echo
# seconds: 60
# The lockdown: without a tunnel, with one, over a reboot, and its end.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-leaks.sh"
rig_enter "$0" "$@"

leaks_net 1
import a 1 "$DNS_BOTH"

# init_start MACHINE: processes of their own there, the first of which has that machine's network, as
# on one that is nobody's guest.
init_start() {
	read -r pid <"$RIG/m/$1/pid"
	nsenter --net="/run/netns/$1" --mount="/proc/$pid/ns/mnt" \
		unshare --pid --fork --kill-child --mount-proc sleep 1000000 </dev/null >/dev/null 2>&1 &
	INIT_PARENT=$!
	within 5 grep -q . "/proc/$INIT_PARENT/task/$INIT_PARENT/children" || bail 'no first process'
	read -r INIT _ <"/proc/$INIT_PARENT/task/$INIT_PARENT/children"
}

init_end() {
	kill -KILL "$INIT_PARENT"
	wait "$INIT_PARENT" 2>/dev/null
}

# booted ARGS...: wf there.
booted() {
	nsenter --target "$INIT" --pid --mount --net env "WF_LIBEXEC=$WF_LIBEXEC" "$WF" "$@"
}

scenario_down() {
	SCENARIO='1 lockdown'
	on_mode && is_rc 0 "$SCENARIO: on" wf lockdown on
	wire_reset
	probes
	kept_in "$SCENARIO"
	outcome "$SCENARIO: refused at once" '.* [46] .*' "$REFUSED"
	dhcp_serve router lan
	dhcp_client
	ok "$SCENARIO ($MODE): a lease" dhcp_event bound
	wire_reset
	dhcp_signal USR1
	ok "$SCENARIO ($MODE): it is renewed" dhcp_event renew
	num "$(wire_count leases)" -ge 1 "$SCENARIO ($MODE): by unicast"
	end_bg "$DHCP_PID"
	end_bg "$DHCPD_PID"
	on lanhost ip neigh flush dev eth0
	wire_reset
	on lanhost ping -c 1 -W 1 fd00:1::2 >/dev/null
	num "$(wire_count nds)" -ge 1 "$SCENARIO ($MODE): neighbours are found"
	ok "$SCENARIO ($MODE): the machine itself" on client ping -c 1 -W 1 127.0.0.1
	on_mode || return 0
	is_rc 0 "$SCENARIO: the LAN is allowed" wf lockdown on --allow lan
	wire_reset
	probes
	kept_in "$SCENARIO, LAN allowed" '^(udp|tcp|icmp|udp443) [46] (lan|tdns) '
	outcome "$SCENARIO: the LAN answers" '(udp|tcp) [46] lan plain' 'answer.*'
	is_rc 0 "$SCENARIO: without the LAN again" wf lockdown on
	flood_start -n eth0
	is_rc 0 "$SCENARIO: a tunnel comes up" wf up a
	mark_of a
	is "$(seen_via)" 's1 s1' "$SCENARIO: and carries traffic"
	is_rc 0 "$SCENARIO: and goes" wf down a
	flood_stop
	unlike "$(flood_runs)" clear "$SCENARIO: nothing was open meanwhile"
	wire_reset
	probes
	kept_in "$SCENARIO, after the tunnel"
	on client rm -rf /var/lib/wf/wf.db /var/lib/wf/wf.db-wal /var/lib/wf/wf.db-shm
	is_rc 0 "47 lockdown off, without a database" wf lockdown off
	nothing_left '47 lockdown off leaves nothing'
	import a 1 "$DNS_BOTH"
	wire_reset
	probes -k plain
	outcome '47 lockdown off: the network is open' '(udp|udp53|tcp|tcp53|icmp) [46] (public|isp|lan) plain' \
		'answer.*'
}

# A fresh network without a NIC, where the boot unit runs; then the NIC appears, and has its address
# by DHCP.
scenario_boot() {
	SCENARIO='46 boot'
	if on_mode; then
		init_start client
		is_rc 0 "$SCENARIO: lockdown on" booted lockdown on
		init_end
	fi
	ip netns add boot
	mkdir -p "$RIG/m/boot"
	cp "$RIG/m/client/pid" "$RIG/m/boot/pid"
	on client rm -rf /run/wf
	PROBER=boot CLIENT=boot
	on boot ip link set lo up
	can_ping boot
	init_start boot
	is_rc 0 "$SCENARIO ($MODE): the unit's command" booted lockdown load
	on_mode && like "$(cat "$T_TMP/stdout" "$T_TMP/stderr")" 'lockdown off' "$SCENARIO: it says how to open"
	ip -n client link set eth0 netns boot
	plug boot eth0
	dhcp_serve router lan
	dhcp_client
	ok "$SCENARIO ($MODE): a lease" dhcp_event bound
	on boot ip addr add 2001:db8:c::2/64 dev eth0 nodad
	on boot ip -6 route add default via 2001:db8:c::1
	wire_reset
	probes
	kept_in "$SCENARIO"
	is_rc 0 "$SCENARIO ($MODE): a tunnel comes up" booted up a
	is "$(seen_via)" 's1 s1' "$SCENARIO ($MODE): and carries traffic"
	is_rc 0 "$SCENARIO ($MODE): and goes" booted down a
	on_mode && is_rc 0 "$SCENARIO: lockdown off" booted lockdown off
	probes -k plain
	outcome "$SCENARIO: the network is open" '(udp|tcp|icmp) 4 (public|lan) plain' 'answer.*'
	is "$(on boot nft list tables)" '' "$SCENARIO ($MODE): nothing is left"
	end_bg "$DHCP_PID"
	end_bg "$DHCPD_PID"
	init_end
	ip -n boot link set eth0 netns client
	plug client eth0 10.1.0.2/24 2001:db8:c::2/64 fd00:1::2/64 via 10.1.0.1 via 2001:db8:c::1
	ip netns del boot
	PROBER=client CLIENT=client
}

both scenario_down
both scenario_boot
t_done
