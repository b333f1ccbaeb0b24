#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# With an empty deny list every splat would pass, so nothing may pass.
# arch: x86_64
# module: none
# break: deny
# expect: BROKEN_CHECK
. /lib/ktap.sh

plan 1
ok "the only point"
finish
