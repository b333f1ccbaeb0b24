#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# All is written, `exit 0` included, and then the kernel complains.
# arch: x86_64
# kmod: splat
# expect: SPLAT

tty=/dev/$(sed 's/.*res=\([^ ]*\).*/\1/' /proc/cmdline)
printf 'KTAP version 1\n1..1\nok 1 the only point\nexit 0\n' >"$tty"
load_mod splat how=warn
reboot -f
