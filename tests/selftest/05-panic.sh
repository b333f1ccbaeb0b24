#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A panic in the middle: the verdict names it and does not wait for the timeout.
# arch: x86_64 aarch64
# module: none
# expect: PANIC
. /lib/ktap.sh

plan 2
ok "one point passes"
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
