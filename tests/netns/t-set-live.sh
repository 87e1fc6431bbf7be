#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns
# wf set of a tunnel that is up: what protects is in force at once, the rest when it is asked for.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 2
watch_wire
import a 1
wf up a >"$RIG/tmp/up" 2>&1
like "$(cat "$RIG/tmp/up")" "kill switch is off; 'wf set a kill-switch=on'" 'up says that it is off, and how to turn it on'
# lan: whether the router's address on the LAN answers.
lan() {
	on client ping -n -q -c 1 -W 1 10.1.0.1 >/dev/null 2>&1 && echo yes || echo no
}
is "$(lan)" yes 'without it the LAN is there'
is_rc 0 'kill-switch=on' wf set a kill-switch=on
like "$(cat "$T_TMP/stderr")" 'applied to the running' 'says that it is in force'
is "$(lan)" no 'the LAN is not there any more'
is "$(seen_from 4) $(seen_from 6)" 's1 s1' 'the tunnel is'
is "$(wf set a kill-switch=on --json | jq -c '[.up, .applied, (.changes | length)]')" '[true,false,0]' 'once more: nothing to do'
wf set a allow-lan=10.0.0.0/8 -q >/dev/null
is "$(lan)" yes 'allow-lan lets it by'
like "$(wf status a)" 'kill switch on \(10\.0\.0\.0/8 allowed, [0-9]+ packets? stopped\)' 'status says what is allowed'
wf set a allow-lan=on -q >/dev/null
like "$(wf status a)" 'kill switch on \(LAN allowed, ' 'all of it in a word'
wf set a allow-lan=off -q >/dev/null
is "$(lan)" no 'and no more'
count_reset
on client ip link set wf-a down
on client ping -n -q -c 3 -i 0.2 -W 1 203.0.113.2 >/dev/null 2>&1
on client ping -n -q -c 3 -i 0.2 -W 1 2001:db8:113::2 >/dev/null 2>&1
no_leak 'without the link nothing leaves'
is_rc 0 'reload mends it' wf reload a
wf down a -q >/dev/null
is "$(seen_from 4)" client 'down opens'
wf up a >"$RIG/tmp/up" 2>&1
like "$(cat "$RIG/tmp/up")" 'the kill switch is on' 'up says that it is on'
is "$(wf up a --json 2>/dev/null | jq .kill_switch)" true 'so does JSON'
is_rc 0 'kill-switch=off' wf set a kill-switch=off
is "$(lan)" yes 'is in force at once as well'

is_rc 0 'mtu' wf set a mtu=1300
like "$(cat "$T_TMP/stderr")" "'wf reload a' applies it" 'is not applied without being asked'
isnt "$(on client cat /sys/class/net/wf-a/mtu)" 1300 'really not'
is_rc 0 'mtu --now' wf set a mtu=1310 --now
is "$(on client cat /sys/class/net/wf-a/mtu)" 1310 'is'
is_rc 0 'a dry run' wf set a kill-switch=on -n
is "$(lan)" yes 'touches nothing'

# A file's kill switch is one, without any import.
# shellcheck disable=SC2016
provider_conf 2 account=2 extra='PostUp = iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT && ip6tables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT
PreDown = iptables -D OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT && ip6tables -D OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT' >"$RIG/tmp/file.conf"
wf down a -q >/dev/null
is_rc 0 'a file with a kill switch' wf up "$RIG/tmp/file.conf"
like "$(cat "$T_TMP/stderr")" 'the kill switch is on' 'has it'
is "$(lan)" no 'in force'
on client ip link set file down
count_reset
on client ping -n -q -c 3 -i 0.2 -W 1 203.0.113.2 >/dev/null 2>&1
no_leak 'without the link nothing leaves'
wf down --all -q >/dev/null
is "$(seen_from 4)" client 'down opens'

# One that is for some networks alone: its kill switch is for them.
sed '/^AllowedIPs/s/=.*/= 203.0.113.0\/24/; /^DNS/d' "$RIG/tmp/file.conf" >"$RIG/tmp/net.conf"
is_rc 0 'such a file for a network' wf up "$RIG/tmp/net.conf"
like "$(cat "$T_TMP/stderr")" "kill switch is on for the tunnel's networks" 'up says what for'
like "$(wf status)" 'kill switch on for its networks' 'so does status'
wf down --all -q >/dev/null
is_rc 0 'import of it' wf import "$RIG/tmp/net.conf" --sponsor net
like "$(wf show net)" "kill switch +on: the tunnel's networks leave by it or not at all" 'so does show'
is "$(wf up net --json 2>/dev/null | jq -c '[.kill_switch, .kill_switch_scope]')" '[true,"networks"]' 'and JSON'
wf set net kill-switch=off -q >/dev/null
wf down net -q >/dev/null
is_rc 0 'turned off' wf up net
like "$(cat "$T_TMP/stderr")" "kill switch is off; 'wf set net kill-switch=on'" 'up says that, too'
wf down --all -q >/dev/null

t_done
