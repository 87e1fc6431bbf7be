#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# list, show, servers, generate, remove, and the nouns: right use, wrong use, JSON.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/book.sh"

# On a machine where nothing was ever imported.
fresh
for verb in list 'sponsor list' 'peer list' 'ssh-host list'; do
	# shellcheck disable=SC2086
	is_rc 0 "$verb without a database" wf $verb --json
	is "$(jq -r .schema "$T_TMP/stdout")" "wf.$(echo "$verb" | tr ' ' .)/1" "$verb: its schema"
	is "$(jq '[.[] | arrays | length] | add' "$T_TMP/stdout")" 0 "$verb: nothing"
done
is "$(ls "$BOOK")" '' 'looking makes nothing'
for verb in 'show x' 'servers x' 'generate x' 'remove x -y' 'sponsor show x' 'peer remove x' \
	'ssh-host show x' 'list --sponsor x'; do
	# shellcheck disable=SC2086
	is_rc 5 "$verb without a database" wf $verb
done

# The commands of the design document, as they stand there.
bundle "$T_TMP/files" 3
conf "$PRIVATE2" us-west.example:51820 >"$T_TMP/config.conf"
is_rc 0 'ssh-host add' wf ssh-host add catapult --host catapult.local --user root
is_rc 0 'extramural sponsor add' wf extramural sponsor add 'New VPN'
is_rc 0 'extramural peer add' wf extramural peer add catapult --ssh-host catapult
is_rc 0 'extramural import' \
	wf extramural import "$T_TMP/config.conf" --sponsor FastestVPN --peer catapult
wf import "$T_TMP/files" --sponsor Mullvad >/dev/null
is_rc 0 'extramural list' wf extramural list
is_rc 0 'extramural list --sponsor' wf extramural list --sponsor mullvad
like "$(cat "$T_TMP/stdout")" '^Mullvad ' 'shows that sponsor'
unlike "$(cat "$T_TMP/stdout")" FastestVPN 'and no other'
is_rc 0 'extramural list --peer' wf extramural list --peer catapult
unlike "$(cat "$T_TMP/stdout")" Mullvad 'only that device'
is_rc 0 'extramural show' wf extramural show catapult/fastestvpn
is_rc 0 'extramural generate' wf extramural generate catapult/fastestvpn
same_file "$T_TMP/stdout" "$T_TMP/config.conf" 'the text is the imported one'
is_rc 0 'extramural sponsor list' wf extramural sponsor list
is_rc 0 'extramural peer list' wf extramural peer list
is_rc 0 'ssh-host list' wf ssh-host list
like "$(cat "$T_TMP/stdout")" 'root@catapult.local:22 .*catapult' 'with who uses it'
is_rc 2 'ssh-host is no part of extramural' wf extramural ssh-host list

# show hides keys, and shows them when asked.
out=$(wf show mullvad; wf show catapult/fastestvpn; wf list; wf servers mullvad)
unlike "$out" "$PRIVATE|$PRIVATE2" 'no private key is shown'
like "$out" "$PUBLIC" 'the public key is'
like "$(wf show mullvad --show-secrets)" "private key +$PRIVATE" '--show-secrets shows it'
like "$(WG_HIDE_KEYS=never wf show mullvad)" "private key +$PRIVATE" 'so does WG_HIDE_KEYS=never'
is_rc 2 'but never in JSON' wf show mullvad --show-secrets --json
conf "$PRIVATE3" | sed "s|^Endpoint|PresharedKey = $PRESHARED\n&|" >"$T_TMP/psk.conf"
wf import "$T_TMP/psk.conf" --sponsor Psk >/dev/null
unlike "$(wf show psk; wf show psk --json)" "$PRESHARED" 'nor the preshared key'
ok 'unless asked' sh -c '"$0" show psk --show-secrets | grep -qF "preshared key  $1"' "$WF" "$PRESHARED"
is "$(json '.peers[0].preshared_key' show psk)" true 'JSON says that there is one'

