# SPDX-License-Identifier: GPL-2.0-only
# A call for the kernel's own driver no longer tries ours before.
# file: scripts/modprobe.d/power-kmods.conf
# case: 62-modprobe-d
s/^install rapl .*; test/install rapl test/
