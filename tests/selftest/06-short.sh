#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Three results for a plan of four: the missing one must not go unnoticed.
# arch: x86_64
# module: none
# expect: LOST
. /lib/ktap.sh

plan 4
ok "first"
ok "second"
ok "third"
exit 0
