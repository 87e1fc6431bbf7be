#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Hostile strings in a file (53): what would be run by a shell, or by careless code, is refused with its
# line or kept as it is, and never run.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 1
planted=/run/planted

# hostile NAME [KEY=VALUE]...: a file with these, imported.
hostile() {
	name="$1" file="$RIG/tmp/$1.conf"
	shift
	provider_conf 1 "$@" >"$file"
	wf import "$file" --sponsor "$name" -y >"$T_TMP/stdout" 2>"$T_TMP/stderr"
	rc=$?
	out=$(cat "$T_TMP/stdout" "$T_TMP/stderr")
}

untouched() {
	not_ok "$1: nothing was run" on client sh -c "ls $planted* | grep -q ."
	on client sh -c "rm -f $planted*"
}
t_tmp

# Each would make a file if it were run without a word; with its consent one of them does.
for hook in "touch $planted" "iptables -I OUTPUT -j ACCEPT; touch $planted" \
	"iptables -I OUTPUT ! -o %i -m mark ! --mark \$(wg show %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT; touch $planted" \
	"iptables -I OUTPUT -o \$(touch $planted) -j REJECT" "\`touch $planted\`" \
	"resolvectl dns %i \$(touch $planted)" "bash -c 'touch $planted' # kill switch"; do
	for key in PreUp PostUp PreDown PostDown; do
		hostile hooks "extra=$key = $hook"
		is "$rc" 0 "a hook '$hook' as $key is kept"
		like "$out" "$key|hook|command" "$key: and told of"
		wf up hooks >/dev/null 2>&1
		wf down hooks >/dev/null 2>&1
		untouched "$key = $hook"
		wf remove hooks --yes >/dev/null 2>&1
	done
done
hostile consent "extra=PostUp = touch $planted"
wf up consent --run-hooks >"$RIG/tmp/out" 2>&1
ok 'with consent it runs: the test can fail' on client test -e "$planted" || diag <"$RIG/tmp/out"
wf down consent --run-hooks >/dev/null 2>&1
on client rm -f "$planted"
wf remove consent --yes >/dev/null 2>&1

# Names and values that a shell, a path or a terminal would take for something else.
for line in "DNS = 10.64.0.1, \$(touch $planted)" "DNS = ;touch $planted" "DNS = ../../run/planted" \
	'Table = $(touch /run/planted)' 'MTU = `touch /run/planted`' 'FwMark = 1;touch /run/planted'; do
	hostile values "extra=$line"
	isnt "$rc" 0 "'$line' is refused"
	like "$out" 'values\.conf:[0-9]+' "'$line': with the number of its line"
	untouched "$line"
done
for name in 'wg;touch' '../../run/planted' 'wg$(id)' 'wg 0' 'wg/0' 'averyverylongname' '.' 'wg%d'; do
	provider_conf 1 >"$RIG/tmp/names.conf"
	is_rc 1 "interface '$name' is refused" wf import "$RIG/tmp/names.conf" --sponsor names --interface "$name" -y
	untouched "$name"
done
t_done
