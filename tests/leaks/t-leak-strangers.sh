#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build: tests/leaks/probe tests/leaks/echo
# service: systemd
# Strangers who take away what wf has set: the flush of a whole ruleset, of iptables' tables, and
# systemd-networkd when a network card appears. (firewalld is not here; what its start and reload
# did to the tables of others is what the flush does.)
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-leaks.sh"
rig_enter "$0" "$@"

leaks_net 1
import a 1 "$DNS_BOTH"
# What routing alone keeps in.
ROUTED='^[^ ]* [46] (public|isp|tdns) (plain|uid)$'

scenario_iptables() {
	SCENARIO='7 iptables -F'
	on client nft add table inet foreign
	on client nft add chain inet foreign pre '{ type filter hook prerouting priority 0; }'
	on client iptables -A OUTPUT -d 192.0.2.1 -j REJECT || fail "$SCENARIO: iptables works"
	on client ip6tables -A OUTPUT -d 2001:db8:ff::1 -j REJECT
	begin a
	on client iptables -F
	on client ip6tables -F
	on client nft delete table inet foreign
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: the tunnel works" '(udp|udp443) 4 public (plain|uid)' 'answer:198\.18\.1\.2'
	on_mode && is_rc 0 "$SCENARIO: status finds nothing wrong" wf status --check
	finish a
	on client nft flush ruleset
}

# The routing layer holds alone until the table is put back, and status says that it is gone.
scenario_flush() {
	SCENARIO='7 nft flush ruleset'
	begin a
	on client nft flush ruleset
	on client nft add table inet theirs
	probes
	if on_mode; then
		is "$(probes_leaked | grep -E -e "$ROUTED")" '' "$SCENARIO: routing alone holds for ordinary sockets"
		is_rc 3 "$SCENARIO: status finds it" wf status --check
		like "$(status_of a '.drift | join("\n")')" 'wf|firewall' "$SCENARIO: and names it"
	else
		num "$(probes_leaked | grep -Ev -e "$LAN_OK" | wc -l)" -ge 1 "$SCENARIO: without protection it leaks"
	fi
	is_rc 0 "$SCENARIO ($MODE): reload" wf reload a
	wire_reset
	probes
	kept_in "$SCENARIO, after the reload" "$LAN_OK"
	ok "$SCENARIO ($MODE): their new table is still there" on client nft list table inet theirs
	on client nft delete table inet theirs
	finish a
}

# networkd_start: the real one, on the client; it manages what it has a file for.
networkd_start() {
	root=${WF_SERVICES:-}/systemd
	bin=$root/lib/systemd/systemd-networkd
	[ -x "$bin" ] || bin=/usr/lib/systemd/systemd-networkd
	on client sh -c 'grep -q ^systemd-network: /etc/passwd || {
			echo "systemd-network:x:998:998::/:/usr/sbin/nologin" >>/etc/passwd
			echo "systemd-network:x:998:" >>/etc/group
		}
		[ -s /etc/machine-id ] || echo 0123456789abcdef0123456789abcdef >/etc/machine-id
		mount -o remount,ro /sys && mkdir -p /run/systemd/netif/links \
		/run/systemd/netif/leases /run/systemd/netif/lldp /run/systemd/network &&
		chown -R systemd-network: /run/systemd/netif' || fail 'networkd has its directories'
	on client sh -c 'printf "[Match]\nName=dock*\n[Network]\nAddress=192.168.77.2/24\nGateway=192.168.77.1\n" \
		>/run/systemd/network/50-dock.network'
	bg client env SYSTEMD_LOG_LEVEL=info SYSTEMD_LOG_TARGET=console "$bin"
	NETWORKD_LOG=$BG_LOG NETWORKD_PID=$BG_PID
	within 10 grep -qi 'enumeration completed' "$NETWORKD_LOG" || fail 'networkd runs' "$(cat "$NETWORKD_LOG")"
}

scenario_networkd() {
	SCENARIO='8b networkd'
	networkd_start
	begin a
	on client ip rule add to 192.0.2.0/24 lookup 99 priority 99
	snapshot client "$RIG/tmp/before"
	on client ip link add dock0 type veth peer name dock1
	on client ip link set dock1 up
	within 10 on client sh -c 'ip -4 addr show dock0 | grep -q 192.168.77.2' ||
		fail "$SCENARIO ($MODE): networkd configures the card" "$(tail -n 5 "$NETWORKD_LOG")"
	within 3 on client sh -c '! ip rule | grep -q "^99:"'
	unlike "$(on client ip rule)" '^99:' "$SCENARIO ($MODE): it removes what is not its own"
	is "$(on client ip rule | grep -c '^51')" "$(grep -c '"priority":51' "$RIG/tmp/before/rule4")" \
		"$SCENARIO ($MODE): but no rule of wf"
	like "$(on client ip route show table all)" '^unreachable default .*table' \
		"$SCENARIO ($MODE): nor a route without a device"
	probes
	kept_in "$SCENARIO" "$LAN_OK"
	outcome "$SCENARIO: the tunnel works" '(udp|udp443) [46] public (plain|uid)' 'answer:.*1.*2'
	end_bg "$NETWORKD_PID"
	on client ip link del dock0
	on client ip rule del priority 99 2>/dev/null
	finish a
}

both scenario_iptables
both scenario_flush
both scenario_networkd
t_done
