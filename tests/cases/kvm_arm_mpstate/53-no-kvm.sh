# SPDX-License-Identifier: GPL-2.0-only
# If this fails, DKMS breaks the upgrade to a kernel built without KVM, as
# Debian's -rt kernels of 5.10 and 6.1 are.
# kernels: 5.10-rt 6.1-rt

plan 2

dmesg_mark
check "ENODEV" refuse_load kvm_arm_mpstate "No such device"
check "the line says why" \
	expect_dmesg '^kvm_arm_mpstate: this kernel was built without KVM: nothing to hook'
