# SPDX-License-Identifier: GPL-2.0-only
# If this fails, nobody sees who powered which vCPU, or the documented fields lie.
# tier: fast 7
# guest: mpstate

plan_kvm 17

tracing=/sys/kernel/tracing
events=$tracing/events/kvm_arm_mpstate

trace_on() { echo >$tracing/trace && echo 1 >$events/enable; }
trace_has() { grep -qE "$1" $tracing/trace || { grep -v '^#' $tracing/trace; return 1; }; }
has_fields() {
	for field in vm_pid vcpu old new result by $2; do
		grep -qE "field:(int|unsigned int) $field;" $events/"$1"/format || { echo "no $field"; return 1; }
	done
}
# "once: pid 123 errno 0 state 5"
once() { mpstate "$@" >/tmp/once && pid=$(sed -n 's/^once: pid \([0-9]*\) .*/\1/p' /tmp/once); }

check "load" load_mod kvm_arm_mpstate
check "fields of kvm_mp_state_get" has_fields kvm_mp_state_get
check "fields of kvm_mp_state_set" has_fields kvm_mp_state_set asked
check "switch on" trace_on
once once 0
check "SET RUNNABLE of a stopped vCPU" \
	trace_has "kvm_mp_state_set: vm_pid=$pid vcpu=1 old=STOPPED new=RUNNABLE result=0 asked=0 by=module"
check "GET" trace_has "kvm_mp_state_get: vm_pid=$pid vcpu=1 old=RUNNABLE new=RUNNABLE result=0 by=module"
once once 3
check "SET HALTED is rejected, the state stays" \
	trace_has "kvm_mp_state_set: vm_pid=$pid vcpu=1 old=STOPPED new=STOPPED result=-22 asked=3 by=module"
caller() { grep -q "mpstate-$pid " $tracing/trace; }
check "the caller is the VMM" caller
unload_mod kvm_arm_mpstate

load_mod kvm_arm_mpstate abi=v2
trace_on
once -2 once 3
check "v2: SET HALTED powers off" \
	trace_has "kvm_mp_state_set: vm_pid=$pid vcpu=1 old=STOPPED new=STOPPED result=0 asked=3 by=module"
check "v2: GET answers HALTED" \
	trace_has "kvm_mp_state_get: vm_pid=$pid vcpu=1 old=STOPPED new=HALTED result=0 by=module"
unload_mod kvm_arm_mpstate

load_mod kvm_arm_mpstate mode=trace
trace_on
once once 0
check "mode=trace: SET" \
	trace_has "kvm_mp_state_set: vm_pid=$pid vcpu=1 old=STOPPED new=unknown result=unknown asked=0 by=native"
once once 9
check "mode=trace: SET of nonsense" \
	trace_has "kvm_mp_state_set: vm_pid=$pid vcpu=1 old=STOPPED new=unknown result=unknown asked=9 by=native"
check "mode=trace: GET" \
	trace_has "kvm_mp_state_get: vm_pid=$pid vcpu=1 old=STOPPED new=unknown result=unknown by=native"
asked() { sed -n 's/^check_extension //p' /sys/kernel/debug/kvm_arm_mpstate/counts; }
before=$(asked)
mpstate cap >/tmp/cap
# of /dev/kvm and of the VM
twice() { [ "$(asked)" = $((before + 2)) ] || { echo "$before, then $(asked)"; return 1; }; }
check "mode=trace: who asks for the capability is counted" twice
check "unload with the events switched on" unload_mod kvm_arm_mpstate
no_events() { [ ! -e $events ]; }
check "the events are gone" no_events
check "no function is hooked" no_hooks
