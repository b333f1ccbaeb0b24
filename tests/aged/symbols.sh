# SPDX-License-Identifier: GPL-2.0-only
# No test: tells make-aged where the functions are that age changes, in a kernel
# without KASLR, each with the address of the symbol behind it.
# arch: aarch64
# module: none
# append: nokaslr

plan 1
echo 0 >/proc/sys/kernel/kptr_restrict
# Sorted by address it is not everywhere: the nearest above is the end. As text: awk's
# numbers are too short.
awk '
	BEGIN {
		start["_stext"] = start["kvm_vm_ioctl_check_extension"] = ""
		start["kvm_arch_vcpu_ioctl_get_mpstate"] = start["kvm_arch_vcpu_ioctl_set_mpstate"] = ""
	}
	NR == FNR { if ($3 in start && start[$3] == "") start[$3] = $1 ""; next }
	{
		at = $1 ""
		for (i in start)
			if (at > start[i] && start[i] != "" && (end[i] == "" || at < end[i]))
				end[i] = at
	}
	END { for (i in start) print "#", i, start[i], end[i] }' /proc/kallsyms /proc/kallsyms
ok "told"
