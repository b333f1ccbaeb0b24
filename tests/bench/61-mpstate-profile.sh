# SPDX-License-Identifier: GPL-2.0-only
# No test: where the instructions of one GET and one SET go (tests/bench/run starts
# it with the profile plugin).
# arch: aarch64
# tier: bench
# smp: 1
# icount: shift=0,sleep=off
# append: mitigations=off
# timeout: 900
# guest: bench

measure() {
	bench profile "get.$1" 200 get || return
	bench profile "runnable.$1" 200 runnable
}

plan 3
if measure native; then ok "native"; else not_ok "native"; fi
check "load" load_mod kvm_arm_mpstate mode=hook
if measure module; then ok "with the module"; else not_ok "with the module"; fi
finish