# Names.
is_rc 0 'names without case' wf show MULLVAD@SE-GOT-WG-002
is "$(json '.peers[0].server' show mullvad@se-got-wg-002)" se-got-wg-002 'the server that was named'
is_rc 5 'a typo' wf show mulvad
like "$(cat "$T_TMP/stderr")" Mullvad 'lists near names'
is_rc 5 'a server that is not there' wf generate mullvad@xx-nowhere
is_rc 5 'a place that fits several' wf generate mullvad@gothenburg
like "$(cat "$T_TMP/stderr")" 'E_AMBIGUOUS' 'is ambiguous'
is_rc 5 "another device's configuration" wf show fastestvpn
like "$(cat "$T_TMP/stderr")" 'catapult/FastestVPN' 'is named'
for name in mullvad@ /mullvad mullvad/ a/b/c; do
	is_rc 2 "'$name' is no name" wf show "$name"
done
is_rc 5 'a file is not in the database' wf show "$T_TMP/config.conf"
for verb in show servers generate remove 'sponsor add' 'peer show' 'ssh-host remove'; do
	# shellcheck disable=SC2086
	is_rc 2 "$verb without a name" wf $verb
	# shellcheck disable=SC2086
	is_rc 2 "$verb with an option it does not have" wf $verb x --nonsense
done
is_rc 2 'list takes no name' wf list mullvad

# generate into a file.
(umask 000 && wf generate mullvad --output "$T_TMP/out.conf" --json) >"$T_TMP/json"
is "$(stat -c %a "$T_TMP/out.conf")" 600 'the file is private whatever the umask'
same_file "$T_TMP/out.conf" "$T_TMP/files/se-got-wg-001.conf" 'and holds the text'
is "$(jq -r '.schema + " " + .server' "$T_TMP/json")" 'wf.generate/1 se-got-wg-001' 'as JSON says'
is_rc 2 'JSON never holds the text' wf generate mullvad --json
is_rc 1 'a directory that is not there' wf generate mullvad -o "$T_TMP/no/such/file"
ln -s /dev/null "$T_TMP/link.conf"
wf generate mullvad -o "$T_TMP/link.conf" -q
ok 'a link is replaced, not followed' test ! -L "$T_TMP/link.conf"

# servers, by country.
conf "$PRIVATE" 192.0.2.9:51820 >"$T_TMP/files/de-fra-wg-001.conf"
wf import "$T_TMP/files" --sponsor Mullvad >/dev/null
is "$(json '[.servers[].server] | @csv' servers mullvad)" \
	'"de-fra-wg-001","se-got-wg-001","se-got-wg-002","se-got-wg-003"' 'in the order of countries'
like "$(wf servers mullvad)" 'Germany +Frankfurt +de-fra-wg-001' 'with their places'
is "$(json '.servers | length' servers mullvad@se)" 3 'those of one country'

# A name with nothing behind its '@' is refused by whoever takes one.
for verb in show generate servers up reload; do
	is_rc 2 "no server to $verb" wf "$verb" mullvad@
done

# Nouns: twice, unknown, in use.
is_rc 6 'a sponsor twice, without case' wf sponsor add mullvad
is_rc 6 'a device twice' wf peer add CATAPULT
is_rc 6 'a host twice' wf ssh-host add catapult --host x
is_rc 5 'a device by a host that is not there' wf peer add tv --ssh-host nowhere
is_rc 2 'a port that is none' wf ssh-host add h --host x --port 70000
is_rc 2 'a sudo that is none' wf ssh-host add h --host x --sudo su
is_rc 0 'a host behind another' wf ssh-host add inner --host 10.0.0.7 --jump catapult --sudo doas \
	--port 2222 --key /k --config-directory /opt/wg
is "$(json '.ssh_host | [.jump, .sudo, .port, .key, .config_directory] | @csv' ssh-host show inner)" \
	'"catapult","doas",2222,"/k","/opt/wg"' 'with all it was given'
