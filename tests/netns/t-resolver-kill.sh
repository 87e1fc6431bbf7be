#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build: tests/unit/dns/tell
# /etc/resolv.conf is replaced and given back by a command that is killed at each of its system calls
# that change something. Whenever that is, the next one makes it byte for byte what it was.
# shellcheck disable=SC3043
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/lib-resolver.sh"
rig_enter "$0" "$@"

CALLS=openat,write,pwrite64,ftruncate,fsync,rename,unlink,symlink,fchmod,fchown,lchown,mkdir,close
machine client

# traced CALLS-FILE CMD...: runs it and lists its calls as "NAME ORDINAL", those of the loader too.
traced() {
	local list="$1"
	shift
	on client strace -qq -e "trace=$CALLS" -o "$RIG/tmp/trace" "$@"
	sed -n 's/^\([a-z0-9]*\)(.*/\1/p' "$RIG/tmp/trace" | awk '{ print $1, ++n[$1] }' >"$list"
}

fresh() {
	on client sh -c 'umount /etc/resolv.conf 2>/dev/null; rm -rf /etc/resolv.conf /var/lib/wf
		mkdir -p /run/real
		printf "nameserver 203.0.113.2\nsearch lan\nno newline" >/run/real/resolv.conf
		'"$1"
}

# killed WHAT CMD...: the command is killed at each of its calls in turn, before it has an effect.
killed() {
	local what="$1" before after n call bad='' sum=0
	shift
	fresh "$MAKE"
	before=$(conf_of client)
	[ "$what" = set ] || tell set file tun0 -a -s 10.64.0.1
	traced "$RIG/tmp/calls" "$WF_BUILD/tests/unit/dns/tell" "$@"
	# What the loader does cannot matter, and is all before the first look at the file.
	while read -r call n; do
		fresh "$MAKE"
		[ "$what" = set ] || tell set file tun0 -a -s 10.64.0.1
		on client strace -qq -o /dev/null -e "trace=$call" \
			-e "inject=$call:signal=KILL:when=$n" \
			"$WF_BUILD/tests/unit/dns/tell" "$@" 2>/dev/null
		[ "$?" -eq 137 ] || bad="$bad $call:$n(not killed)"
		sum=$((sum + 1))
		# Odd ones are put right by a repair, even ones by the same command once more.
		if [ $((sum % 2)) -eq 1 ]; then
			tell repair >/dev/null || bad="$bad $call:$n(repair)"
		else
			tell "$@" || bad="$bad $call:$n(again)"
			[ "$what" = unset ] || tell unset file tun0 || bad="$bad $call:$n(unset)"
		fi
		after=$(conf_of client)
		[ "$after" = "$before" ] || bad="$bad $call:$n"
		[ -z "$(on client ls /etc | grep "resolv.conf.")" ] || bad="$bad $call:$n(litter)"
		[ -z "$(on client ls -A /var/lib/wf/persist 2>/dev/null | grep -v '~$')" ] ||
			bad="$bad $call:$n(kept)"
	done <<-END
		$(sed -n '/^openat 4$/,$p' "$RIG/tmp/calls")
	END
	is "$bad" '' "$KIND, $what: killed at $sum calls"
	num "$sum" -ge 4 'that many there are'
}

for KIND in file link mounted none; do
	case $KIND in
	file) MAKE='cp /run/real/resolv.conf /etc/resolv.conf; chmod 640 /etc/resolv.conf' ;;
	link) MAKE='ln -s ../run/real/resolv.conf /etc/resolv.conf' ;;
	mounted) MAKE=': >/etc/resolv.conf; mount --bind /run/real/resolv.conf /etc/resolv.conf' ;;
	none) MAKE=: ;;
	esac
	killed set set file tun0 -a -s 10.64.0.1
	killed unset unset file tun0
done
t_done
