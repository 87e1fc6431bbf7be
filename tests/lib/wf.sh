# SPDX-License-Identifier: GPL-2.0-or-later
# wf on a machine of the rig: sourced after netns.sh, POSIX sh with "local".
# shellcheck shell=sh disable=SC3043

# wf ARGS...: the program under test, on the client, as root with the system's database (which is
# the machine's own).
wf() {
	on client env "WF_LIBEXEC=$WF_LIBEXEC" "$WF" "$@"
}

# wf_env VAR=VALUE ARGS...: the same with one more variable.
wf_env() {
	local var="$1"
	shift
	on client env "$var" "WF_LIBEXEC=$WF_LIBEXEC" "$WF" "$@"
}

# import NAME N [KEY=VALUE]...: the provider's file for server N as sponsor NAME.
import() {
	local name="$1" file="$RIG/tmp/$1.conf"
	shift
	provider_conf "$@" >"$file"
	wf import "$file" --sponsor "$name" --interface "wf-$name" -q >"$RIG/tmp/import" || bail "cannot import $name"
}

# status_of NAME FILTER: a value of `wf status NAME --json`, by jq.
status_of() {
	wf status "$1" --json | jq -r ".tunnels[0]$2"
}

# writes_of CMD...: how many sends with netlink messages that change something: those of
# rtnetlink that are NEW, DEL or SET, and WireGuard's SET_DEVICE.
writes_of() {
	on client env "WF_LIBEXEC=$WF_LIBEXEC" strace -qq -e trace=sendto,sendmsg \
		-o "$RIG/tmp/writes" "$@" >/dev/null 2>&1
	grep -Ec 'RTM_(NEW|DEL|SET)|WG_CMD_SET|nlmsg_flags=NLM_F_REQUEST\|NLM_F_ACK' "$RIG/tmp/writes"
}
