# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module and a BPF program on one of its functions (fentry, a
# direct call) get into each other's way.
# arch: aarch64
# kernels: 6.12 7
# tier: fast 7
# guest: mpstate
# kmod: mpstate_rival
. /lib/ktap.sh
. /lib/module.sh

plan 13

hooked=/sys/kernel/tracing/enabled_functions
view=/sys/kernel/debug/kvm_arm_mpstate
is_way() { [ "$(grep -c " active $1\$" $view/hooks)" = 3 ] || { cat $view/hooks; return 1; }; }
same() { mpstate transcript | diff /tmp/transcript.native -; }
ours() { grep -qE '^get runnable [1-9]' $view/counts || { cat $view/counts; return 1; }; }
left() { [ "$(grep -c "^[a-z]" $hooked)" = "$1" ] || { cat $hooked; return 1; }; }
mpstate transcript >/tmp/transcript.native

check "a direct caller takes SET" load_mod mpstate_rival direct=1
check "mode=hook loads beside it" load_mod kvm_arm_mpstate mode=hook
check "by callbacks" is_way callback
check "our handlers answer as the kernel's" same
check "and are ours" ours
check "unload" unload_mod kvm_arm_mpstate
check "only the direct caller is left" left 1
check "it leaves" unload_mod mpstate_rival

check "alone" load_mod kvm_arm_mpstate mode=hook
check "by direct calls" is_way direct
check "a function has one direct caller" refuse_load mpstate_rival "Device or resource busy" direct=1
check "unload" unload_mod kvm_arm_mpstate
check "nothing is left" left 0
finish
