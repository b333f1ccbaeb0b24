# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module does not supply what a host before Linux 4.1 lacks.
# tier: fast !6.1
# image: aged
# guest: mpstate
# timeout: 180

plan_kvm 21

check "without the module: EINVAL, no capability" mpstate absent
mpstate extensions >/tmp/extensions.aged
check "load" load_mod kvm_arm_mpstate
check "the capability is there" mpstate cap
others() { mpstate extensions | diff /tmp/extensions.aged - | grep '^[-+<>]' | grep -vE '^(---|\+\+\+)|^[-+<>] ?14 [01] [01]$'; }
no_others() { ! others; }
check "no other extension answers differently" no_others
check "every SET from every state" mpstate table
check "SET powers on what never ran, and off what ran" mpstate power
check "SET STOPPED takes a running vCPU out of the guest" mpstate stop
check "a vCPU in WFI is RUNNABLE" mpstate wfi
check "save: four vCPUs, one powered off again" mpstate save /tmp/saved
check "restore in a fresh process, CPU_ON, reset" mpstate restore /tmp/saved
check "SET RUNNABLE against PSCI CPU_ON" mpstate race 20
# The capability must not outlive the handlers.
mpstate leaving /tmp/over >/tmp/leaving &
running() { grep -q '^leaving: running' /tmp/leaving; }
wait_for 20 running
check "unload while a VMM asks" unload_mod kvm_arm_mpstate
sleep 0.5
touch /tmp/over
truth() { grep -q 'as expected' /tmp/leaving || { cat /tmp/leaving; return 1; }; }
wait
check "it was never told 1 by a host that has no handlers" truth
check "and the host lacks it again" mpstate absent
v2() { load_mod kvm_arm_mpstate abi=v2 && mpstate -2 table && mpstate -2 cap; }
check "abi=v2" v2
unload_mod kvm_arm_mpstate

# Where another answers, here the host's own stubs, nothing is known of the result.
tracing=/sys/kernel/tracing
check "load mode=trace" load_mod kvm_arm_mpstate mode=trace
echo 1 >$tracing/events/kvm_arm_mpstate/enable
mpstate once 5 >/tmp/once
check "the host refuses SET and GET" grep -q ' errno 22 get 22 ' /tmp/once
shown() { grep -qE "$1" $tracing/trace || { cat $tracing/trace; return 1; }; }
check "SET: no result is made up" shown 'kvm_mp_state_set: vm_pid=[0-9]+ vcpu=1 old=STOPPED new=unknown result=unknown asked=5 by=native'
check "GET: no result is made up" shown 'kvm_mp_state_get: vm_pid=[0-9]+ vcpu=1 old=STOPPED new=unknown result=unknown by=native'
unknown() { grep -qx "$1 unknown 1" /sys/kernel/debug/kvm_arm_mpstate/counts || { cat /sys/kernel/debug/kvm_arm_mpstate/counts; return 1; }; }
check "SET is counted as such" unknown set
check "GET is counted as such" unknown get
