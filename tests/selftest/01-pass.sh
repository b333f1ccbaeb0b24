#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A guest with nothing wrong: if this one is not "ok", no other verdict means anything.
# arch: x86_64 aarch64
# intree: dummy
# expect: ok

plan 4
check "the guest runs as root" [ "$(id -u)" = 0 ]
check "an in-tree module loads through depmod'ed files" load_mod dummy
check "and unloads" unload_mod dummy
skip "a skipped point is no failure" "on purpose"
