#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# service: systemd-resolved dbus-daemon
# Who else is asked for names while a tunnel is up: the resolver of the LAN by its address, by
# systemd-resolved which still knows it for another link, by multicast. Each way is first seen to
# leak without the protection, on the wire.
# shellcheck disable=SC3043
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-dns.sh"
. "$(dirname "$0")/lib-resolver.sh"
rig_enter "$0" "$@"

provider_net 1
plug router client fd00:1::1/64
plug client eth0 fd00:1::2/64
cat >"$RIG/zone" <<-END
	name.test A 192.0.2.1
	one.test A 198.18.1.2
END
dns_start router 10.1.0.1 "$RIG/zone"
dns_start s1 10.64.0.1 "$RIG/zone"
watch_wire
count_add dns 'meta l4proto { tcp, udp } th dport { 53, 853 }'
count_add dot 'tcp dport 853'
count_add multicast 'udp dport { 5353, 5355 }'
import a 1 dns=10.64.0.1,fc00:bbbb:bbbb:bb01::1
import named 1 account=2 dns= endpoint=one.test:51820

cat >"$RIG/tmp/ask.py" <<'END'
"""ask.py udp|tcp ADDRESS PORT [INTERFACE]: asks for raw.test there; says how far that got."""
import errno, socket, sys

kind, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
s.settimeout(1)
query = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\3raw\4test\0\0\1\0\1"
try:
    if len(sys.argv) > 4:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[4].encode())
    s.connect((host, port))
    s.send(query if kind == "udp" else len(query).to_bytes(2, "big") + query)
    s.recv(512)
    print("answered")
except socket.timeout:
    print("silence")
except OSError as e:
    print(errno.errorcode.get(e.errno, e))
END
# ask_all [INTERFACE]: every way to ask the resolver of the LAN by hand; the outcomes, each once.
ask_all() {
	local to kind
	for to in 10.1.0.1 fd00:1::1; do
		for kind in 'udp 53' 'tcp 53' 'tcp 853' 'udp 853'; do
			# shellcheck disable=SC2086
			set -- ${kind% *} "$to" ${kind#* } ${IFACE:-}
			on client python3 "$RIG/tmp/ask.py" "$@"
		done
	done | sort -u | tr '\n' ' ' | sed 's/ $//'
}
# asks NAME: who is asked when the client looks it up.
asks() {
	local m
	for m in router s1; do : >"$RIG/dns.$m.log"; done
	resolvectl flush-caches
	on client timeout 10 getent ahostsv4 "$1" >/dev/null || echo failed
	for m in router s1; do
		! grep -q " $1 " "$RIG/dns.$m.log" || echo "$m"
	done | tr '\n' ' ' | sed 's/ $//'
}

# --- the resolver of the LAN, by its address

dns_use client 10.1.0.1
for on in off on; do
	is_rc 0 "dns-leak=$on" wf set a "dns-leak=$on"
	is_rc 0 'up' wf up a
	for IFACE in '' eth0; do
		count_reset
		said=$(ask_all)
		if [ "$on" = off ]; then
			num "$(counted dns)" -ge 8 "off${IFACE:+, by $IFACE}: questions are on the wire"
			num "$(counted dot)" -ge 2 "off${IFACE:+, by $IFACE}: also those over TLS"
		else
			is "$(counted dns)" 0 "on${IFACE:+, by $IFACE}: none is"
			# A datagram is refused as it is sent, a connection by an answer.
			is "$said" 'ECONNREFUSED EPERM' "on${IFACE:+, by $IFACE}: and it is told at once"
		fi
	done
	is_rc 0 'down' wf down a
done

# --- systemd-resolved, which knows that resolver for another link

bus_start client
resolved_start client
resolvectl dns eth0 10.1.0.1
resolvectl domain eth0 '~.'
resolvectl llmnr eth0 yes
resolvectl mdns eth0 yes
is "$(asks name.test)" router 'without a tunnel it asks there'
is_rc 0 'dns-leak=off' wf set a dns-leak=off
is_rc 0 'up' wf up a
like "$(asks name.test)" router 'off: it asks there, too'
is_rc 0 'down' wf down a
is_rc 0 'dns-leak=on' wf set a dns-leak=on
is_rc 0 'up' wf up a
count_reset
is "$(asks name.test)" s1 'on: names are found, by the server of the tunnel alone'
is "$(counted dns)" 0 'on: no question on the wire'
is_rc 0 'a tunnel by name' wf_env WG_ENDPOINT_RESOLUTION_RETRIES=0 up named
like "$(dns_asked router)" 'one\.test' 'on: its endpoint alone may be asked for there'
is_rc 0 'down' wf down named
count_reset
is "$(asks name.test)" s1 'on: and then that is over'
is "$(counted dns)" 0 'on: no question on the wire'
is_rc 0 'down' wf down a

# --- multicast, which is the LAN's

for on in off on; do
	is_rc 0 "kill-switch=$on" wf set a "kill-switch=$on"
	is_rc 0 'up' wf up a
	count_reset
	resolvectl query printer >/dev/null 2>&1
	resolvectl query printer.local >/dev/null 2>&1
	if [ "$on" = off ]; then
		num "$(counted multicast)" -ge 2 'off: LLMNR and mDNS are on the wire'
	else
		is "$(counted multicast)" 0 'on: neither is'
		is "$(asks name.test)" s1 'on: names are found'
		no_leak 'on: nothing else is on the wire'
	fi
	is_rc 0 'down' wf down a
done
t_done
