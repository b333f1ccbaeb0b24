# SPDX-License-Identifier: GPL-2.0-only
# If this fails, some order of a VMM's ioctls and its guest's PSCI calls, with values that
# nobody thought of, gets the kernel to complain, or leaves vCPUs in wrong states. The fuzzer
# keeps what reaches code that nothing before it did; blind, it is the control.
# tier: @tier@
# kernels: @kernels@
# feedback: kvm_arm_mpstate
# timeout: @timeout@
# guest: mpstate fuzz_mpstate
# files: tests/guest/fuzz_mpstate.corpus:corpus

plan_kvm 8
mpstate transcript >/tmp/transcript.native
# Most of the time would be waiting for all CPUs.
echo 1 >/sys/kernel/rcu_expedited
check "load" load_mod kvm_arm_mpstate
# Not by check: what it prints is there if the kernel dies.
if fuzz_mpstate @seconds@ 1 @how@; then
	ok "nothing in @seconds@ s that does harm"
else
	not_ok "nothing in @seconds@ s that does harm"
fi
check "every answer is the kernel's own after that" same
check "every SET from every state" mpstate table
check "rmmod" unload_mod kvm_arm_mpstate
check "nothing is hooked" no_hooks
check "load again" load_mod kvm_arm_mpstate
check "every answer is the kernel's own then, too" same