is "$(json '.ssh_host.used_by | @csv' ssh-host show catapult)" '"catapult","inner"' 'who uses the first'
is_rc 2 'removing it is asked about' wf ssh-host remove catapult
is_rc 6 'and refused while a host is reached through it' wf ssh-host remove catapult --yes
wf ssh-host remove inner -q
is_rc 0 'then it goes' wf ssh-host remove catapult --yes
is "$(json .peer.ssh_host peer show catapult)" null 'and the device stays'
is_rc 0 'a sponsor without configurations goes' wf extramural sponsor remove 'New VPN'
is_rc 6 'one with them does not' wf sponsor remove mullvad
like "$(cat "$T_TMP/stderr")" "--confirm='Mullvad'" 'and says what would do it'
is_rc 2 'a wrong confirmation' wf sponsor remove mullvad --confirm=other
is "$(json '[.dry_run, .removed] | @csv' sponsor remove mullvad --confirm=mullvad --dry-run)" \
	'true,false' 'a dry run'
is "$(json '[.dry_run, .sponsor.name] | @csv' sponsor add Never --dry-run)" 'true,"Never"' \
	'of an addition, too'
is "$(json '[.sponsors[].name] | @csv' sponsor list)" '"FastestVPN","Mullvad","Psk"' 'removes nothing'
wf ssh-host add keep --host keep.local -q
wf peer add phone --ssh-host keep --notes 'my phone' -q
is "$(json '.peer | [.ssh_host, .notes, .configs] | @csv' peer show phone)" '"keep","my phone",0' \
	'a device with what it was given'
is_rc 6 'a device with configurations stays' wf extramural peer remove catapult
is_rc 0 'unless confirmed' wf peer remove catapult --confirm catapult --json
is "$(jq -r '[.schema, .peer.name, .removed] | @csv' "$T_TMP/stdout")" \
	'"wf.peer.remove/1","catapult",true' 'and says so'
wf peer remove phone -q
is_rc 0 'an SSH host outlives its device' wf ssh-host show keep

# remove.
is_rc 2 'removing asks, and there is no terminal' wf remove mullvad
is_rc 0 'a dry run of it' wf remove mullvad -n
is_rc 0 'an answer of no' on_terminal 'n\n' remove mullvad
is_rc 0 'keeps it' wf show mullvad
is_rc 0 '--yes removes it' wf remove mullvad --yes --json
is "$(jq -c '[.schema, .removed, .servers]' "$T_TMP/stdout")" '["wf.remove/1",true,4]' 'and says so'
is_rc 5 'it is gone' wf show mullvad
is_rc 0 'its sponsor is not' wf sponsor show mullvad

# Every form of JSON is one object of the verb's schema, with the keys in a fixed order.
is "$(wf list --json | jq -c 'keys_unsorted')" '["schema","configs"]' 'list'
is "$(wf list --json | jq -c '.configs[0] | keys_unsorted[0:6]')" \
	'["device","sponsor","name","this_machine","interface","public_key"]' 'a configuration'
is "$(wf show psk --json | jq -c 'keys_unsorted')" '["schema","config","peers","hooks","patterns","hooks_hash","hooks_trusted","same_key"]' 'show'
like "$("$WF" help up)" '^wf up NAME' 'wf help VERB'
is "$("$WF" help sponsor | wc -l)" 4 'wf help NOUN: its verbs'
like "$("$WF" help)" '^commands:' 'wf help'
is_rc 5 'help for what there is not' "$WF" help nosuch
is_rc 2 'a noun without a verb' "$WF" sponsor
like "$(cat "$T_TMP/stderr")" "'wf help sponsor' lists them" 'names the command that lists them'
fresh
conf | sed 's/^AllowedIPs.*/AllowedIPs = 0.0.0.0\/0/' >"$T_TMP/four.conf"
like "$("$WF" import "$T_TMP/four.conf" --sponsor four -n 2>&1)" 'wf blocks it' \
	'IPv4 alone: IPv6 is blocked, and it says so'
sed 's/^\[Interface\]/&\nTable = 4242/' "$T_TMP/four.conf" >"$T_TMP/table.conf"
unlike "$("$WF" import "$T_TMP/table.conf" --sponsor four -n 2>&1)" 'wf blocks it' \
	"with a table of the user's own nothing is blocked, and nothing is claimed"
t_done
