#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# wf set: what the keys take, what they refuse, that several are one change, and that a refused one
# changes nothing.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/book.sh"

fresh
conf >"$T_TMP/m.conf"
wf import "$T_TMP/m.conf" --sponsor Mullvad >/dev/null
setting() {
	json ".settings[\"$1\"]" set mullvad
}
changes() {
	sqlite3 "$WF_DB" 'SELECT count(*) FROM extramural_state_change'
}

is "$(json '.settings | to_entries | map(.key + "=" + .value) | .[0:6] | join(" ")' set mullvad)" \
	'kill-switch=off allow-lan=off allow-in=off dns-leak=off dns=tunnel split=off' \
	'nothing is on by itself'
like "$(wf set mullvad)" '^kill-switch +off +on\|off' 'shown with what it takes'

# KEY VALUE [AS SHOWN]
while read -r key value shown; do
	is_rc 0 "$key=$value" wf set mullvad "$key=$value"
	is "$(setting "$key")" "${shown:-$value}" "$key: as shown"
	is_rc 0 "$key: what is shown is taken" wf set mullvad "$key=$(setting "$key")"
	like "$(cat "$T_TMP/stdout")" unchanged "$key: and changes nothing"
done <<END
kill-switch on
kill-switch off
allow-lan on
allow-lan 10.0.0.0/8,192.168.1.0/24
allow-lan 192.168.7.9/24 192.168.7.0/24
allow-lan fd12::/16,224.0.0.251 fd12::/16,224.0.0.251/32
allow-lan off
allow-in tcp/22,udp/5353
allow-in off
dns-leak on
dns keep
dns 9.9.9.9,2620:fe::fe
dns tunnel
split user:root user:0
split user:1000-1999,only:user:7
split cgroup:/user.slice/app.scope,10.20.0.0/16,mark:0x1/0xff
split only:mark:16,2001:db8::/32 only:mark:0x10,2001:db8::/32
split off
mtu 1380
mtu auto
listen-port 51820
listen-port auto
fwmark 0x123
fwmark off
fwmark auto
table off
table auto
interface wg-other
address fd00::2/128,10.1.1.2/32 fd00::2/128, 10.1.1.2/32
dns-servers 10.64.0.1,example.org 10.64.0.1, example.org
name Home_VPN
END
is "$(wf set mullvad 'name=Two words' --json | jq -r '.settings.name')" 'Two words' 'a name with a space'
wf set mullvad 'notes=a=b' >/dev/null
is "$(setting notes)" 'a=b' 'a value with an equals sign'

before=$(changes)
while read -r word code hint; do
	is_rc "$code" "$word is refused" wf set mullvad mtu=1400 "$word"
	like "$(cat "$T_TMP/stderr")" "$hint" "$word: says why"
done <<END
kill-switch=maybe 2 takes.on
kil-switch=on 2 did.you.mean.*kill-switch
rubbish=1 2 shows.all
kill-switch 2 KEY=VALUE
=on 2 KEY=VALUE
allow-lan=8.8.8.0/24 1 not.local
allow-lan=10.0.0.0/7 1 not.local
allow-lan=eth0 2 takes
allow-lan= 2 takes
allow-in=22 2 takes
allow-in=tcp/0 2 takes
allow-in=icmp/1 2 takes
dns=10.0.0.1/32 2 takes
dns=one.example 2 takes
split=user:nobody-has-this-name 5 no.user
split=user:9-3 2 no.range
split=cgroup:relative 2 path
split=cgroup:/a/../b 2 path
split=mark:0x57000000/0xff000000 6 wf.s.own
split=mark:0x100/0xff 2 mask
split=0.0.0.0/0 2 everything
mtu=100 1 MTU
listen-port=70000 1 ListenPort
table=0 1 Table
interface=a/b 1 interface
address=10.0.0.300 1 address
END
is "$(changes)" "$before" 'nothing was changed by any of them'
isnt "$(setting mtu)" 1400 'also not what stood before the refused one'
is_rc 5 'a configuration there is not' wf set nobody kill-switch=on
is_rc 2 'a server is not a configuration' wf set mullvad@se kill-switch=on

wf set mullvad kill-switch=on allow-lan=10.0.0.0/8 dns=keep split=user:1,user:2 mtu=1300 >/dev/null
is "$(sqlite3 "$WF_DB" "SELECT group_concat(pattern_name || enabled, ' ') FROM
	(SELECT * FROM command_pair ORDER BY id)")" \
	'kill_switch1 dns_leak1 split_tunnel1 split_tunnel1' 'the rows'
is_rc 0 'a dry run' wf set mullvad kill-switch=off -n
like "$(cat "$T_TMP/stdout")" 'on → off.*dry run' 'says what it would change'
is "$(setting kill-switch)" on 'and keeps it'
is "$(wf set mullvad kill-switch=off allow-in=tcp/22 --json | jq -c '[.changes[] | .key, .old, .new]')" \
	'["kill-switch","on","off","allow-in","off","tcp/22"]' 'JSON: what changed'
is "$(setting allow-lan)" 10.0.0.0/8 'what it allows is kept while it is off'
is_rc 0 'generate' wf generate mullvad
like "$(cat "$T_TMP/stderr")" 'what was set .* is not in it; --portable' 'says what its text does not have'
wf import "$T_TMP/m.conf" --sponsor Mullvad >/dev/null
is "$(setting dns)" keep 'importing the same again takes nothing back'

# --- the rules it means -------------------------------------------------------------------------

is_rc 0 'the kill switch is on, with the LAN' wf set mullvad kill-switch=on \
	allow-lan=192.168.0.0/16
is_rc 0 'its rules are shown' wf show mullvad --rules
cp "$T_TMP/stdout" "$T_TMP/rules.nft"
rules=$(cat "$T_TMP/rules.nft")
like "$rules" 'chain egress_local' 'rules: what leaves'
like "$rules" 'elements = [{] 192.168.0.0/16 [}]' 'rules: the LAN'
if [ "$(id -u)" -eq 0 ]; then
	is_rc 0 'rules: nft takes them' unshare -n nft -c -f "$T_TMP/rules.nft"
fi
is "$(json .schema show mullvad --rules)" wf.show.rules/1 'rules: as JSON'
is_rc 0 'off again' wf set mullvad kill-switch=off allow-lan=off
unlike "$(wf show mullvad --rules)" 'ingress_local' 'rules: nothing stops without it'

t_done
