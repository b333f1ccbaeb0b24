# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module does not load where PSCI calls cannot be traced, or
# does not say what is missing.
# tier: fast 6.1
# mutation: missing-psci

plan_kvm 5

view=/sys/kernel/debug/kvm_arm_mpstate
dmesg_mark
check "without PSCI calls it loads" load_mod kvm_arm_mpstate
check "the log says what is missing" expect_dmesg \
	'^kvm_arm_mpstate: kvm_psci_call_gone is missing in this kernel or cannot be traced: no psci_call events$'
check "debugfs, too" \
	grep -qx 'kvm_psci_call_gone off, is missing in this kernel or cannot be traced' $view/hooks
check "the other event is there" grep -qx 'kvm_reset_vcpu traced' $view/hooks
check "unload" unload_mod kvm_arm_mpstate
