#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Names of files: whatever they are, they become names of servers and nothing else.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/book.sh"

fresh
d=$T_TMP/names
mkdir "$d"
n=0
put() {
	n=$((n + 1))
	conf "$PRIVATE" "192.0.2.$n:51820" >"$d/$1"
}
put 'My VPN (2).conf'
put 'AirVPN_CH-Zurich_Toliman_UDP-1637-Entry3.conf'
put '..conf'
put '-rf.conf'
put 'Zürich ☕.conf'
put "$(printf 'esc\033[31mred.conf')"
put "$(printf 'bad\377utf8.conf')"
put "$(printf '%0200d' 7).conf"
put 'a;rm -rf $HOME;`id`.conf'
put 'UPPER.CONF'
put 'at@sign.conf'
conf "$PRIVATE" 192.0.2.200:51820 >"$d/ignored.txt"
mkdir "$d/below.conf" "$d/sub"
conf >"$d/sub/deeper.conf"
ln -s loop.conf "$d/loop.conf"
ln -s 'UPPER.CONF' "$d/link.conf"
mkfifo "$d/pipe.conf"

is_rc 8 'a directory of odd names' wf import "$d" --sponsor Odd
is "$(json '.configs[0].servers' list)" 12 'every file went in, and the link to one'
like "$(cat "$T_TMP/stdout")" 'loop.conf: .*skipped' 'a link to itself is named'
like "$(cat "$T_TMP/stdout")" 'pipe.conf: is not a regular file' 'a pipe does not hang it'
unlike "$(cat "$T_TMP/stdout"; wf servers odd)" "$(printf '\033')" 'no escape reaches the terminal'
json '.servers[].server' servers odd >"$T_TMP/servers"
for name in 'AirVPN_CH-Zurich_Toliman_UDP-1637-Entry3' '-rf' 'Zürich ☕' 'esc\x1b[31mred' \
	'bad\xffutf8' 'at@sign' 'UPPER'; do
	ok "there is a server $name" grep -qxF -e "$name" "$T_TMP/servers"
done
for name in -rf 'Zürich ☕' 'at@sign' 'esc\x1b[31mred'; do
	is_rc 0 "odd@$name can be named" wf generate "odd@$name"
done
is "$(cd "$T_TMP" && ls -d rf red HOME 2>/dev/null)" '' 'no file came of it'

# Names that would be ambiguous are refused for sponsors and devices.
fresh
conf >"$T_TMP/one.conf"
for name in a/b a@b '' ' x' "$(printf 'a\nb')"; do
	isnt "$(wf import "$T_TMP/one.conf" --sponsor "$name" >/dev/null 2>&1; echo $?)" 0 \
		"no sponsor '$name'"
	isnt "$(wf peer add "$name" >/dev/null 2>&1; echo $?)" 0 "no device '$name'"
done
is_rc 0 'long names with spaces are fine' \
	wf import "$T_TMP/one.conf" --sponsor 'The Very Long Name of an Employer, Inc.'
is "$(json '.configs[0].interface' list)" wg-the-very-lon 'the interface name is cut to 15 bytes'
conf "$PRIVATE2" >"$T_TMP/two.conf"
wf import "$T_TMP/two.conf" --sponsor 'The Very Longer One' >/dev/null
is "$(json '[.configs[].interface | length <= 15] | all' list)" true 'never longer'
is "$(json '[.configs[].interface] | unique | length' list)" 2 'and unique on the device'

# Two files of one stem.
fresh
mkdir "$T_TMP/x" "$T_TMP/y"
conf "$PRIVATE" 192.0.2.1:51820 >"$T_TMP/x/nl.conf"
conf "$PRIVATE" 192.0.2.2:51820 >"$T_TMP/y/nl.conf"
wf import "$T_TMP/x" "$T_TMP/y" --sponsor S >/dev/null
is "$(json '[.servers[].server] | @csv' servers s)" '"nl","nl (2)"' 'two servers of one name'
wf import "$T_TMP/x" "$T_TMP/y" --sponsor S --json >"$T_TMP/out"
is "$(jq '.configs[0].unchanged' "$T_TMP/out")" 2 'the same two when they come again'
wf import "$T_TMP/x" "$T_TMP/x/nl.conf" --sponsor S >"$T_TMP/out"
like "$(cat "$T_TMP/out")" 'came twice' 'the same file twice is one server'

# Limits.
fresh
{ conf; head -c 70000 /dev/zero | tr '\0' '#'; } >"$T_TMP/large.conf"
is_rc 1 'a file over 64 KiB' wf import "$T_TMP/large.conf" --sponsor S
like "$(cat "$T_TMP/stderr")" E_LIMIT 'is a limit'
mkdir "$T_TMP/empty"
is_rc 1 'a directory without files' wf import "$T_TMP/empty" --sponsor S
is_rc 0 'standard input' sh -c '"$0" import - --sponsor S <"$1"' "$WF" "$T_TMP/one.conf"
is_rc 0 'a pipe' sh -c 'cat "$1" | "$0" import - --sponsor S' "$WF" "$T_TMP/one.conf"
t_done
