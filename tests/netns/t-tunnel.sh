#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# One tunnel of each kind comes up, carries what it should and nothing else, is described truly, and
# goes without a trace.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

# One key serves one sponsor on a device.
RIG_ACCOUNTS='1 2 3 4 5 6 7 8 9'

provider_net 2
provider_server 3 psk
watch_wire
snapshot client "$RIG/before"

# round NAME DESC: up, the checks of the caller (a function named check), down, no trace.
round() {
	is_rc 0 "$2: up" wf up "$1"
	like "$(cat "$T_TMP/stdout")" 'connected to' "$2: up says connected"
	is "$(status_of "$1" .state)" connected "$2: status says connected"
	count_reset
	check "$1" "$2"
	no_leak "$2: nothing beside the tunnel"
	is_rc 0 "$2: down" wf down "$1"
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "$2: no trace is left"
}

full() {
	is "$(seen_from 4)" "$via" "$2: IPv4 by way of the server"
	is "$(seen_from 6)" "$via" "$2: IPv6 by way of the server"
	is "$(status_of "$1" .default)" true "$2: it holds the default"
}

check() { full "$@"; }
via=s1
import dual 1
round dual 'both families'
via=s2
import six 2 account=2 endpoint=6
round six 'IPv6 outside'
via=s3
import psk 3 account=3
round psk 'preshared key'

check() {
	is "$(seen_from 4)" s1 "$2: IPv4 by way of the server"
	is "$(seen_from 6)" nothing "$2: IPv6 is stopped"
	not_ok "$2: IPv6 fails at once, not by timeout" \
		on client timeout 2 busybox nc -w 5 2001:db8:113::2 80
}
import four 1 account=4 allowed=0.0.0.0/0 address=10.64.4.2/32
round four 'IPv4 only'

check() {
	is "$(seen_from 4)" s1 "$2: by way of the server"
}
import halves 1 account=5 allowed=0.0.0.0/1,128.0.0.0/1 address=10.64.5.2/32
round halves 'two halves of the Internet'

check() {
	ok "$2: a host behind it, IPv4" ping_ok client 10.99.0.2
	ok "$2: a host behind it, IPv6" ping_ok client fc00:99::2
	is "$(status_of "$1" .default)" false "$2: the default stays"
	no_leak "$2: nothing of that in clear"
	is "$(seen_from 4)" client "$2: the rest goes directly"
	count_reset
}
import split 2 account=6 allowed=10.99.0.0/16,fc00:99::/64
round split 'split tunnel'

# Several gateways in one file are slots of one server, used together.
check() {
	ok "$2: the first network" ping_ok client 10.99.0.1
	ok "$2: the second network" ping_ok client 10.99.0.2
	is "$(status_of "$1" '.peers | length')" 2 "$2: both peers are shown"
}
{
	provider_conf 1 account=7 allowed=10.99.0.1/32
	provider_conf 2 account=7 allowed=10.99.0.2/32 | sed -n '/^\[Peer\]/,$p'
} >"$RIG/tmp/office.conf"
ok 'two gateways: import' wf import "$RIG/tmp/office.conf" --sponsor office -q
round office 'two gateways'

check() {
	is "$(on client ip -j link show "wf-$1" | jq '.[0].mtu')" 1333 "$2: as the file says"
}
import mtu 1 account=8 extra='MTU = 1333'
round mtu 'MTU'

check() {
	is "$(on client ip route show table 4242 | wc -l)" 1 "$2: in that table"
	is "$(seen_from 4)" client "$2: nothing else is routed"
	count_reset
}
import table 1 account=9 allowed=0.0.0.0/0 extra='Table = 4242'
round table 'Table = 4242'
t_done
