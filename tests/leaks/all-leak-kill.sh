#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build: tests/leaks/probe tests/leaks/echo tests/leaks/flood
# Every kill point of t-leak-kill.sh.
export KILL_STEP=1
. "$(dirname "$0")/t-leak-kill.sh"
