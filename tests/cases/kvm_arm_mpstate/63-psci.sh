# SPDX-License-Identifier: GPL-2.0-only
# If this fails, nobody sees what guests ask of PSCI, or sees what they did not.
# tier: fast !7
# guest: mpstate
# timeout: 240

plan_kvm 14

tracing=/sys/kernel/tracing
events=$tracing/events/kvm_arm_mpstate
view=/sys/kernel/debug/kvm_arm_mpstate
trace_on() { echo >$tracing/trace && echo 1 >$events/enable; }
# without the process, and what an INIT resets
seen() {
	sed -n 's/.*: \(psci_call: \|vcpu_reset: \)vm_pid=[0-9]* /\1/p' $tracing/trace |
		sed 's/://; s/ pc=.*//; /cause=INIT/d'
}
count() { [ "$(seen | grep -c "$2")" = "$1" ] || { seen | sort | uniq -c; return 1; }; }

check "load" load_mod kvm_arm_mpstate
check "kvm_psci_call is traced" grep -qx 'kvm_psci_call traced' $view/hooks
check "kvm_reset_vcpu is traced" grep -qx 'kvm_reset_vcpu traced' $view/hooks
trace_on
check "every call of every PSCI version" eval "mpstate psci >/tmp/said || { cat /tmp/said; false; }"
same() { seen >/tmp/seen; sed -n 's/^event: //p' /tmp/said | diff - /tmp/seen; }
check "each has its event, and nothing else has one" same
check "there are as many as there should be" [ "$(wc -l </tmp/seen)" = 22 ]
pid() { grep -q "mpstate-[0-9]* .*psci_call: vm_pid=$(sed -n 's/.*psci_call: vm_pid=\([0-9]*\) .*/\1/p' $tracing/trace | head -n 1) " $tracing/trace; }
check "from a thread of the VMM" pid
inits() { grep -qE 'vcpu_reset: vm_pid=[0-9]+ vcpu=1 cause=INIT entry=0x0 context=0x0 pc=0x0 ran=0' $tracing/trace; }
check "KVM_ARM_VCPU_INIT resets, too" inits
grep -v '^#' $tracing/trace | sed -n 's/^ *//; 1,6p' >/tmp/excerpt
diag "$(cat /tmp/excerpt)"

trace_on
check "two vCPUs power a third one on, 20 times" eval "mpstate psci2 20 >/tmp/said || { cat /tmp/said; false; }"
check "both calls are seen" count 40 '^psci_call vcpu=[01] call=CPU_ON .*target=0x2 '
check "and that one of them had an effect" count 20 '^vcpu_reset vcpu=2 cause=CPU_ON'
check "unload with the events switched on" unload_mod kvm_arm_mpstate

check "load mode=trace" load_mod kvm_arm_mpstate mode=trace
trace_on
mpstate psci >/tmp/said
check "the same events" same
unload_mod kvm_arm_mpstate
