#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A kernel that WARNed is no pass, even if every point is.
# arch: x86_64 aarch64
# module: none
# kmod: splat
# expect: SPLAT
. /lib/ktap.sh
. /lib/module.sh

plan 1
check "a module that WARNs" load_mod splat how=warn
finish
