# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module and BPF programs on its three functions (fentry) get
# into each other's way, whoever comes first.
# kernels: 6.12 7
# tier: fast 7
# guest: mpstate mpstate_fentry

[ -e /sys/kernel/btf/vmlinux ] || skip_all "a kernel without BTF, which the kernel wants for fentry"

plan 14

functions="kvm_arch_vcpu_ioctl_get_mpstate kvm_arch_vcpu_ioctl_set_mpstate kvm_vm_ioctl_check_extension"
attached() { grep -q '^attached' /tmp/fentry; }
attach() {
	rm -f /tmp/over
	# shellcheck disable=SC2086	# words on purpose
	mpstate_fentry /tmp/over $functions >/tmp/fentry 2>&1 &
}
is_attached() { wait_for 60 attached || { cat /tmp/fentry; return 1; }; }
detach() { touch /tmp/over; wait; }
were_called() {
	for function in $functions; do
		grep -qE "^$function [1-9]" /tmp/fentry || { cat /tmp/fentry; return 1; }
	done
}
mpstate transcript >/tmp/transcript.native

attach
check "BPF programs on the three functions" is_attached
check "the module loads beside them" load_mod kvm_arm_mpstate mode=hook
check "our handlers answer as the kernel's" same
check "and are ours" ours
check "the module goes" unload_mod kvm_arm_mpstate
check "the kernel's answer again" same
detach
check "each program was called" were_called

check "the module alone" load_mod kvm_arm_mpstate mode=hook
attach
check "BPF programs come beside it" is_attached
check "our handlers answer as the kernel's" same
check "and are ours" ours
detach
check "each program was called" were_called
check "unload" unload_mod kvm_arm_mpstate
check "nothing is left" left 0
