#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# wf import of single files: the verdict on each sample, and what comes back from the database.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/book.sh"

# Each sample: accepted or refused as its table says, with the code it names; nothing stays behind
# of what was refused; what was accepted is generated, imported again and generated equally.
verdict() { # FILE VERDICT CODE LINE COLUMN
	fresh
	want=1
	[ "$2" != accept ] || want=0
	is_rc $want "$1: exit $want" wf import "$SAMPLES/$1" --sponsor Sample || return
	if [ $want -ne 0 ]; then
		place="$1: .*"
		[ "$4" = 0 ] || place="$1:$4:$5: .*"
		like "$(cat "$T_TMP/stderr")" "^wf: .*/$place\[$3\]$" "$1: $3 and its place"
		is "$(json '.configs | length' list)" 0 "$1: nothing stays behind"
		return
	fi
	wf generate sample >"$T_TMP/first" 2>&1
	fresh
	cp "$T_TMP/first" "$T_TMP/again.conf"
	wf import "$T_TMP/again.conf" --sponsor Sample >/dev/null 2>&1
	wf generate sample >"$T_TMP/second" 2>&1
	same_file "$T_TMP/second" "$T_TMP/first" "$1: generated, imported, generated: the same"
}
tab=$(printf '\t')
while IFS=$tab read -r file verdict code line column _; do
	case $file in
	\#*) ;;
	# A file without peers is understood, but it is no provider's.
	w45-*) verdict "$file" refuse E_NOT_CONFIG 0 0 ;;
	*) verdict "$file" "$verdict" "$code" "$line" "$column" ;;
	esac
done <"$SAMPLES/expected.tsv"

# What was laid out in wf's own way comes back byte for byte, but for CR.
for f in w01-crlf w10-multi-allowed w37-interface-last; do
	fresh
	wf import "$SAMPLES/$f.conf" --sponsor Sample >/dev/null 2>&1
	tr -d '\r' <"$SAMPLES/$f.conf" >"$T_TMP/want"
	wf generate sample >"$T_TMP/got"
	same_file "$T_TMP/got" "$T_TMP/want" "$f comes back as it was"
done

# Every key at once, comments everywhere, hooks with everything in them.
fresh
cat >"$T_TMP/full.conf" <<END
# My tunnel
# Device: Happy Fish

[Interface]
# where the key lives
PrivateKey = $PRIVATE
Address = 10.66.0.30/24, fd00::30/64
Address = 10.66.1.30/32
DNS = 10.66.0.1, fd00::1, corp.example
MTU = 1380
ListenPort = 51821
FwMark = 0x51820
Table = off
SaveConfig = false
ExcludedApplications = a.b # phone
PreUp = echo "Hello # World" | logger
PostUp = iptables -A FORWARD -i %i -j ACCEPT  # Allow forwarding
PostUp = ip6tables -A FORWARD -i wg0 -j ACCEPT; iptables -t nat -A POSTROUTING ! -o wg0 -j MASQUERADE
PreDown = sysctl -q -w a=1 b=1
PostDown = wg set %i peer $PEER remove
# the last of it

[Peer] # Bob's phone
# Math: 1+1=2
PublicKey = $PEER
PresharedKey = $PRESHARED
AllowedIPs = 10.9.8.0/24, 10.10.0.0/16
AllowedIPs = fd00:1::/64
Endpoint = [2001:db8::1]:51820
PersistentKeepalive = 25

[Peer]
PublicKey = $PUBLIC
AllowedIPs = 192.168.7.0/24
Endpoint = vpn.example:51820
PersistentKeepalive = off
END
is_rc 0 'a file with everything goes in' wf import "$T_TMP/full.conf" --sponsor Full
like "$(cat "$T_TMP/stdout")" 'hooks .*4 held back' 'its hooks are kept, not run'
wf generate full >"$T_TMP/got"
same_file "$T_TMP/got" "$T_TMP/full.conf" 'and comes back byte for byte'
is "$(json '[.peers[].slot] | @csv' show full)" 1,2 'two peers are two slots of one server'
is "$(json '[.hooks[] | select(.holds_key) | .command] | @json' show full)" '[null]' \
	'a hook that holds a key is not shown'
