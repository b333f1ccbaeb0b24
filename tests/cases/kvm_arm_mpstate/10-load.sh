# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module does not take over, or leaves something behind.
# guest: mpstate

plan_kvm 19

hooked=/sys/kernel/tracing/enabled_functions
view=/sys/kernel/debug/kvm_arm_mpstate
names="kvm_arch_vcpu_ioctl_get_mpstate kvm_arch_vcpu_ioctl_set_mpstate kvm_vm_ioctl_check_extension"

# "I": ftrace's mark for a callback that may change the instruction pointer
is_redirected() { grep -q "^$1 (1) .*I" $hooked || { cat $hooked; return 1; }; }
is_active() { grep -qx "$1 active" $view/hooks || { cat $view/hooks; return 1; }; }

check "no function is hooked before" no_hooks
dmesg_mark
check "modprobe kvm_arm_mpstate" load_mod kvm_arm_mpstate
check "one line says what was chosen" \
	expect_dmesg '^kvm_arm_mpstate: version [0-9].*, mode=hook abi=stopped, state in (power_off|mp_state) under (kvm->lock|mp_state_lock), SUSPENDED (known|rejected)$'
for name in $names; do
	check "$name is redirected" is_redirected "$name"
	check "debugfs says so" is_active "$name"
done
six_hooks() { [ "$(grep -c "^[a-z]" $hooked)" = 6 ] || { cat $hooked; return 1; }; }
check "beside these PSCI and the end of VMs are watched" six_hooks
no_redirection() { ! grep -E '^kvm_(psci_call|reset_vcpu|arch_destroy_vm) .* I' $hooked; }
check "and not redirected" no_redirection
check "the capability is there" mpstate cap
check "rmmod" unload_mod kvm_arm_mpstate
check "no function is hooked after" no_hooks
no_folder() { [ ! -e $view ]; }
check "the debugfs folder is gone" no_folder
check "mode= takes only its words" refuse_load kvm_arm_mpstate "Invalid argument" mode=off
check "abi= takes only its words" refuse_load kvm_arm_mpstate "Invalid argument" abi=3
check "suspended= takes only its words" refuse_load kvm_arm_mpstate "Invalid argument" suspended=yes
check "and says which" expect_dmesg '^kvm_arm_mpstate: suspended=yes is unknown: use reject or runnable$'
