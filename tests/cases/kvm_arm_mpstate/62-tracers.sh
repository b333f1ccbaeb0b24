# SPDX-License-Identifier: GPL-2.0-only
# If this fails, perf or trace-cmd cannot use the tracepoints.
# tier: fast 7
# tools: perf trace-cmd
# guest: mpstate
# files: scripts/mpstate-report:usr/bin/mpstate-report
# timeout: 180

plan_kvm 10

cd /tmp || exit
check "load" load_mod kvm_arm_mpstate
# shown FILE EVENT: a SET with all its fields, EVENT as this tool writes it
shown() {
	diag "$(cat "$1")"
	grep -qE "$2"'vm_pid=[0-9]+ vcpu=1 old=STOPPED new=STOPPED result=-22 asked=9 by=module' "$1"
}
check "perf record -e 'kvm_arm_mpstate:*'" perf record -q -a -o perf.data -e 'kvm_arm_mpstate:*' mpstate once 9
perf script -i perf.data >script.txt 2>&1
check "perf script shows the fields" shown script.txt 'kvm_arm_mpstate:kvm_mp_state_set: '
told() { mpstate-report "$1" >/tmp/told 2>&1; grep -q 'SET 9: refused (EINVAL)' /tmp/told || { cat /tmp/told; return 1; }; }
check "mpstate-report takes it" told perf.data
perf record -q -a -o guest.data -e 'kvm_arm_mpstate:*' mpstate psci >/dev/null
off() { perf script --guest-code -i guest.data >guest.txt 2>&1; grep -q 'kvm_arm_mpstate:psci_call: .*call=CPU_OFF' guest.txt || { cat guest.txt; return 1; }; }
check "perf sees what guests ask, too" off
told_off() { mpstate-report guest.data >/tmp/told 2>&1; grep -q ' CPU_OFF$' /tmp/told || { cat /tmp/told; return 1; }; }
check "and mpstate-report tells it" told_off
check "trace-cmd record -e kvm_arm_mpstate" trace-cmd record -q -o trace.dat -e kvm_arm_mpstate mpstate once 9
trace-cmd report -i trace.dat >report.txt 2>&1
check "trace-cmd report shows the fields" shown report.txt 'kvm_mp_state_set: +'
check "mpstate-report takes it" told report.txt
check "unload" unload_mod kvm_arm_mpstate
