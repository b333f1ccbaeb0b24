#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A guest that hangs after its first point, which passed.
# arch: x86_64
# module: none
# timeout: 30
# expect: TIMEOUT
. /lib/ktap.sh

plan 2
ok "one point passes"
while :; do
	sleep 1
done
