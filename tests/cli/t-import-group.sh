#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which files become one configuration, what a second import changes, and who is asked what.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/book.sh"

# Files of one key are servers of one configuration.
fresh
bundle "$T_TMP/mullvad" 5
is_rc 0 'a directory of five' wf import "$T_TMP/mullvad" --sponsor Mullvad
is "$(json '.configs | length' list)" 1 'one configuration'
is "$(json '.configs[0].servers' list)" 5 'with five servers'
is "$(json '.configs[0].active_server' list)" se-got-wg-001 'the first is active'
is "$(json '[.servers[] | select(.active)] | length' servers mullvad)" 1 'and only that'
is "$(json '.servers[0].country + " " + .servers[0].city' servers mullvad)" 'se Gothenburg' \
	'country and city are known by the name'

# The same again, and with a difference.
is_rc 0 'the same again' wf import "$T_TMP/mullvad" --sponsor mullvad --json
is "$(jq -c '.configs[0] | [.new, .added, .changed, .unchanged]' "$T_TMP/stdout")" '[false,0,0,5]' \
	'changes nothing'
sed -i 's/^Endpoint.*/Endpoint = 192.0.2.99:51820/' "$T_TMP/mullvad/se-got-wg-002.conf"
bundle "$T_TMP/mullvad" 1 6
is_rc 0 'one changed and one new' wf import "$T_TMP/mullvad" --sponsor Mullvad
like "$(cat "$T_TMP/stdout")" '6 servers.*1 added, 1 changed, 4 as before' 'the report counts them'
like "$(cat "$T_TMP/stdout")" 'se-got-wg-002: Endpoint .* → 192.0.2.99:51820' 'and says what changed'
is "$(json '.servers[1].endpoint' servers mullvad)" 192.0.2.99:51820 'the server has it'
sed -i 's/^DNS.*/DNS = 10.64.0.7/' "$T_TMP/mullvad"/*.conf
wf import "$T_TMP/mullvad" --sponsor Mullvad >"$T_TMP/out"
like "$(cat "$T_TMP/out")" 'DNS 10.64.0.1 → 10.64.0.7' 'what changed in [Interface] is said'
is "$(json '.config.dns[0]' show mullvad)" 10.64.0.7 'and holds'

# A key that is known says whose the file is, without --sponsor.
conf "$PRIVATE" 192.0.2.44:51820 >"$T_TMP/more.conf"
is_rc 0 'a further file of a known key needs no sponsor' wf import "$T_TMP/more.conf"
is "$(json '.configs[0].servers' list)" 7 'it joins its configuration'
is_rc 6 'and cannot become another one' wf import "$T_TMP/more.conf" --sponsor Other

# One peer more or less in a server that is there.
fresh
conf >"$T_TMP/work.conf"
wf import "$T_TMP/work.conf" "$T_TMP/more.conf" --sponsor Work >/dev/null
printf '\n[Peer]\nPublicKey = %s\nAllowedIPs = 10.7.0.0/16\n' "$PUBLIC" >>"$T_TMP/work.conf"
wf import "$T_TMP/work.conf" --sponsor Work >"$T_TMP/out"
like "$(cat "$T_TMP/out")" 'work: 1 peers → 2' 'a peer more'
wf generate work@work >"$T_TMP/got"
same_file "$T_TMP/got" "$T_TMP/work.conf" 'is there'
conf >"$T_TMP/work.conf"
wf import "$T_TMP/work.conf" --sponsor Work >/dev/null
wf generate work@work >"$T_TMP/got"
same_file "$T_TMP/got" "$T_TMP/work.conf" 'and gone again'
is "$(json '[.servers[].server] | @csv' servers work)" '"more","work"' 'the servers are the same two'

# A key for each file: one configuration, whose servers bring their own.
fresh
mkdir "$T_TMP/proton"
conf "$PRIVATE" 192.0.2.1:51820 10.2.0.2/32 >"$T_TMP/proton/a.conf"
conf "$PRIVATE2" 192.0.2.2:51820 10.2.0.2/32 >"$T_TMP/proton/b.conf"
conf "$PRIVATE3" 192.0.2.3:51820 10.3.0.2/32 >"$T_TMP/proton/c.conf"
is_rc 0 'three keys of one sponsor' wf import "$T_TMP/proton" --sponsor Proton
is "$(json '.configs | length' list)" 1 'are one configuration'
for s in a b c; do
	wf generate "proton@$s" >"$T_TMP/got"
	same_file "$T_TMP/got" "$T_TMP/proton/$s.conf" "server $s has its key and address"
done
is "$(json '[.servers[].own_key] | @csv' servers proton)" false,true,true 'two of them their own'

# A new key for all: the configuration gets it.
fresh
bundle "$T_TMP/old" 3
wf import "$T_TMP/old" --sponsor Mullvad >/dev/null
guid=$(json .config.guid show mullvad)
sed -i "s|^PrivateKey.*|PrivateKey = $PRIVATE2|" "$T_TMP/old"/*.conf
wf import "$T_TMP/old" --sponsor Mullvad >"$T_TMP/out"
like "$(cat "$T_TMP/out")" 'public key .* → ' 'a new key for every server is said'
isnt "$(json .config.public_key show mullvad)" "$PUBLIC" 'and is the configuration'"'"'s'
is "$(json .config.guid show mullvad)" "$guid" 'whose id stays'
is "$(json '[.servers[].own_key] | any' servers mullvad)" false 'no server has one of its own'
wf generate mullvad@se-got-wg-002 >"$T_TMP/got"
same_file "$T_TMP/got" "$T_TMP/old/se-got-wg-002.conf" 'generate gives the new file'

# Several sponsors in one call, by what is known of them.
fresh
mkdir "$T_TMP/mix"
conf "$PRIVATE" us-tx1.wg.ivpn.net:2049 >"$T_TMP/mix/us-tx1.conf"
conf "$PRIVATE2" ch-zur.prod.surfshark.com:51820 >"$T_TMP/mix/ch-zur.conf"
is_rc 0 'files of two providers' wf import "$T_TMP/mix"
is "$(json '[.configs[].sponsor] | @csv' list)" '"IVPN","Surfshark"' 'become two configurations'
isnt "$(json .sponsor.website sponsor show ivpn)" null 'the sponsor gets its web page'
is_rc 2 'one interface name for two is refused' wf import "$T_TMP/mix" --interface wg-x --peer other

# Devices.
fresh
conf >"$T_TMP/one.conf"
wf import "$T_TMP/one.conf" --sponsor S >/dev/null
is "$(json '.peers[0] | [.name, .this_machine] | @csv' peer list)" "\"$HERE\",true" \
	'this machine is made with the name of the host'
is_rc 0 'the same file for another device' wf import "$T_TMP/one.conf" --sponsor S --peer phone
like "$(cat "$T_TMP/stdout")" "! $HERE/S has the same key" 'is allowed, with a warning'
is "$(json '[.configs[].device] | sort | @csv' list)" "\"phone\",\"$HERE\"" 'each device has one'
is "$(json .config.last_deployed_at show phone/s)" null 'nobody was asked whether it is deployed'
is_rc 0 "the name of the host is this machine" wf show "$HERE/s"

# Asked on a terminal only.
fresh
out=$(on_terminal 'Work VPN\n' import "$T_TMP/one.conf")
like "$out" "Whose configuration is" 'on a terminal it is asked whose it is'
is "$(json '.configs[0].sponsor' list)" 'Work VPN' 'and the answer is taken'
conf "$PRIVATE2" >"$T_TMP/two.conf"
wf ssh-host add laptop --host laptop.local --user root 2>/dev/null
out=$(on_terminal 'y\n1\ny\n' import "$T_TMP/two.conf" --peer laptop)
like "$out" "SSH host 'laptop'" 'a host of the same name is offered'
like "$out" 'already deployed on laptop' 'and it is asked whether it is deployed'
is "$(json .peer.ssh_host peer show laptop)" laptop 'the device has the host'
isnt "$(json .config.last_deployed_at show 'laptop/work vpn')" null 'and is deployed'
out=$(on_terminal '\x04' import "$SAMPLES/w14-endpoint-v6.conf" --peer tv)
is "$(json '[.peers[].name] | index("tv")' peer list)" null 'no answer, nothing made'

# Hooks are kept disabled and in their order.
fresh
wf import "$SAMPLES/w07-hook-hash.conf" --sponsor H >/dev/null
is "$(json '[.hooks[].phase] | @csv' show h)" '"PostUp","PreDown"' 'hooks keep their order'
is "$(sqlite3 "$WF_DB" 'SELECT group_concat(enabled) FROM command_pair')" 0,0 'and are not enabled'
is "$(sqlite3 "$WF_DB" 'SELECT DISTINCT pattern_name FROM command_pair')" raw_shell 'as raw shell'
t_done
