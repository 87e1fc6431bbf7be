# SPDX-License-Identifier: GPL-2.0-or-later
# Killing wf at its system calls, on the client of the rig. Sourced after netns.sh and wf.sh; the
# tunnel is called `a`. Every KILL_STEP-th call is chosen (the 7th; in the guest, where each takes
# ten times as long, the 21st), beginning with another one for each commit (WF_SHIFT).
# shellcheck shell=sh

# Calls without an effect that outlives the process are left out, as are the loader's.
KILL_CALLS=sendto,sendmsg,write,pwrite64,fsync,rename,unlink,openat,connect,flock,clone,clone3,vfork,mkdir

# kill_points VERB: one "NAME ORDINAL" per line, for each call that `wf VERB a` makes and that is not
# just a question to the kernel, in order. The same command makes the same calls each time.
kill_points() {
	on client env "WF_LIBEXEC=$WF_LIBEXEC" strace -qq -e "trace=$KILL_CALLS" \
		-o "$RIG/tmp/calls" "$WF" "$1" a >/dev/null 2>&1
	awk -F'(' '{ n[$1]++ }
		$0 ~ /^openat/ && $0 !~ /O_CREAT|O_RDWR|O_WRONLY/ { next }
		$0 ~ /^write\([12],/ || $0 ~ /^send.*(NFT_MSG_GET|RTM_GET)/ { next }
		{ print $1, n[$1] }' "$RIG/tmp/calls"
}

# kill_at VERB NAME ORDINAL: runs `wf VERB a` and kills it there.
kill_at() {
	on client env "WF_LIBEXEC=$WF_LIBEXEC" strace -qq -o /dev/null -e "trace=$2" \
		-e "inject=$2:signal=KILL:when=$3" "$WF" "$1" a >"$RIG/tmp/killed" 2>&1
}

# kill_chosen FILE: the points to try.
kill_chosen() {
	step=${KILL_STEP:-${WF_GUEST:+21}}
	awk -v step="${step:-7}" -v shift="${WF_SHIFT:-0}" '(NR + shift) % step == 0' "$1"
}
