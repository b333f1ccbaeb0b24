# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module does not make QEMU's guests migrate on a host that
# has no MP_STATE of its own.
# arch: aarch64
# tier: slow
# image: aged
# tools: qemu-system-aarch64 qemu-img
# guest: mpstate_migrate
# mem: 4096
# append: watchdog_thresh=60
# timeout: 900
aged=1 exec mpstate_migrate
