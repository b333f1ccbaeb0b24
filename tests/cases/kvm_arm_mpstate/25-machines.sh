# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module does not work on another machine than the cortex-a72 of the
# other cases. The machine is the one that the row says if the kernel's log has its line.
# cpu: @cpu@
# append: @append@
# kernels: @kernels@
# tier: slow
# guest: mpstate
# timeout: 240

tracing=/sys/kernel/tracing
is_machine() { dmesg | grep -qE "$1" || { dmesg | grep -iE 'kvm|CPU features'; return 1; }; }
seen()
{
	sed -n 's/.*: \(psci_call: \|vcpu_reset: \)vm_pid=[0-9]* /\1/p' $tracing/trace |
		sed 's/://; s/ pc=.*//; /cause=INIT/d' >/tmp/seen
	sed -n 's/^event: //p' /tmp/said | diff - /tmp/seen
}

plan_kvm 12
check "the machine is the one" is_machine '@line@'
mpstate transcript >/tmp/transcript.native
check "load" load_mod kvm_arm_mpstate mode=hook
echo 1 >$tracing/events/kvm_arm_mpstate/enable
check "every answer is as before, byte for byte" same
check "it was the module that answered" counted
check "every SET from every state" mpstate table
check "SET STOPPED takes a running vCPU out of the guest" mpstate stop
check "save: four vCPUs, one powered off again" mpstate save /tmp/saved
check "restore in a fresh process, CPU_ON, reset" mpstate restore /tmp/saved
check "SET RUNNABLE against PSCI CPU_ON" mpstate race 20
echo >$tracing/trace
check "every call of every PSCI version" eval "mpstate psci >/tmp/said || { cat /tmp/said; false; }"
check "each has its event, and nothing else has one" seen
check "unload" unload_mod kvm_arm_mpstate
