# SPDX-License-Identifier: GPL-2.0-or-later
# A machine of the rig whose network namespace is the one it "boots" with: sourced after netns.sh and
# wf.sh. wf takes for that the namespace of process 1, so what runs there gets a process namespace of
# its own.
# shellcheck shell=sh disable=SC3043

BOOTED=client

# boot_machine NAME: from now on `wf` and `booted` run there, beside a process 1. Not by bg: unshare
# does not end when it is told to, but with the test's own process namespace.
boot_machine() {
	local pid='' next=''
	BOOTED=$1
	on "$1" unshare --pid --fork --mount-proc sleep 1000000 </dev/null >/dev/null 2>&1 &
	pid=$!
	# Down to the last one: nsenter, unshare, sleep, which is process 1.
	until [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sleep ]; do
		next=$(pgrep -P "$pid")
		[ -z "$next" ] || pid=$next
		[ -d "/proc/$pid" ] || bail "$1 does not boot"
	done
	within 5 grep -q NSpid.*[[:space:]]1$ "/proc/$pid/status"
	echo "$pid" >"$RIG/m/$1/one"
}

# booted CMD...: a program on that machine.
booted() {
	local pid=''
	read -r pid <"$RIG/m/$BOOTED/one" || return 1
	# shellcheck disable=SC2016
	busybox nsenter --net="/proc/$pid/ns/net" --mount="/proc/$pid/ns/mnt" --pid="/proc/$pid/ns/pid" \
		/bin/sh -c 'cd "$0" 2>/dev/null || cd /; exec "$@"' "$PWD" "$@"
}

wf() {
	booted env "WF_LIBEXEC=$WF_LIBEXEC" "$WF" "$@"
}

# reboot_as NEW OLD: the machine NEW has the disk of OLD, a /run of its own, and no cable yet.
reboot_as() {
	machine "$1"
	on "$2" tar cf "$RIG/tmp/disk.tar" -C / var/lib/wf etc/wf
	on "$1" tar xf "$RIG/tmp/disk.tar" -C /
	boot_machine "$1"
}
