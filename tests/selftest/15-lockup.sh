#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The test says ok while one CPU has stopped scheduling: the watchdog's word counts.
# arch: x86_64
# kmod: splat
# append: watchdog_thresh=2
# expect: PANIC

plan 1
load_mod splat how=lockup
ok "the only point"
