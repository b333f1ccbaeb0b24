# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module does not work on a server of today, whose host kernel stays at
# EL2 (VHE).
# arch: aarch64
# cpu: neoverse-n1
# tier: fast 7
# guest: mpstate mpstate_machine
# timeout: 240
exec mpstate_machine 'kvm \[1\]: VHE mode initialized successfully'
