# SPDX-License-Identifier: GPL-2.0-only
# If this fails, QEMU's guests do not survive a migration with the CPUs they had.
# tier: slow
# image: @image@
# tools: qemu-system-aarch64 qemu-img
# guest: mpstate_migrate
# files: scripts/mpstate-report:usr/bin/mpstate-report
# mem: 4096
# append: watchdog_thresh=60
# timeout: 900

aged=@image@ exec mpstate_migrate
