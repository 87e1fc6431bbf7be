#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: tests/bench/bulk
# The part of tests/bench/run that measures what the kill switch costs: the same bytes through the same
# tunnel with it on and off, in pairs, each time the other one first. Needs a kernel with WireGuard.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"
bytes=${BULK_BYTES:-16000000}
pairs=${BULK_PAIRS:-15}
bulk=$WF_BUILD/tests/bench/bulk

provider_net 1
bg s1 "$bulk" serve 7777
import a 1
wf up a -q || bail 'there is no tunnel'

once() { # on|off
	wf set a "kill-switch=$1" -q >/dev/null || bail "the kill switch is not turned $1"
	on client "$bulk" 10.64.0.1 7777 "$bytes" >>"$RIG/tmp/$1" || bail "no bytes, kill switch $1"
}

once on
once off
rm "$RIG/tmp/on" "$RIG/tmp/off"
n=0
while [ "$n" -lt "$pairs" ]; do
	once on
	once off
	once off
	once on
	n=$((n + 2))
done
paste "$RIG/tmp/on" "$RIG/tmp/off" | awk '{ print $1 / $2 }' | sort -n >"$RIG/tmp/ratios"
for f in on off; do
	sort -n "$RIG/tmp/$f" | awk -v label="$f" '{ v[NR] = $1 }
		END { printf "figure\tthroughput\t%s\t%d\t%d\t0\n", label, v[int((NR + 1) / 2)], v[1] }'
done
# Of the pairs, in millionths: what is judged.
awk '{ v[NR] = $1 } END { printf "figure\tpairs\ton\t%d\t0\t0\nfigure\tpairs\toff\t1000000\t0\t0\n",
	1000000 * v[int((NR + 1) / 2)] }' "$RIG/tmp/ratios"
pass "$(wc -l <"$RIG/tmp/ratios") pairs"
t_done
