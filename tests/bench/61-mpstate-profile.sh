# SPDX-License-Identifier: GPL-2.0-only
# No test: where the instructions of one GET and one SET go (tests/bench/run starts
# it with the profile plugin).
# arch: aarch64
# append: mitigations=off

measure() {
	bench profile "get.$1" 200 get || return
	bench profile "runnable.$1" 200 runnable
}

plan 3
if measure native; then ok "native"; else not_ok "native"; fi
check "load" load_mod kvm_arm_mpstate mode=hook
if measure module; then ok "with the module"; else not_ok "with the module"; fi
