# SPDX-License-Identifier: GPL-2.0-or-later
# The ground on which wf is made to leak: sourced after netns.sh and wf.sh. A client on a LAN with
# strangers, a provider beyond the router, and a count of every frame that leaves the client.
#
#   client eth0 --- client  router (bridge lan) --- s1, s2  the provider's servers
#   lanhost     --- lanhost                     --- inet    the rest of the world
#   evil        --- evil                        --- isp     the name server DHCP hands out
#
# Every scenario runs twice: MODE=off, without the protection, where the same probes must be seen on
# the wire; and MODE=on, where they must not. `both` does that; `protect` is where the modes differ.
# shellcheck shell=sh disable=SC3043,SC2034

LEAKS=$WF_BUILD/tests/leaks
LEAKS_MODES=${LEAKS_MODES:-off on}

P_PUBLIC=203.0.113.2,2001:db8:113::2
P_LAN=10.1.0.5,fd00:1::5
P_TDNS=10.64.0.1,fc00:bbbb:bbbb:bb01::1
P_ISP=198.51.100.53,2001:db8:51::53
P_TARGETS="public=$P_PUBLIC lan=$P_LAN tdns=$P_TDNS isp=$P_ISP"
P_SOURCE=10.1.0.2,2001:db8:c::2
P_BASE=2000
# Who probes, and who asks for leases.
PROBER=client
CLIENT=client
P_MARK=0x57000001
# Packets to the LAN itself, but not questions for names. The tunnel's name server has an address of
# a private range: a socket that insists on the NIC, or is not routed, finds it there or nowhere.
LAN_OK='^(udp|tcp|icmp|udp443) [46] (lan |tdns (nic|mark)$)'
DNS_BOTH="dns=$P_TDNS"

# leaks_net [N]: the network with N servers (1).
leaks_net() {
	local n=1
	for n in router client lanhost evil isp inet; do machine "$n"; done
	can_ping client
	can_ping lanhost
	on router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	on router ip link add lan type bridge mcast_snooping 0
	plug router lan 10.1.0.1/24 2001:db8:c::1/64 fd00:1::1/64
	lan_port client 2
	lan_port lanhost 5
	lan_port evil 66
	to_router inet 203.0.113 2001:db8:113 inet
	to_router isp 198.51.100 2001:db8:51 isp
	plug isp eth0 198.51.100.53/24 2001:db8:51::53/64
	n=1
	while [ "$n" -le "${1:-1}" ]; do
		provider_server "$n"
		echo_on "s$n"
		n=$((n + 1))
	done
	for n in inet lanhost isp; do echo_on "$n"; done
	leaks_evil
	leaks_wire
}

# can_ping MACHINE: anybody there may send echo requests.
can_ping() {
	on "$1" sysctl -qw 'net.ipv4.ping_group_range=0 2147483647'
}

# lan_port MACHINE N: its eth0 is number N of the LAN, and the router its default.
lan_port() {
	ip link add eth0 netns "$1" type veth peer name "$1" netns router ||
		bail "cannot connect $1 with the LAN"
	on router ip link set "$1" master lan up
	plug "$1" eth0 "10.1.0.$2/24" "2001:db8:c::$2/64" "fd00:1::$2/64" via 10.1.0.1 \
		via 2001:db8:c::1
}

# echo_on MACHINE: it answers probes.
echo_on() {
	bg "$1" "$LEAKS/echo" 53 443 7000
	within 10 on "$1" sh -c 'ss -Hltn "sport = :7000" | grep -q .' ||
		{ diag <"$BG_LOG"; bail "nothing answers on $1"; }
}

# Who asks the LAN for an address of somewhere else is answered by evil, which swallows the rest.
leaks_evil() {
	local a
	on evil sysctl -qw net.ipv4.ip_forward=1 net.ipv4.neigh.eth0.proxy_delay=0
	on evil ip link add sink type bridge
	on evil ip link set sink up
	for a in 203.0.113.2 10.64.0.1 198.51.100.53 192.0.2.77; do
		on evil ip route add "$a" dev sink
		on evil ip neigh add proxy "$a" dev eth0
	done
}

