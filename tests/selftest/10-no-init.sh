#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An initramfs whose init cannot be executed.
# arch: x86_64
# module: none
# break: init
# expect: PANIC
. /lib/ktap.sh

plan 1
ok "never reached"
finish
