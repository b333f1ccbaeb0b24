#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A kernel image cut short: nothing appears on the console at all.
# arch: x86_64
# module: none
# break: kernel
# timeout: 10
# expect: NO_BOOT
. /lib/ktap.sh

plan 1
ok "never reached"
finish
