# SPDX-License-Identifier: GPL-2.0-only
# If this fails, perf cannot use the tracepoints.
# arch: aarch64
# tier: slow
# tools: perf
# guest: mpstate
# timeout: 180
. /lib/ktap.sh
. /lib/module.sh
[ -e /dev/kvm ] || skip_all "this kernel has no KVM"

plan 4

cd /tmp || exit
check "load" load_mod kvm_arm_mpstate
record() { perf record -q -a -o /tmp/perf.data -e 'kvm_arm_mpstate:*' mpstate once 0; }
check "perf record -e 'kvm_arm_mpstate:*'" record
perf script -i /tmp/perf.data >/tmp/script 2>&1
diag "$(cat /tmp/script)"
shown() { grep -qE 'kvm_arm_mpstate:kvm_mp_state_set: vm_pid=[0-9]+ vcpu=1 old=STOPPED new=RUNNABLE result=0 asked=0 by=module' /tmp/script; }
check "perf script shows the fields" shown
check "unload" unload_mod kvm_arm_mpstate
finish
