# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. The power state handlers beside those of
# the same kernel, with tracepoints off and on, and in mode=trace.
# arch: aarch64
# append: mitigations=off
# guest: bench mpstate

. /usr/lib/bench.sh

tracing=/sys/kernel/tracing

measure() {
	case $1 in
	module|events) load_mod kvm_arm_mpstate mode=hook || return ;;
	trace) load_mod kvm_arm_mpstate mode=trace || return ;;
	esac
	# What runs in KVM_RUN: nothing of it may be patched.
	[ "$1" != module ] || cp $tracing/enabled_functions /tmp/enabled
	[ "$1" != events ] || echo 1 >$tracing/events/kvm_arm_mpstate/enable
	bench time "get.$1" 200 get &&
		bench time "runnable.$1" 200 runnable &&
		bench time "stopped.$1" 200 stopped &&
		bench time "check14.$1" 200 check 14 &&
		bench time "check1.$1" 200 check 1 &&
		mpstate calls 500 >/tmp/calls || return
	sed -n "s/^version \(.*\) cpu_on \(.*\)/value version.$1 \1\nvalue cpu_on.$1 \2/p" /tmp/calls
	[ "$1" = native ] || unload_mod kvm_arm_mpstate
}

plan 1
measured in_turns measure native module events trace
bench time syscall 400 getppid
sed 's/^/hooked /' /tmp/enabled