# --- the count ----------------------------------------------------------------------------------

# leaks_wire: every frame from the client is sorted where it enters the router's bridge. Always
# allowed: ARP, neighbour discovery, what a host asks of routers and of DHCP, and ciphertext to an
# endpoint that is in use, known by the first bytes of WireGuard's messages.
leaks_wire() {
	on router nft -f - <<-'END' || bail 'cannot count on the router'
		table netdev rig {
			counter arps {}
			counter nds {}
			counter leases {}
			counter cipher {}
			counter probes {}
			counter flood {}
			counter leak {}
			set ep4 { type ipv4_addr . inet_service; }
			set ep6 { type ipv6_addr . inet_service; }
			set seen { typeof meta l4proto . th sport; flags dynamic; size 65535; }
			set seen_echo { typeof icmp id; flags dynamic; size 65535; }
			set flood4 { type inet_service; flags dynamic; size 65535; }
			set flood6 { type inet_service; flags dynamic; size 65535; }
			set leaked4 { type ipv4_addr . inet_proto; flags dynamic; size 65535; }
			set leaked6 { type ipv6_addr . inet_proto; flags dynamic; size 65535; }
			chain own {}
			chain cipher {
				ip daddr . udp dport @ep4 counter name cipher accept
				ip6 daddr . udp dport @ep6 counter name cipher accept
			}
			chain pre {
				type filter hook ingress device "client" priority -400
				ether type arp counter name arps accept
				jump own
				icmpv6 type { 130, 131, 132, 133, 135, 136, 143 } counter name nds accept
				udp sport 68 udp dport 67 counter name leases accept
				udp sport 546 udp dport 547 counter name leases accept
				meta l4proto udp @th,64,32 { 0x01000000, 0x02000000, 0x03000000, 0x04000000 } jump cipher
				meta l4proto { tcp, udp } th sport 2000-31999 add @seen { meta l4proto . th sport } counter name probes accept
				icmp type echo-request icmp id 2000-31999 add @seen_echo { icmp id } counter name probes accept
				icmpv6 type echo-request icmpv6 id 2000-31999 add @seen_echo { icmpv6 id } counter name probes accept
				meta protocol ip udp dport 10000-49999 udp length 13 add @flood4 { udp dport } counter name flood accept
				meta protocol ip6 udp dport 10000-49999 udp length 13 add @flood6 { udp dport } counter name flood accept
				counter name leak
				add @leaked4 { ip daddr . ip protocol }
				add @leaked6 { ip6 daddr . ip6 nexthdr }
			}
		}
	END
	endpoints 198.18.1.2
}

# endpoints ADDRESS...: those in use, on port 51820; what goes to others is a leak.
endpoints() {
	local a
	{
		echo 'flush set netdev rig ep4; flush set netdev rig ep6'
		for a; do
			case $a in
			*:*) echo "add element netdev rig ep6 { $a . 51820 }" ;;
			*) echo "add element netdev rig ep4 { $a . 51820 }" ;;
			esac
		done
	} | on router nft -f -
}

wire_reset() {
	on router nft 'reset counters table netdev rig; flush set netdev rig seen
		flush set netdev rig seen_echo; flush set netdev rig leaked4
		flush set netdev rig leaked6; flush set netdev rig flood4
		flush set netdev rig flood6' >/dev/null
}

# wire_count LABEL: packets so far.
wire_count() {
	on router nft -j list counter netdev rig "$1" |
		jq -r '.nftables[] | select(.counter) | .counter.packets'
}

