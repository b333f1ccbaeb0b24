# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module does not work on a host in protected mode (pKVM), where it must
# leave protected VMs alone.
# arch: aarch64
# append: kvm-arm.mode=protected
# kernels: !5.10
# tier: fast 7
# guest: mpstate mpstate_machine
# timeout: 240
exec mpstate_machine 'kvm \[1\]: (Protected (hVHE|nVHE) mode|Protected mode) initialized successfully'
