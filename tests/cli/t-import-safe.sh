#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What must hold whatever happens: private files, no key in sight, whole or absent after kill -9,
# one writer at a time.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/book.sh"

# Modes, whatever the umask.
for mask in 000 022 077; do
	fresh
	(umask $mask && wf import "$SAMPLES/w09-psk-spelling.conf" --sponsor S >/dev/null)
	is "$(stat -c %a "$BOOK/db")" 700 "umask $mask: the directory of the database"
	is "$(find "$BOOK/db" "$BOOK/wf" -type f ! -perm 600)" '' "umask $mask: every file in it, and the key"
done
chmod 644 "$WF_DB"
is_rc 1 'a database that others can read is refused' wf list
like "$(cat "$T_TMP/stderr")" 'chmod' 'with the command that mends it'
chmod 600 "$WF_DB"
is_rc 0 'which does' wf list

# No key in any output, nor in any file, whatever is imported and however it fails.
fresh
mkdir "$T_TMP/keys"
cp "$SAMPLES"/*.conf "$T_TMP/keys"
printf '[Interface]\nPrivateKey = %s x\n[Peer]\nPresharedKey: %s\n' "$PRIVATE" "$PRESHARED" \
	>"$T_TMP/keys/x1.conf"
printf 'PrivateKey%s\n[Interface]\n' "$PRIVATE" >"$T_TMP/keys/x2.conf"
printf '[Interface]\n%s\n' "$PRIVATE" >"$T_TMP/keys/x3.conf"
printf '[%s]\n' "$PRIVATE" >"$T_TMP/keys/x4.conf"
printf '[Interface]\nPrivateKey = %s\nAddress = %s\n[Peer]\nPublicKey=%s\n' "$PRIVATE" "$PRIVATE" \
	"$PEER" >"$T_TMP/keys/x5.conf"
printf '[Interface]\nPrivateKey = %s\nPostUp = wg set %%i private-key <(echo %s)\n[Peer]\nPublicKey = %s\nAllowedIPs = 0.0.0.0/0\n' \
	"$PRIVATE2" "$PRIVATE2" "$PEER" >"$T_TMP/keys/x6.conf"
printf '[Interface]\nPrivateKey = %s\nSecret = %s\n# %s\n[Peer]\nPublicKey = %s\nAllowedIPs = 0.0.0.0/0\n' \
	"$PRIVATE3" "$PRIVATE3" "$PRIVATE3" "$PEER" >"$T_TMP/keys/x7.conf"
{
	wf import "$T_TMP/keys" --sponsor S -v
	wf import "$T_TMP/keys" --sponsor S --json
	for f in "$T_TMP/keys"/*.conf; do
		wf import "$f" --sponsor S -v
		wf import "$f" --sponsor S --json
	done
	# One whose hooks are not those of a configuration that is there.
	wf import "$T_TMP/keys/x6.conf" --sponsor Hooks --peer other
	wf show other/hooks
	wf show other/hooks --json
	wf list
	wf list --json
	wf show s
	wf show s --json
	wf servers s --json
	wf sponsor show s --json
	wf remove s --yes -v
	wf remove s --yes
} >"$T_TMP/everything" 2>&1
num "$(wc -l <"$T_TMP/everything")" -gt 100 'there is something to look at'
for key in "$PRIVATE" "$PRESHARED" "$PRIVATE2" "$PRIVATE3"; do
	start=$(printf %.12s "$key")
	is "$(grep -cF "$start" "$T_TMP/everything")" 0 "the key $(printf %.4s "$key")… is in no output"
	is "$(grep -rlaF "$start" "$BOOK" | wc -l)" 0 "and in no file"
	raw=$(printf %s "$key" | base64 -d | od -An -tx1 | tr -d ' \n')
	is "$(for f in "$BOOK"/*/*; do od -An -v -tx1 "$f" | tr -d ' \n' | grep -c "$raw"; done |
		grep -vc '^0$')" 0 "nor its bytes"
done

# Two at once: the second says who the first is, and waits as long as it is told.
fresh
conf >"$T_TMP/one.conf"
wf import "$T_TMP/one.conf" --sponsor S >/dev/null
mkfifo "$T_TMP/slow"
"$WF" import "$T_TMP/slow" --sponsor S >/dev/null 2>&1 &
first=$!
ok 'an import is under way' within 10 sh -c \
	'"$0" sponsor add probe -n --timeout 0 >/dev/null 2>&1; test $? -eq 6' "$WF"
is_rc 6 'a second writer is busy' wf sponsor add X --timeout 1
like "$(cat "$T_TMP/stderr")" "'import' \(pid $first\)" 'and says who holds it'
is_rc 0 'a reader is not kept' wf list
"$WF" sponsor add Waits --timeout 30 >/dev/null 2>&1 &
second=$!
conf >"$T_TMP/slow"
wait $first
is $? 0 'the first ends'
wait $second
is $? 0 'and the second has waited for it'
is_rc 0 'both are there' wf sponsor show waits

# kill -9 at any moment: the import is whole or absent, and the next command works.
bundle "$T_TMP/many" 600
whole=0 absent=0 other=
fresh
for delay in 0 0.001 0.002 0.004 0.006 0.008 0.01 0.012 0.015 0.02 0.025 0.03 0.04 0.06 0.1; do
	fresh
	"$WF" import "$T_TMP/many" --sponsor S >/dev/null 2>&1 &
	pid=$!
	sleep $delay
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	case $(json '[.configs[].servers] | @csv' list 2>&1) in
	600) whole=$((whole + 1)) ;;
	'') absent=$((absent + 1)) ;;
	*) other="$other $delay" ;;
	esac
	[ ! -e "$WF_DB" ] || [ ! -s "$WF_DB" ] ||
		[ "$(sqlite3 "$WF_DB" 'PRAGMA integrity_check')" = ok ] || other="$other integrity:$delay"
	wf import "$T_TMP/many" --sponsor S >/dev/null 2>&1 || other="$other next:$delay"
	[ "$(json '.configs[0].servers' list)" = 600 ] || other="$other then:$delay"
done
diag "whole $whole, absent $absent"
is "$other" '' 'whole or absent, and the next import is whole'
num $absent -gt 0 'some were killed in time'

# Ctrl-C while it waits for a pipe: nothing is kept.
fresh
mkfifo "$T_TMP/never"
"$WF" import "$T_TMP/one.conf" "$T_TMP/never" --sponsor S >/dev/null 2>"$T_TMP/err" &
pid=$!
ok 'an import waits' within 10 sh -c \
	'"$0" sponsor add probe -n --timeout 0 >/dev/null 2>&1; test $? -eq 6' "$WF"
sleep 0.3
kill -INT $pid
wait $pid
is $? 130 'interrupted'
is "$(json '.configs | length' list)" 0 'and nothing was imported'

# Privilege: without a database of one's own it is root's.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	is_rc 4 "the system's database is not for everybody" \
		env -u WF_DB setpriv --reuid 65534 --clear-groups "$WF" import "$T_TMP/one.conf" --no-input
else
	skip 'this is not root' "the system's database is not for everybody"
fi
t_done
