# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a kernel whose functions cannot be hooked is half hooked.
# tier: fast 6.1
# mutation: missing-function

plan_kvm 3

dmesg_mark
check "a function ftrace does not know: EOPNOTSUPP" \
	refuse_load kvm_arm_mpstate "Operation not supported"
check "the line says which" \
	expect_dmesg '^kvm_arm_mpstate: kvm_arch_vcpu_ioctl_set_mpstate_gone is missing in this kernel or cannot be traced'
check "GET, hooked before it, is not any more" no_hooks
