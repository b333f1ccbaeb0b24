# SPDX-License-Identifier: GPL-2.0-only
# If this fails, removing the module under load crashes the host or gives VMMs
# wrong answers. 45-unload-long.sh does the same a thousand times.
# The soft lockup watchdog has slack: loading walks all of the kernel's functions
# without a pause, and a starved emulator makes seconds of that.
# arch: aarch64
# guest: mpstate mpstate_cycles
# append: watchdog_thresh=60
# timeout: 240
exec mpstate_cycles 5