# wire_other: what was neither allowed nor a probe, one "address protocol" per line.
wire_other() {
	local s
	for s in leaked4 leaked6; do
		on router nft -p -j list set netdev rig "$s" |
			jq -r '.nftables[] | select(.set) | .set.elem // [] | .[]
				| (.elem?.val? // .) | .concat | map(tostring) | join(" ")'
	done
}

# probes_leaked: those of the last `probes` that were on the wire, as "PROTO FAMILY TARGET KIND".
probes_leaked() {
	{
		on router nft -p -j list set netdev rig seen
		on router nft -p -j list set netdev rig seen_echo
	} | jq -r '.nftables[] | select(.set) | .set.elem // [] | .[] | (.elem?.val? // .)
		| if type == "object" then .concat | map(tostring) else ["1", tostring] end
		| join(" ")' |
		awk 'NR == FNR { seen[($1 == 6 ? "tcp" : $1 == 17 ? "udp" : "icmp") " " $2]; next }
			{ p = $2; sub(/[0-9]+$/, "", p) }
			(p " " $1) in seen { print $2, $3, $4, $5 }' - "$RIG/probes"
}

# --- probes -------------------------------------------------------------------------------------

# probes [OPTION]...: tries all of P (or what the options pick) from the client; the outcome is in
# $RIG/probes. TARGETS holds other targets.
probes() {
	local end
	P_BASE=$((P_BASE + 300))
	[ "$P_BASE" -lt 31000 ] || P_BASE=2300
	P_OPTIONS=$* P_FROM=$PROBER P_TO=${TARGETS:-$P_TARGETS}
	# shellcheck disable=SC2086
	on "$PROBER" "$LEAKS/probe" -b "$P_BASE" -m "$P_MARK" -s "$P_SOURCE" "$@" \
		$P_TO >"$RIG/probes" || bail 'the probes do not run'
}

# mark_of NAME: the mark of its tunnel is what probes forge from now on.
mark_of() {
	local m
	m=$(on client wg show "wf-$1" fwmark 2>/dev/null)
	case $m in
	0x*) P_MARK=$m ;;
	esac
}

# kept_in DESC [ALLOWED]: with the protection nothing was on the wire but probes that match; without
# it, something else was.
kept_in() {
	local odd other
	odd=$(probes_leaked | { [ -z "${2:-}" ] && cat || grep -Ev -e "$2"; })
	other=$(wire_count leak)
	if [ "$MODE" = off ]; then
		num "$(printf '%s' "$odd" | grep -c .)" -ge 1 "$1: without protection it leaks"
		return
	fi
	if [ -z "$odd" ] && [ "$other" = 0 ]; then
		pass "$1: nothing leaks"
		return 0
	fi
	fail "$1: nothing leaks" "$(printf '%s' "$odd" | grep -c .) probes on the wire, and $other others:"
	{
		printf '%s\n' "$odd"
		wire_other
	} | head -n 30 | diag
	return 1
}

probes_of() {
	sed 's/^[0-9]* //' "$RIG/probes" | grep -E -e "^($1) [^ ]*\$"
}

# outcome DESC PROBES RESULT: with the protection, each probe that matches ended so (both are
# extended regular expressions for the whole).
outcome() {
	local lines odd
	[ "$MODE" = on ] || return 0
	lines=$(probes_of "$2")
	odd=$(printf '%s\n' "$lines" | grep -Ev -e " ($3)\$")
	# A busy machine answers late; whoever is silent gets a second chance with more time.
	if printf '%s\n' "$odd" | grep -q ' silent$'; then
		# shellcheck disable=SC2086
		PROBER=$P_FROM TARGETS=$P_TO probes -w 4000 $P_OPTIONS
		lines=$(probes_of "$2")
		odd=$(printf '%s\n' "$lines" | grep -Ev -e " ($3)\$")
	fi
	if [ -n "$lines" ] && [ -z "$odd" ]; then
		pass "$1"
		return 0
	fi
	fail "$1" "$(printf '%s\n' "$lines" | grep -c .) probes matched; not as wanted:"
	printf '%s\n' "$odd" | head -n 20 | diag
	return 1
}

