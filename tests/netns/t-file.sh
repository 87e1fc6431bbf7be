#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# A .conf file brought up as it is, without import: by its path, and by a bare name that only
# /etc/wireguard knows. There is no database at all here.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 2
watch_wire
snapshot client "$RIG/before"
provider_conf 1 account=1 extra='PostUp = touch /tmp/wf-hook-ran' >"$RIG/tmp/a.conf"
provider_conf 2 account=2 >"$RIG/tmp/office.conf"
on client cp "$RIG/tmp/office.conf" /etc/wireguard/

plan=$(wf up "$RIG/tmp/a.conf" -n)
like "$plan" '^MAKE wg set a private-key key#[0-9a-f]{8} fwmark 0x57000001$' \
	'a dry run names the key and does not show it'
like "$plan" '^MOVE rule 5140 add not fwmark 0x57000000/0xff000000 lookup 0x57460001$' 'and prints the whole plan'
is "$(writes_of "$WF" up "$RIG/tmp/a.conf" -n)" 0 'but sends nothing that changes anything'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'nothing was touched'

is_rc 0 'up by path' wf up "$RIG/tmp/a.conf"
like "$(cat "$T_TMP/stderr")" '1 hook is held back' 'hooks are not run, and it says so'
ok 'really not' on client test ! -e /tmp/wf-hook-ran
is "$(seen_from 4) $(seen_from 6)" 's1 s1' 'traffic goes through it'
is "$(status_of a .state)" connected 'status knows it'
is_rc 0 'up by a bare name' wf up office
is "$(seen_from 4) $(seen_from 6)" 's2 s2' 'the last one holds the default'
count_reset
is "$(status_of office .default) $(status_of a .default)" 'true false' 'status says so'
is_rc 0 'down by name' wf down office
is "$(seen_from 4) $(seen_from 6)" 's1 s1' 'the first one has it back'
no_leak 'nothing in clear'
is_rc 0 'down by name' wf down a
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace is left'

cp "$RIG/tmp/a.conf" "$RIG/tmp/a-name-that-is-too-long.conf"
is_rc 1 'a name that cannot be an interface' wf up "$RIG/tmp/a-name-that-is-too-long.conf"
like "$(cat "$T_TMP/stderr")" 'wf import' 'the way out is named'
is_rc 5 'no such file' wf up "$RIG/tmp/nosuch.conf"
t_done
