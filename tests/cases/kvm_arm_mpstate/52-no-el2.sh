# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module hooks a host that has no KVM.
# tier: fast 7
# qemu: -machine virtualization=off

plan 4

no_kvm() { [ ! -e /dev/kvm ]; }
check "the host has no KVM" no_kvm
dmesg_mark
check "ENODEV" refuse_load kvm_arm_mpstate "No such device"
check "the line says why" \
	expect_dmesg '^kvm_arm_mpstate: (KVM is not up on this host \(no EL2, or kvm-arm.mode=none\)|this kernel was built without KVM)'
clean() { no_kvm && ! grep . /sys/kernel/tracing/enabled_functions; }
check "nothing is hooked, no device is left" clean