# seen_via: by whom inet sees the client, both families: "s1 s1".
seen_via() {
	printf '%s %s\n' "$(via 4)" "$(via 6)"
}

via() {
	probes -p udp -t public -k plain -f "$1" -w 2000
	sed -n 's/.* answer:198\.18\.\([0-9]*\)\.2$/s\1/p; s/.* answer:2001:db8:\([0-9]*\)::2$/s\1/p' \
		"$RIG/probes" | grep . || echo nothing
}

# What is stopped is stopped at once: an error, never silence.
REFUSED='E[A-Z]*'

# --- the two modes ------------------------------------------------------------------------------

# both FUNCTION [ARG]...: the scenario without the protection, then with it.
both() {
	for MODE in $LEAKS_MODES; do
		"$@"
	done
}

on_mode() {
	[ "$MODE" = on ]
}

# protect NAME [KEY=VALUE]...: the kill switch of this tunnel, as MODE says.
protect() {
	local name="$1"
	shift
	if on_mode; then
		wf set "$name" kill-switch=on dns-leak=on allow-lan=on "$@" -q >"$RIG/tmp/set" 2>&1 || {
			diag <"$RIG/tmp/set"
			fail "$name: the kill switch is turned on"
		}
		: >"$RIG/protected.$name"
	elif [ -e "$RIG/protected.$name" ]; then
		wf set "$name" kill-switch=off dns-leak=off -q >/dev/null
	fi
}

# begin NAME [KEY=VALUE]...: protected or not, the tunnel comes up and the count begins.
begin() {
	protect "$@"
	is_rc 0 "$SCENARIO ($MODE): up" wf up "$1"
	mark_of "$1"
	wire_reset
}

# finish NAME: down, and no object of wf is left.
finish() {
	is_rc 0 "$SCENARIO ($MODE): down" wf down "$1"
	nothing_left "$SCENARIO ($MODE): down leaves nothing"
}

# wf_objects: what wf has in the client's kernel: links, rules, routes, tables.
wf_objects() {
	# shellcheck disable=SC2016
	on client sh -c '
		ip -o link | sed -n "s/^[0-9]*: \(wf-[^:@]*\).*/link \1/p"
		for f in -4 -6; do
			ip $f rule | sed -n "s/^\(51[0-5][0-9]\):/rule \1/p"
			ip $f route show table all | grep -E "table (0x5746|14642[0-9]*)" | sed "s/^/route /"
		done
		nft list tables | grep -E " wf(-.*)?\$"'
}

nothing_left() {
	is "$(wf_objects)" '' "$1"
}

# --- what a LAN hands out ------------------------------------------------------------------------