unlike "$(wf show full)" "$PEER remove" 'nor in text'
like "$(wf show full --show-secrets)" "wg set %i peer $PEER remove" 'but when secrets are asked for'
is "$(json .config.interface show full)" wg-full 'the interface is named after the sponsor'

# Hooks that are not UTF-8.
fresh
{
	conf | sed '/^DNS/q'
	printf 'PostUp = printf "\377\376 \\303" # x\n'
	conf | sed '1,/^DNS/d'
} >"$T_TMP/bytes.conf"
wf import "$T_TMP/bytes.conf" --sponsor Bytes >/dev/null
wf generate bytes >"$T_TMP/got"
same_file "$T_TMP/got" "$T_TMP/bytes.conf" 'a hook that is not UTF-8 comes back byte for byte'

# --address, --interface, --deployed.
fresh
is_rc 0 '--address supplies what is missing' wf import "$SAMPLES/w46-no-address.conf" --sponsor A \
	--address 10.5.0.2/32,fd00::2/128 --interface wg-mine --deployed
is "$(json '.config.addresses | @csv' show a)" '"10.5.0.2/32","fd00::2/128"' 'both addresses are there'
is "$(json .config.interface show a)" wg-mine 'the interface has the name that was asked for'
isnt "$(json .config.last_deployed_at show a)" null '--deployed says when'
is "$(json .config.config_path show a)" null 'the path of the file read is not where it lies there'
is_rc 6 'an interface name that is taken is refused' \
	wf import "$SAMPLES/w14-endpoint-v6.conf" --sponsor A2 --interface wg-mine
conf "$PRIVATE2" >"$T_TMP/two.conf"
is_rc 6 'also with another key' wf import "$T_TMP/two.conf" --sponsor B --interface wg-mine
is_rc 1 'a name that cannot be an interface is refused' \
	wf import "$T_TMP/two.conf" --sponsor B --interface 'wg-x; rm -rf x'
is_rc 2 'contradicting options' wf import "$T_TMP/two.conf" --sponsor B --deployed --not-deployed
is "$(json '.configs | length' list)" 1 'none of these left anything'

# Wrong use.
fresh
is_rc 2 'no path' wf import
is_rc 5 'a file that is not there' wf import "$T_TMP/nothing.conf" --sponsor A
is_rc 2 'whose it is must be said' wf import "$SAMPLES/w01-crlf.conf"
like "$(cat "$T_TMP/stderr")" '--sponsor' 'and the message says how'
is_rc 1 'a name with a slash is refused' wf import "$SAMPLES/w01-crlf.conf" --sponsor a/b
is "$(json '.configs | length' list)" 0 'none of these left anything'

# --dry-run touches nothing.
fresh
is_rc 0 'a dry run without a database' wf import "$SAMPLES/w01-crlf.conf" --sponsor Dry -n
like "$(cat "$T_TMP/stdout")" 'Dry +1 server' 'shows the report'
is "$(ls "$BOOK"; ls -d /dev/shm/wf-dry-* 2>/dev/null)" '' 'and makes nothing'
wf sponsor add Other -q
is_rc 0 'a dry run with one' wf import "$SAMPLES/w01-crlf.conf" --sponsor Dry -n
is "$(json '.configs | length' list)" 0 'keeps nothing'
is "$(json '[.sponsors[].name] | @csv' sponsor list)" '"Other"' 'not even the sponsor'

# JSON.
fresh
is "$(json .schema import "$SAMPLES/w01-crlf.conf" --sponsor J)" wf.import/1 'schema of the report'
wf import "$SAMPLES/w29-key-43.conf" --sponsor J --json >"$T_TMP/out" 2>"$T_TMP/err"
is "$(cat "$T_TMP/out")" '' 'an error leaves standard output empty'
is "$(jq -r '.schema + " " + .code + " " + (.line | tostring)' "$T_TMP/err")" 'wf.error/1 E_KEY 2' \
	'and is one object on standard error'
t_done
