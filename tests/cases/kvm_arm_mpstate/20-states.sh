# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a VMM reads or sets wrong power states, or other answers than
# the kernel's own handlers give.
# guest: mpstate
# timeout: 180

plan_kvm 19

# the same program on the kernel's own handlers first
mpstate extensions >/tmp/extensions.native
mpstate transcript >/tmp/transcript.native
check "the native transcript is complete" grep -q '^after reset: vcpu 2: set 1000 22' /tmp/transcript.native

check "load" load_mod kvm_arm_mpstate
same_extensions() { mpstate extensions | diff /tmp/extensions.native -; }
check "extensions 0 to 300 answer as before" same_extensions
same_transcript() { mpstate transcript | diff /tmp/transcript.native -; }
check "every answer is as before, byte for byte" same_transcript
check "it was the module that answered" counted

check "every SET from every state" mpstate table
check "SET powers on what never ran, and off what ran" mpstate power
check "SET STOPPED takes a running vCPU out of the guest" mpstate stop
check "a vCPU in WFI is RUNNABLE" mpstate wfi
check "save: four vCPUs, one powered off again" mpstate save /tmp/saved
check "restore in a fresh process, CPU_ON, reset" mpstate restore /tmp/saved
check "SET RUNNABLE against PSCI CPU_ON" mpstate race 20
check "unload" unload_mod kvm_arm_mpstate

check "load with abi=v2" load_mod kvm_arm_mpstate abi=v2
check "off is HALTED, STOPPED is still taken" mpstate -2 table
check "v2: save" mpstate -2 save /tmp/saved
check "v2: restore" mpstate -2 restore /tmp/saved
check "unload" unload_mod kvm_arm_mpstate

if grep -q '^216 0 0$' /tmp/extensions.native; then
	runnable() { load_mod kvm_arm_mpstate suspended=runnable && mpstate -s runnable table; }
	check "suspended=runnable: SET SUSPENDED powers on" runnable
else
	unchanged() { load_mod kvm_arm_mpstate suspended=runnable && mpstate table; }
	check "suspended=runnable changes nothing where the state is known" unchanged
fi
