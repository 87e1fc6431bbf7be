#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Tables: whole where a program reads them, cut to the width where a person does.
here=$(dirname "$0")
. "$here/../lib/tap.sh"
. "$here/book.sh"

long=a-very-long-sponsor-name-indeed-for-a-small-terminal
fresh
conf >"$T_TMP/one.conf"
ok 'a long name' "$WF" import "$T_TMP/one.conf" --sponsor "$long" -q

# at_width COLUMNS CMD...: what the command prints on a terminal of that width.
at_width() {
	cols=$1
	shift
	LC_ALL=C.UTF-8 script -qec "stty cols $cols rows 24; $*" /dev/null </dev/null | tr -d '\r'
}

like "$("$WF" list)" "^$long .*here" 'a pipe gets whole names'
out=$(at_width 60 "'$WF' list")
like "$out" '^a-very-[a-z-]*… ' 'a terminal gets them cut, with a sign'
is "$(printf '%s\n' "$out" | LC_ALL=C.UTF-8 awk '{ if (length($0) > 60) print "long" }')" '' \
	'no line is longer than the terminal'
like "$(at_width 400 "'$WF' list")" "^$long .*here" 'a wide one shows them whole'
t_done
