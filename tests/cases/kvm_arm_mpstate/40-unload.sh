# SPDX-License-Identifier: GPL-2.0-only
# If this fails, removing the module under load crashes the host or gives VMMs
# wrong answers. 45-unload-long.sh does the same a thousand times.
# arch: aarch64
# guest: mpstate mpstate_cycles
# timeout: 240
exec mpstate_cycles 5
