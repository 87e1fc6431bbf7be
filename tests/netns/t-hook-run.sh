#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns
# shellcheck disable=SC3043
# Hooks that are trusted, or run once by --run-hooks: when they run, what a failing one undoes, that
# nobody waits for them, and that down needs no database for them.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 2
log=$RIG/tmp/log
hooks=$RIG/tmp/hooks
# note WHAT: a command of a hook that writes what it sees of the link into the log.
note() {
	printf 'echo %s %%i $(ip -o link show dev %%i up 2>/dev/null | wc -l) >>%s' "$1" "$log"
}
# with_hooks NAME N [LINE]...: imports server N's file with these hooks, trusted.
with_hooks() {
	local name="$1" n="$2" line file="$RIG/tmp/$1.conf"
	shift 2
	provider_conf "$n" account="$n" >"$file.in"
	: >"$hooks"
	for line; do
		printf '%s\n' "$line" >>"$hooks"
	done
	sed "/^PrivateKey/r $hooks" "$file.in" >"$file"
	wf import "$file" --sponsor "$name" --interface "wf-$name" -q >/dev/null || bail 'import'
}
trust() {
	wf trust "$1" --hash "$(wf show "$1" --json | jq -r .hooks_hash)" -q >/dev/null
}
ran() {
	tr '\n' ',' <"$log" 2>/dev/null | sed 's/,$//'
	: >"$log"
}
: >"$log"
snapshot client "$RIG/before"

with_hooks a 1 "PreUp = $(note preup)" "PostUp = $(note postup)" "PostUp = $(note postup2)" \
	"PreDown = $(note predown)" "PostDown = $(note postdown)"
is_rc 0 'up' wf up a
like "$(cat "$T_TMP/stderr")" "5 hooks are held back; 'wf trust a' lets them run" 'says that they are held back'
is_rc 0 'down' wf down a
is "$(ran)" '' 'and none of them ran'
unlike "$(wf up a -n)" '^[A-Z]+ hook ' 'no part of the plan'
like "$(wf up a -n --run-hooks 2>/dev/null)" '^AFTER hook echo postup ' 'but of that of --run-hooks'
is "$(ran)" '' 'a dry run runs nothing'
is_rc 0 'up --run-hooks' wf up a --run-hooks
like "$(cat "$T_TMP/stderr")" 'note: runs PostUp = echo postup' 'shows them'
is "$(ran)" 'preup wf-a 0,postup wf-a 1,postup2 wf-a 1' 'before the link is up, and after all'
is_rc 0 'down' wf down a
is "$(ran)" 'predown wf-a 1,postdown wf-a 0' 'their other halves run on the way down'
trust a
is_rc 0 'trusted: up' wf up a -v
like "$(cat "$T_TMP/stderr")" '^\[#\] PostUp .echo postup ' '-v shows each'
wf down a -q >/dev/null
: >"$log"
is_rc 0 'trusted: up' wf up a
unlike "$(cat "$T_TMP/stderr")" 'held back|runs P' 'without a word'
is "$(ran)" 'preup wf-a 0,postup wf-a 1,postup2 wf-a 1' 'they run'
is_rc 0 'again' wf up a
wf reload a >/dev/null
is "$(ran)" '' 'not when it is up already, nor at a reload'
on client mv /var/lib/wf/wf.db /var/lib/wf/away
is_rc 0 'down without a database' wf down a
on client mv /var/lib/wf/away /var/lib/wf/wf.db
is "$(ran)" 'predown wf-a 1,postdown wf-a 0' 'runs them all the same'
is_rc 0 'up --no-wait' wf up a --no-wait
is "$(ran)" 'preup wf-a 0,postup wf-a 1,postup2 wf-a 1' 'the same order'
wf down --all >/dev/null
is "$(ran)" 'predown wf-a 1,postdown wf-a 0' 'down --all as well'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace is left'

# A failing one.
wf remove a -y -q
with_hooks b 1 "PreUp = $(note preup); exit 7"
trust b
is_rc 1 'PreUp fails' wf up b
like "$(cat "$T_TMP/stderr")" 'PreUp .*exit status 7' 'its status is told'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'nothing is left'
ran >/dev/null
with_hooks c 2 'PostUp = false | true' "PreDown = $(note predown)"
trust c
is_rc 1 'PostUp fails in the middle of a pipe' wf up c
like "$(cat "$T_TMP/stderr")" 'PostUp .*exit status 1' 'its status is told'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'everything is undone'
is "$(ran)" '' 'PreDown does not run then, as with wg-quick'
is "$(wf status c --json | jq -r '.tunnels[0].state')" down 'and it is not up'

wf remove b -y -q
with_hooks a 1 'PreDown = exit 3' "PostDown = $(note postdown); exit 4"
trust a
wf up a >/dev/null 2>&1
is_rc 8 'PreDown fails' wf down a
like "$(cat "$T_TMP/stderr")" 'PreDown .*exit status 3' 'it is told'
like "$(cat "$T_TMP/stderr")" '2 hooks failed' 'so is PostDown'
is "$(ran)" 'postdown wf-a 0' 'the others run'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'and it is down'

