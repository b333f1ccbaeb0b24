# SPDX-License-Identifier: GPL-2.0-only
# If this fails, running guests pay for the module, or VMMs pay more than is known.
# Guest time counts instructions here, so the figures repeat.
# tier: slow
# smp: 1
# icount: shift=0,sleep=off
# guest: mpstate
# timeout: 600

plan_kvm 10

# "get N set N check N exit N version N cpu_on N", in ns, which are instructions
measure() { echo "$(mpstate time 1000) $(mpstate exits 20 | grep '^exit') $(mpstate calls 1000 | grep '^version')" >"/tmp/$1"; diag "$1: $(cat "/tmp/$1")"; }
value() { sed -n "s/.*$2 \([0-9]*\).*/\1/p" "/tmp/$1"; }
# within WHAT LIMIT BEFORE AFTER: LIMIT is "10 %" or "460 ns"; a kernel that checks itself
# does so all the time, so what is allowed is wider by the factor by which it is slower
within() {
	before=$(value "$3" "$1")
	after=$(value "$4" "$1")
	echo "$1: $before before, $after after"
	[ -n "$before" ] || return
	case $2 in
	*%) [ $((after * 1000)) -le $((before * (1000 + ${2% %} * 10 * ${LAB_SLOWER:-1}))) ] ;;
	*) [ "$after" -le $((before + ${2% ns} * ${LAB_SLOWER:-1})) ] ;;
	esac
}
no_run_hooks() {
	sed -n 's/^\([a-z][^ ]*\) .*/\1/p' /sys/kernel/tracing/enabled_functions | sort >/tmp/hooked
	[ "$(tr '\n' ' ' </tmp/hooked)" = "kvm_arch_destroy_vm kvm_arch_vcpu_ioctl_get_mpstate kvm_arch_vcpu_ioctl_set_mpstate kvm_psci_call kvm_reset_vcpu kvm_vm_ioctl_check_extension " ] ||
		{ cat /tmp/hooked; return 1; }
}

measure warm-up
measure native
check "load" load_mod kvm_arm_mpstate
check "nothing of KVM_RUN is hooked but PSCI calls and resets" no_run_hooks
measure module

# What README promises. Before Linux 6.2 ftrace saves all registers and walks the
# list of all its users on each call: most of what is paid there is that, whatever
# the call is, compare the extension check, which we only look at.
call="10 %" other="8 %" psci="15 %"
case $(uname -r) in
5.*|6.1.*) call="460 ns" other="460 ns" psci="460 ns" ;;
esac
check "GET costs at most $call more" within get "$call" native module
check "SET costs at most $call more" within set "$call" native module
check "another extension's check costs at most $other more" within check "$other" native module
# Guests make these when CPUs come and go, not while they work.
check "a PSCI call costs at most $psci more" within version "$psci" native module
check "also a CPU_ON" within cpu_on "$psci" native module
check "unload" unload_mod kvm_arm_mpstate
measure after
# against the later one: a kernel fresh from boot has work of its own
check "an exit of KVM_RUN costs the same (1 %)" within exit "1 %" after module
check "afterwards GET costs what it did" within get "1 %" native after
