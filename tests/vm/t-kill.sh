#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The same as in the namespaces of the host, with the kernel's WireGuard.
. "$(dirname "$0")/../netns/t-kill.sh"
