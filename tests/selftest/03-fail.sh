#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A failed point must be seen, whatever else passes.
# arch: x86_64 aarch64
# module: none
# expect: FAIL
. /lib/ktap.sh

plan 2
ok "one point passes"
check "another does not" false
finish
