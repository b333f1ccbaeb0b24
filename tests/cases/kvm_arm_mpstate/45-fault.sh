# SPDX-License-Identifier: GPL-2.0-only
# If this fails, an allocation or a registration that goes wrong takes the host down,
# leaves something behind, or is not got over.
# kernels: 7-debug
# timeout: 400
# guest: mpstate fault
# kmod: injectable

plan_kvm 9

file=$(modinfo -n kvm_arm_mpstate)
folder=/sys/kernel/debug/kvm_arm_mpstate
no_folder() { [ ! -e $folder ]; }
no_events() { [ ! -e /sys/kernel/tracing/events/kvm_arm_mpstate ]; }
mpstate transcript >/tmp/transcript.native
check "what registers can be made to fail" faults misc_register ftrace_set_filter register_ftrace_function
# What the loader itself needs comes before anything of ours.
faults_under function do_one_initcall
swept "load" fault self load kvm_arm_mpstate "$file"
check "no hook is left" no_hooks
check "no folder is left" no_folder
check "no events are left" no_events
check "and it loads" load_mod kvm_arm_mpstate
faults_under anything
swept "read the table of VMs" fault self read $folder/vms
check "answers are right" same
check "unload" unload_mod kvm_arm_mpstate
