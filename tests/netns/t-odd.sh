#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# Odd requests and odd places: what cannot be done is refused and leaves nothing, what is said is so.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 2
provider_conf 1 account=1 >"$RIG/tmp/a.conf"
provider_conf 2 account=2 >"$RIG/tmp/b.conf"
provider_conf 2 account=3 allowed=10.99.0.0/16 >"$RIG/tmp/c.conf"
provider_conf 1 account=3 endpoint=198.18.1.2:9 >"$RIG/tmp/dead.conf"
mkdir "$RIG/tmp/user@host"
cp "$RIG/tmp/a.conf" "$RIG/tmp/user@host/a.conf"
a="$RIG/tmp/user@host/a.conf"
b="$RIG/tmp/b.conf"
snapshot client "$RIG/before"
trace() {
	snapshot client "$RIG/after"
	same_state "$RIG/before" "$RIG/after" "$1"
}

# A file is named by its path in every command.
is_rc 0 'up by a path with an @' wf up "$a"
is_rc 0 'reload by path' wf reload "$a"
like "$(cat "$T_TMP/stdout")" unchanged 'knows that it is up'
is_rc 0 'status by path' wf status "$a"
is_rc 0 'down by path' wf down "$a"
trace 'no trace'
is_rc 2 'a file has no servers' wf up "$b@se"

# What is up otherwise, or is not all there, is not what was asked for.
is_rc 0 'up' wf up "$a"
is_rc 0 'up of another one' wf up "$b"
is_rc 6 'it is up, but not inside that one' wf up "$a" --via b
is_rc 6 'nothing runs inside itself' wf up "$b" --via b
is_rc 0 'down' wf down b
on client ip link del dev a
is_rc 6 'up of what has lost its interface' wf up "$a"
like "$(cat "$T_TMP/stderr")" 'wf reload' 'names the way out'
is_rc 0 'which works' wf reload "$a"
is_rc 0 'down' wf down a
is_rc 0 'an outer tunnel' wf up "$b"
is_rc 0 'an inner one' wf up "$RIG/tmp/c.conf" --via b
is_rc 0 'the outer one goes' wf down b
is_rc 6 'it cannot come back inside its inner one' wf up "$b" --via c
is_rc 0 'down' wf down --all
trace 'no trace'

# A TUN device of somebody else, which looks like one of wf's own.
if command -v wireguard-go >/dev/null; then
	RIG_WG=go wg_add client a
	is_rc 6 'a stranger has the name' wf up "$a"
	like "$(cat "$T_TMP/stderr")" E_EXISTS 'and keeps it'
	is "$(on client wg show a peers)" '' 'untouched'
	end_bg "$BG_PID"
	within 5 on client sh -c "! ip link show dev a"
	trace 'no trace'
else
	skip 'there is no wireguard-go here'
fi

# An attempt that was killed is begun anew, and has to be answered like any other.
bg client env "WF_LIBEXEC=$WF_LIBEXEC" "$WF" up "$RIG/tmp/dead.conf" --wait 20
within 5 on client ip link show dev dead
end_bg "$BG_PID" KILL
is_rc 7 'up again after a kill: no handshake' wf up "$RIG/tmp/dead.conf" --wait 1
is_rc 0 'down' wf down dead
trace 'no trace'

# An endpoint on the link itself.
on router ip addr add fe80::1/64 dev client nodad
on client ip addr add fe80::2/64 dev eth0 nodad
snapshot client "$RIG/before"
provider_conf 1 account=1 endpoint='[fe80::1%eth0]:51820' >"$RIG/tmp/link.conf"
is_rc 7 'a link-local endpoint' wf up "$RIG/tmp/link.conf" --wait 1
like "$(cat "$T_TMP/stderr")" 'sent [1-9].* the way to .* is eth0' 'is asked on its link'
like "$(on client wg show link endpoints)" '\[fe80::1' 'is where it is said to be'
is_rc 0 'down' wf down link
provider_conf 1 account=1 endpoint='[fe80::1%nosuch]:51820' >"$RIG/tmp/link.conf"
is_rc 7 'on a link that is not there' wf up "$RIG/tmp/link.conf"
trace 'no trace'

# Results as JSON.
for verb in "up $b" "down a" "reload $a"; do
	case $verb in
	down*) ok 'up' wf up "$a" ;;
	esac
	# shellcheck disable=SC2086
	is "$(wf $verb -n --json | jq -r '.schema, .dry_run, (.plan | type)' | xargs)" \
		"wf.${verb%% *}/1 true array" "${verb%% *}: a dry run"
done
is_rc 0 'down' wf down a
is_rc 7 '--or-down' wf up "$RIG/tmp/dead.conf" --wait 1 --or-down --json
is "$(cat "$T_TMP/stdout")" '' 'what was taken down again is no result'
is "$(jq -r .code <"$T_TMP/stderr")" E_NO_HANDSHAKE 'but an error'
is_rc 2 'wrong usage before --json' wf status --nonsense --json
is "$(jq -r .code <"$T_TMP/stderr")" E_USAGE 'is told in JSON as well'

# A result that does not arrive.
is_rc 1 'a full device' on client sh -c '"$1" status --json >/dev/full' sh "$WF"
is_rc 1 'no standard output' on client sh -c '"$1" status --json >&-' sh "$WF"
is_rc 0 'no standard input is no matter' on client sh -c '"$1" status --json <&-' sh "$WF"

# No room for the record.
is_rc 0 'up' wf up "$a"
dir=$(on client sh -c 'echo /run/wf/*/')
is_rc 0 'down' wf down a
# Two pages: for the lock and one record, but not for the next one beside it.
on client mount -t tmpfs -o size=8k,mode=700 small "$dir"
is_rc 1 'no room for a second record' wf up "$a"
trace 'nothing is left'
on client umount "$dir"
is_rc 0 'up' wf up "$a"
on client sh -c 'cd "$1" && mount -t tmpfs -o size=16k,mode=700 small /mnt && cp record.json /mnt &&
	mount --move /mnt "$1" && dd if=/dev/zero of="$1/fill" 2>/dev/null' sh "$dir"
is_rc 0 'down without any room' wf down a
trace 'no trace'
on client umount "$dir"

# The summary is for everybody, whatever the umask was.
on client rm -rf /run/wf
(umask 077 && wf up "$a") >/dev/null 2>&1
cp "$WF" "$RIG/m/client/run/wf-copy" && chmod 755 "$RIG/m/client/run/wf-copy" "$RIG/m/client/run"
brief() {
	on client busybox su -s /bin/sh nobody -c '/run/wf-copy status --brief' </dev/null
}
is "$(brief | jq -r '.tunnels[].interface')" a 'nobody may read the summary'
is_rc 4 'and nothing else' on client busybox su -s /bin/sh nobody -c '/run/wf-copy status' </dev/null
is_rc 4 'nor a dry run' on client busybox su -s /bin/sh nobody -c '/run/wf-copy down a -n --db /x' </dev/null
is_rc 0 'down' wf down a
trace 'no trace'
t_done
