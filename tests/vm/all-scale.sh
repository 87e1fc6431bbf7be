#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# t-scale.sh with a million routes and ten thousand peers.
export SCALE_ROUTES=1000000 SCALE_PEERS=10000
. "$(dirname "$0")/../netns/t-scale.sh"
