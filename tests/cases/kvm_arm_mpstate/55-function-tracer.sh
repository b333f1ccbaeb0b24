# SPDX-License-Identifier: GPL-2.0-only
# If this fails, somebody who traces KVM's functions takes the hooks away, or the
# hooks break the tracer: both then share the same call.
# tier: fast 7
# guest: mpstate

plan_kvm 13

tracing=/sys/kernel/tracing
seen() { grep -q "$shown" $tracing/trace || { tail -n 5 $tracing/trace; return 1; }; }
tracer() { echo "$1" >$tracing/current_tracer && echo >$tracing/trace; }
mpstate transcript >/tmp/transcript.native
printf '%s\n' kvm_arch_vcpu_ioctl_get_mpstate kvm_arch_vcpu_ioctl_set_mpstate kvm_vm_ioctl_check_extension \
	kvm_vcpu_ioctl >$tracing/set_ftrace_filter

for name in function function_graph; do
	shown=kvm_arch_vcpu_ioctl_get_mpstate
	# 5.10's graph tracer leaves out what does not return through it.
	case $name.$(uname -r) in function_graph.5.*) shown=kvm_vcpu_ioctl ;; esac
	check "$name tracer first, then the module" eval "tracer $name && load_mod kvm_arm_mpstate mode=hook"
	check "our handlers answer as the kernel's" same
	check "and are ours" ours
	check "the tracer sees the functions" seen
	check "the tracer goes, the handlers stay" eval "tracer nop && same"
	check "it comes again, the module goes" eval "tracer $name && unload_mod kvm_arm_mpstate && same && tracer nop"
done
echo >$tracing/set_ftrace_filter
check "no function is hooked" no_hooks
