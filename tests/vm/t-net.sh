#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The net layer on a kernel with WireGuard: its unit tests and the one that needs such a kernel.
# vm: tests/unit/net/t_wg_kernel tests/unit/net/t_nl tests/unit/net/t_change
# vm: tests/unit/net/t_snapshot tests/unit/net/t_query tests/unit/net/t_uapi
. "$(dirname "$0")/../lib/tap.sh"

# No udev here, so opening /dev/net/tun loads nothing.
modprobe tun
for t in t_wg_kernel t_nl t_change t_snapshot t_query t_uapi; do
	"$WF_BUILD/tests/unit/net/$t" >"/tmp/$t" 2>&1
	rc=$?
	grep '^#' "/tmp/$t"
	is "$rc $(grep '^not ok' "/tmp/$t")" '0 ' "$t: $(grep -c '^ok' "/tmp/$t") checks"
done
t_done
