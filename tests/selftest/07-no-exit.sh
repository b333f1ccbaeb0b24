#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest goes away after the last point but before `exit`: what would still
# have failed (a leak check, an unload) is unknown.
# arch: x86_64
# module: none
# expect: LOST
. /lib/ktap.sh

plan 1
ok "the only point"
sleep 1
reboot -f
