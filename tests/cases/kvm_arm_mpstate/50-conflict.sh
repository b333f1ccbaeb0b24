# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module and a livepatch get into each other's way, or a
# refusal leaves hooks behind.
# tier: fast 7
# guest: mpstate
# kmod: mpstate_rival

plan_kvm 27

hooked=/sys/kernel/tracing/enabled_functions
view=/sys/kernel/debug/kvm_arm_mpstate
# only the rival's own function is left, or nothing
is_mode() { grep -qx "mode $1" $view/hooks || { cat $view/hooks; return 1; }; }
no_redirection() { ! grep -vE '^kvm_arch_vcpu_ioctl_set_mpstate' $hooked | grep -E ' [ID]'; }
mpstate transcript >/tmp/transcript.native

# the rival was there first
check "a rival takes SET" load_mod mpstate_rival
dmesg_mark
check "mode=hook fails with EBUSY" refuse_load kvm_arm_mpstate "Device or resource busy" mode=hook
check "and names the function" \
	expect_dmesg '^kvm_arm_mpstate: kvm_arch_vcpu_ioctl_set_mpstate belongs to another IPMODIFY user .*mode=trace$'
check "nothing of ours is left hooked" left 1
dmesg_mark
check "mode=auto loads all the same" load_mod kvm_arm_mpstate
check "and says that it only observes" \
	expect_dmesg '^kvm_arm_mpstate: kvm_arch_vcpu_ioctl_set_mpstate belongs to another IPMODIFY user .*: mode=trace'
check "debugfs says mode trace" is_mode trace
why() { grep -q '^kvm_arch_vcpu_ioctl_set_mpstate traced, belongs to another IPMODIFY user' $view/hooks || { cat $view/hooks; return 1; }; }
check "and why" why
check "nothing is redirected by us" no_redirection
check "the kernel's handlers answer" same
counted() { grep -qE '^set unknown [1-9]' $view/counts; }
check "their calls are counted" counted
check "unload" unload_mod kvm_arm_mpstate
check "only the rival is left" left 1
check "the rival leaves" unload_mod mpstate_rival
check "nothing is left" left 0

# we were there first
check "load with mode=hook" load_mod kvm_arm_mpstate mode=hook
check "the rival is refused" refuse_load mpstate_rival "Device or resource busy"
check "our handlers still answer as the kernel's" same
check "unload" unload_mod kvm_arm_mpstate

# no redirection wanted
check "load with mode=trace" load_mod kvm_arm_mpstate mode=trace
check "debugfs says mode trace" is_mode trace
none() { ! grep -E ' [ID]' $hooked; }
check "nothing is redirected" none
check "a rival can still come" load_mod mpstate_rival
check "unload of both" unload_mod mpstate_rival
check "unload" unload_mod kvm_arm_mpstate

# a whole ftrace that is switched off
dmesg_mark
if echo 0 2>/dev/null >/proc/sys/kernel/ftrace_enabled; then
	refused() {
		refuse_load kvm_arm_mpstate "Operation not supported" &&
			expect_dmesg '^kvm_arm_mpstate: ftrace is switched off: sysctl kernel.ftrace_enabled=1'
	}
	check "kernel.ftrace_enabled=0 is a clear error" refused
	echo 1 >/proc/sys/kernel/ftrace_enabled
else
	skip "kernel.ftrace_enabled=0 is a clear error" "this kernel no longer switches ftrace off"
fi
check "nothing is left at the end" left 0
