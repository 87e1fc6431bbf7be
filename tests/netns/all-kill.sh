#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every kill point of t-kill.sh.
export KILL_STEP=1
. "$(dirname "$0")/t-kill.sh"
