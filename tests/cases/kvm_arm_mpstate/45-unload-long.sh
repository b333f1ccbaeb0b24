# SPDX-License-Identifier: GPL-2.0-only
# If this fails, what rare race 40-unload.sh is too short for shows itself: the
# same a thousand times.
# The soft lockup watchdog has slack: loading walks all of the kernel's functions
# without a pause, and a starved emulator makes seconds of that.
# arch: aarch64
# tier: slow
# guest: mpstate mpstate_cycles
# kernels: 6.1
# append: watchdog_thresh=60
# timeout: 7200
exec mpstate_cycles 1000
