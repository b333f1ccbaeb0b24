# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. The power state handlers beside those of
# the same kernel, with tracepoints off and on, and in mode=trace.
# arch: aarch64
# tier: bench
# smp: 1
# icount: shift=0,sleep=off
# append: mitigations=off
# timeout: 900
# guest: bench
. /lib/ktap.sh
. /lib/module.sh

tracing=/sys/kernel/tracing

measure() {
	bench time "get.$1" 200 get || return
	bench time "runnable.$1" 200 runnable || return
	bench time "stopped.$1" 200 stopped || return
	bench time "check14.$1" 200 check 14 || return
	bench time "check1.$1" 200 check 1
}

plan 8
bench time syscall 400 getppid
if measure native; then ok "native"; else not_ok "native"; fi
check "load" load_mod kvm_arm_mpstate mode=hook
cp $tracing/enabled_functions /tmp/enabled
if measure module; then ok "with the module"; else not_ok "with the module"; fi
echo 1 >$tracing/events/kvm_arm_mpstate/enable
if measure events; then ok "tracepoints on"; else not_ok "tracepoints on"; fi
echo 0 >$tracing/events/kvm_arm_mpstate/enable
check "unload" unload_mod kvm_arm_mpstate
check "load mode=trace" load_mod kvm_arm_mpstate mode=trace
if measure trace; then ok "mode=trace"; else not_ok "mode=trace"; fi
unload_mod kvm_arm_mpstate
if measure after; then ok "without it again"; else not_ok "without it again"; fi
# What runs in KVM_RUN: nothing of it may be patched.
sed 's/^/hooked /' /tmp/enabled
finish
