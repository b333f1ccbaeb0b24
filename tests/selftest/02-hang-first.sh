#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A guest that hangs before it has said anything.
# arch: x86_64
# module: none
# timeout: 30
# expect: TIMEOUT
while :; do
	sleep 1
done
