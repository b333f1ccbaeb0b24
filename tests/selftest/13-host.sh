#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest is content, but the part on the host (13-host.host) is not.
# arch: x86_64
# expect: FAIL

plan 1
ok "the only point"
