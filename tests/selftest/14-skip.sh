#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Nothing applied: neither a pass nor a failure.
# arch: x86_64
# module: none
# expect: SKIP
. /lib/ktap.sh

skip_all "on purpose"
