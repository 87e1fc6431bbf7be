#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# What goes wrong: dead servers, strangers who delete or plant an interface, a missing database, a
# host without IPv6, wrong names. Nothing is left behind, nothing is claimed that is not so.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

# One key serves one sponsor on a device.
RIG_ACCOUNTS='1 2 3 4'

provider_net 1
watch_wire
import a 1
snapshot client "$RIG/before"
trace() {
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "$1"
}

num "$(writes_of "$WF" up a)" -ge 2 'up sends batches that change something'
is "$(status_of a .state)" connected 'and is up'
is_rc 0 'up of what is up' wf up a
like "$(cat "$T_TMP/stdout")" 'already' 'says so'
is "$(writes_of "$WF" reload a)" 0 'reload of the unchanged: no message that changes anything'
is_rc 0 'reload says unchanged' wf reload a
like "$(cat "$T_TMP/stdout")" unchanged 'in words'
is_rc 0 'status --check is content' wf status --check
on client ip link del wf-a
is "$(status_of a .state)" broken 'a stranger deleted the interface: status says broken'
is_rc 3 'status --check is not content' wf status --check
is "$(seen_from 4)" nothing 'nothing falls back to the clear'
is_rc 0 'down without the interface' wf down a
trace 'no trace'

is_rc 0 'up again' wf up a
on client ip link del wf-a
is_rc 0 'reload puts the interface back' wf reload a
is "$(seen_from 4)" s1 'traffic flows again'
ok 'by a new handshake' handshake client wf-a
on client rm -rf /var/lib/wf
is_rc 0 'down without the database' wf down wf-a
trace 'no trace'
import a 1

on client ip link add wf-a type bridge
is_rc 6 'a stranger has the name already' wf up a
like "$(cat "$T_TMP/stderr")" 'E_EXISTS' 'named as such'
on client ip link del wf-a
trace 'the attempt left nothing'
is_rc 0 'up' wf up a
on client ip link del wf-a
on client ip link add wf-a type bridge
like "$(status_of a '.drift | join("\n")')" 'did not make' 'a planted interface is reported'
is_rc 0 'down leaves it alone' wf down a
ok 'it is still there' on client ip link show wf-a
on client ip link del wf-a
trace 'no trace of ours'

import dead 1 account=2 endpoint=198.18.1.2:9
is_rc 7 'a server that does not answer: exit 7' wf up dead --wait 2
like "$(cat "$T_TMP/stderr")" 'no handshake from .* in 2 s \(sent [1-9][0-9]* bytes, received 0' \
	'what was seen'
unlike "$(cat "$T_TMP/stdout")" 'connected' 'never says connected'
is "$(status_of dead .state)" waiting 'it stays up, waiting'
is_rc 0 'down' wf down dead
trace 'no trace'
is_rc 7 '--or-down' wf up dead --wait 1 --or-down
trace '--or-down leaves nothing'
is_rc 0 '--no-wait' wf up dead --no-wait
is_rc 0 'down' wf down dead
trace 'no trace after --no-wait'

is_rc 5 'an unknown name' wf up nosuch
is_rc 5 'an unknown server' wf up a@nosuch
is_rc 5 'down of an unknown name' wf down nosuch
is_rc 0 'down of what is down' wf down a
is_rc 2 'no name at all' wf up
import gone 1 account=3 endpoint=nowhere.invalid:51820
is_rc 7 'an endpoint that does not resolve' wf_env WG_ENDPOINT_RESOLUTION_RETRIES=0 up gone
like "$(cat "$T_TMP/stderr")" 'nowhere.invalid' 'is named'
trace 'nothing is left'

like "$(wf up a -n)" '^MAKE link set wf-a mtu 1420 up' 'a dry run prints the plan'
unlike "$(wf up a -n)" "$(key account1 | cut -c1-20)" 'without the key'
trace 'and touches nothing'

on client sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
snapshot client "$RIG/before"
is_rc 0 'a host without IPv6: up' wf up a
like "$(cat "$T_TMP/stderr")" 'net.ipv6.conf.all.disable_ipv6' 'the warning names the sysctl'
is "$(grep -c disable_ipv6 "$T_TMP/stderr")" 1 'once'
is "$(seen_from 4)" s1 'IPv4 works'
is_rc 0 'down' wf down a
trace 'no trace'
on client sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=1
plug client eth0 2001:db8:c::2/64 via 2001:db8:c::1
is "$(seen_from 6)" client 'IPv6 is off for new interfaces only: the old one has it'
snapshot client "$RIG/before"
count_reset
is_rc 0 'up' wf up a
is "$(seen_from 4) $(seen_from 6)" 's1 nothing' 'IPv6 does not go past the tunnel'
no_leak 'nothing in clear'
is_rc 0 'down' wf down a
trace 'no trace'
on client sysctl -qw net.ipv6.conf.default.disable_ipv6=0
snapshot client "$RIG/before"
is_rc 0 'up with IPv6' wf up a
on client sysctl -qw net.ipv6.conf.default.disable_ipv6=1
is_rc 0 'switched off meanwhile: down' wf down a
on client sysctl -qw net.ipv6.conf.default.disable_ipv6=0
trace 'no IPv6 rule is left'

# A resolver that cannot be set back keeps nobody's network closed.
on client sh -c 'rm -f /etc/resolv.conf; echo nameserver 203.0.113.2 >/etc/resolv.conf'
snapshot client "$RIG/before"
is_rc 0 'the kill switch' wf set a kill-switch=on
is_rc 0 'up' wf up a
on client sh -c 'mount --bind /etc /etc && mount -o remount,ro,bind /etc'
is_rc 8 '/etc is read-only: down says what it could not do' wf down a
like "$(cat "$T_TMP/stderr")" 'resolv.conf.*Read-only file system' 'and why'
is "$(grep -c '^!' "$T_TMP/stderr")" 1 'once'
is "$(seen_from 4) $(seen_from 6)" 'client client' 'the network is open'
is "$(status_of a .state)" down 'the tunnel is down'
on client umount /etc
is "$(on client sed -n 's/^nameserver //p' /etc/resolv.conf)" 10.64.0.1 'the resolver is as it was'
is_rc 0 'the next command' wf down a
is "$(on client cat /etc/resolv.conf)" 'nameserver 203.0.113.2' 'puts it right'
trace 'no trace'
is_rc 0 'up' wf up a
on client rm -rf /var/lib/wf/persist /run/wf/resolv.conf
is_rc 8 'nobody knows what it was' wf down a
like "$(cat "$T_TMP/stderr")" 'what stood there before is lost' 'that is said'
is "$(seen_from 4) $(seen_from 6)" 'client client' 'the network is open all the same'
on client sh -c 'echo nameserver 203.0.113.2 >/etc/resolv.conf'
is_rc 0 'up again' wf up a
is_rc 0 'down' wf down a
trace 'no trace'
t_done
