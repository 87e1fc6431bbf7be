# SPDX-License-Identifier: GPL-2.0-or-later
# A machine of the rig whose network namespace is the one it "boots" with: sourced after netns.sh and
# wf.sh. wf takes for that the namespace of process 1, so what runs there gets a process namespace of
# its own.
# shellcheck shell=sh disable=SC3043

BOOTED=client

# boot_machine NAME: from now on `wf` and `booted` run there, beside a process 1.
boot_machine() {
	local pid=
	BOOTED=$1
	bg "$1" unshare --pid --fork --mount-proc sleep 1000000
	within 5 pgrep -P "$BG_PID" || bail "$1 does not boot"
	pid=$(pgrep -P "$BG_PID")
	# nsenter, the shell, unshare, sleep: the last one is process 1.
	while pgrep -P "$pid" >/dev/null; do pid=$(pgrep -P "$pid"); done
	within 5 grep -qx sleep "/proc/$pid/comm"
	echo "$pid" >"$RIG/m/$1/one"
}

# booted CMD...: a program on that machine.
booted() {
	local pid=
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