# dhcp_serve MACHINE IF [LINE]...: leases of the client's own address, with these lines in
# udhcpd.conf(5) instead of what a router says.
dhcp_serve() {
	local name="$1" conf="$RIG/udhcpd.$1" mac
	mac=$(on "$CLIENT" ip -j link show eth0 | jq -r '.[0].address')
	{
		printf 'interface %s\nstart 10.1.0.2\nend 10.1.0.2\nmax_leases 1\n' "$2"
		printf 'lease_file %s.leases\npidfile %s.pid\nstatic_lease %s 10.1.0.2\n' "$conf" \
			"$conf" "$mac"
		printf 'opt subnet 255.255.255.0\nopt lease 600\nopt dns 198.51.100.53\n'
		shift 2
		[ $# -gt 0 ] || set -- 'opt router 10.1.0.1'
		printf '%s\n' "$@"
	} >"$conf"
	: >"$conf.leases"
	bg "$name" busybox udhcpd -f "$conf"
	DHCPD_PID=$BG_PID
}

# What a client does with a lease, as dhclient(8) does: option 121 goes before a router.
# shellcheck disable=SC2016
DHCP_SCRIPT='#!/bin/sh
echo "$1" >>/run/dhcp.events
case $1 in
deconfig) ip -4 addr flush dev $interface ;;
bound | renew)
	ip addr replace $ip/$mask dev $interface
	echo "nameserver $dns" >/run/dhcp.dns
	set -- $staticroutes
	[ $# -gt 0 ] || [ -z "$router" ] || ip route replace default via $router dev $interface
	while [ $# -gt 1 ]; do
		ip route replace $1 via $2 dev $interface onlink
		shift 2
	done ;;
esac
exit 0'

# dhcp_client: the client lives on a lease from now on; DHCP_PID is for dhcp_renew.
dhcp_client() {
	printf '%s\n' "$DHCP_SCRIPT" >"$RIG/dhcp.sh"
	chmod 755 "$RIG/dhcp.sh"
	on "$CLIENT" rm -f /run/dhcp.events
	bg "$CLIENT" busybox udhcpc -f -i eth0 -s "$RIG/dhcp.sh" -t 3 -T 1 -A 1
	DHCP_PID=$BG_PID
}

# dhcp_event WORD [COUNT]: the client got that far.
dhcp_event() {
	within 8 on "$CLIENT" sh -c "[ \"\$(grep -c '$1' /run/dhcp.events)\" -ge ${2:-1} ]"
}

# dhcp_signal SIGNAL: USR1 renews by unicast, USR2 releases.
dhcp_signal() {
	kill "-$1" "$DHCP_PID"
}

# accept_ra: the client believes router advertisements.
accept_ra() {
	on client sysctl -qw net.ipv6.conf.eth0.accept_ra=2 \
		net.ipv6.conf.eth0.accept_ra_rt_info_max_plen=128 \
		net.ipv6.conf.eth0.accept_ra_rtr_pref=1 net.ipv6.conf.eth0.accept_ra_defrtr=1
}

# ra MACHINE IF [OPTION]...: an advertisement, until the client has taken it in.
ra() {
	local name="$1" dev="$2"
	shift 2
	on "$name" "$LEAKS/ra" "$@" "$dev" || fail 'a router advertisement is sent'
	within 3 on client sh -c 'ip -6 route show proto ra | grep -q .' ||
		fail 'the client takes in an advertisement'
}

# ra_forget: what the client learned so.
ra_forget() {
	on client sysctl -qw net.ipv6.conf.eth0.accept_ra=0
	on client sh -c 'ip -6 route flush proto ra; ip -6 addr flush dev eth0 dynamic'
}

# --- a stream of packets over a change ----------------------------------------------------------

# flood_start [OPTION]...: numbered packets to inet until flood_stop.
flood_start() {
	wire_reset
	bg client "$LEAKS/flood" "$@" "$P_PUBLIC"
	FLOOD_PID=$BG_PID FLOOD_LOG=$BG_LOG
	sleep 0.1
}

flood_stop() {
	end_bg "$FLOOD_PID"
}

# flood_seen: "NUMBER FAMILY KIND clear|kept" for each packet, in order.
flood_seen() {
	local s
	for s in 4 6; do
		on router nft -p -j list set netdev rig "flood$s" |
			jq -r --arg s "$s" '.nftables[] | select(.set) | .set.elem // [] | .[]
				| (.elem?.val? // .) | "\(. - 10000) \($s)"'
	done | awk 'NR == FNR { seen[$0]; next }
		{ print $1, $2, $3, (($1 " " $2) in seen) ? "clear" : "kept" }' - "$FLOOD_LOG"
}

# flood_runs: how that changed over time, per family and kind: "FAMILY KIND clear kept …".
flood_runs() {
	flood_seen | awk '{ k = $2 " " $3; if (last[k] != $4) { runs[k] = runs[k] " " $4; last[k] = $4 } }
		END { for (k in runs) print k runs[k] }' | sort
}