# Nobody waits for a hook, and it may call wf.
wf remove a -y -q
with_hooks a 1 "PreUp = touch $RIG/tmp/begun; until [ -e $RIG/tmp/go ]; do sleep 0.1; done" \
	"PostUp = env WF_LIBEXEC=$WF_LIBEXEC $WF status a --json >$RIG/tmp/seen"
trust a
bg client env "WF_LIBEXEC=$WF_LIBEXEC" "$WF" up a
within 10 test -e "$RIG/tmp/begun"
wf remove c -y -q
with_hooks c 2
is_rc 0 'another tunnel comes up meanwhile' wf up c
is "$(on client ip -o link show dev wf-a up 2>/dev/null)" '' 'and the first is not up yet'
is_rc 6 'the first one is busy' wf down a
like "$(cat "$T_TMP/stderr")" 'has been at work on' 'and says why'
touch "$RIG/tmp/go"
wait "$BG_PID"
is "$?" 0 'then it comes up'
is "$(jq -r '.tunnels[0].name' "$RIG/tmp/seen" | sed 's|.*/||')" a 'its hook could ask wf'
is "$(seen_from 4)" s2 'the later one keeps the default'
wf down --all >/dev/null
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace is left'

# Ended while a hook runs.
wf remove a -y -q
rm -f "$RIG/tmp/begun"
with_hooks a 1 "PostUp = touch $RIG/tmp/begun; sleep 1"
trust a
bg client env "WF_LIBEXEC=$WF_LIBEXEC" "$WF" up a
within 10 test -e "$RIG/tmp/begun"
kill -TERM "$BG_PID"
wait "$BG_PID"
is "$?" 130 'ended while a hook runs'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'everything is undone'
rm -f "$RIG/tmp/begun"
bg client env "WF_LIBEXEC=$WF_LIBEXEC" "$WF" up a
within 10 test -e "$RIG/tmp/begun"
kill -KILL "$BG_PID"
wait "$BG_PID" 2>/dev/null
wf down a -q >/dev/null 2>&1
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'killed there: the next command takes it back'

# A key in a hook is in no argument vector and not in the record.
wf remove a -y -q
secret=$(key spare)
with_hooks a 1 "PostUp = echo $secret >/dev/null; tr '\\0' ' ' </proc/\$\$/cmdline >$RIG/tmp/cmdline" \
	"PreDown = echo $secret | wc -c >>$log"
trust a
wf up a >/dev/null 2>&1
ok 'its shell has an argument vector' grep -q bash "$RIG/tmp/cmdline"
not_ok 'and it is not in that' grep -qF -e "$secret" "$RIG/tmp/cmdline"
not_ok 'not in the record' on client grep -rqF -e "$secret" /run/wf
is_rc 0 'down' wf down a
is "$(ran)" 45 'it runs from the database'
wf up a >/dev/null 2>&1
on client mv /var/lib/wf/wf.db /var/lib/wf/away
is_rc 0 'down without a database' wf down a
like "$(cat "$T_TMP/stderr")" 'hooks of .* are not run' 'says that they are not run'
on client mv /var/lib/wf/away /var/lib/wf/wf.db

# A file, without any database.
provider_conf 1 account=1 extra="PostUp = $(note postup)
PreDown = $(note predown)" >"$RIG/tmp/file.conf"
is_rc 0 'a file' wf up "$RIG/tmp/file.conf" --run-hooks
is "$(ran)" 'postup file 1' 'its hooks run when asked'
is_rc 0 'and' wf down file
is "$(ran)" 'predown file 1' 'on the way down'


# A hook that loads other rules takes wf's away; what protects comes back.
provider_conf 1 account=3 extra='PostUp = nft flush ruleset
PostUp = ip link set %i mtu 1333' >"$RIG/tmp/flush.conf"
is_rc 0 'hooks that flush all rules' wf import "$RIG/tmp/flush.conf" --sponsor flush
ok 'the kill switch' wf set flush kill-switch=on
is_rc 0 'up' wf up flush --run-hooks
like "$(cat "$T_TMP/stderr")" 'hook.* firewall' 'that a hook changed the firewall is told'
is "$(wf status flush --json | jq -r '.tunnels[0].kill_switch')" true 'the kill switch is in force'
like "$(on client nft list table inet wf)" 'policy drop' 'in the kernel'
is "$(on client cat /sys/class/net/wg-flush/mtu)" 1333 'what else a hook did stays'
is_rc 0 'down' wf down flush
unlike "$(on client nft list tables)" 'inet wf' 'the table goes'

# What a file brings steers no terminal.
wf down --all -q >/dev/null 2>&1
turn=$(printf '\342\200\256') # U+202E: what follows is shown from right to left
provider_conf 1 account=9 extra="PostUp = true $turn" >"$RIG/tmp/esc.conf"
is_rc 0 'a hook that looks like another one' wf up "$RIG/tmp/esc.conf" --no-wait --run-hooks -v
unlike "$(cat "$T_TMP/stderr")" "$turn" 'does not reach the terminal as it is'
like "$(cat "$T_TMP/stderr")" '^\[#\] PostUp .true .xe2.x80.xae' 'it is shown in letters'
wf down --all -q >/dev/null

t_done
