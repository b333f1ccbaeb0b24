# SPDX-License-Identifier: GPL-2.0-only
# If this fails, mpstate-report overlooks what a VMM does wrong, or blames one that
# does it right.
# tier: fast 7
# guest: mpstate
# files: scripts/mpstate-report:usr/bin/mpstate-report
# timeout: 240
# shellcheck shell=sh disable=SC2015	# told fails

plan_kvm 14

tracing=/sys/kernel/tracing
told() { cat /tmp/told; return 1; }
# watch ARGUMENTS: what mpstate does, into /tmp/told
watch() {
	echo >$tracing/trace
	mpstate "$@" >/tmp/done || { cat /tmp/done; return 1; }
}
report() { mpstate-report >/tmp/told 2>&1; }
# mistake NAME VCPU TEXT: blamed for exactly this
mistake() {
	watch mistake "$1" || return 1
	report
	[ $? = 1 ] && [ "$(grep -c '^  ! ' /tmp/told)" = 1 ] && grep -q "^  ! vcpu $2: .*$3" /tmp/told || told
}

load_mod kvm_arm_mpstate
echo 1 >$tracing/events/kvm_arm_mpstate/enable
none() { mpstate-report -q >/tmp/told 2>&1; [ $? = 2 ] && grep -q 'no events' /tmp/told || told; }
check "no events: says so" none
right() { watch save /tmp/saved && watch_more && report && ! grep '^  ! ' /tmp/told || told; }
watch_more() { mpstate restore /tmp/saved >/tmp/done || { cat /tmp/done; return 1; }; }
check "save, restore, CPU_ON, reboot: nothing to complain of" right
diag "$(cat /tmp/told)"
lanes() { [ "$(grep -c '^  vcpu [0-3] *|' /tmp/told)" = 8 ] || told; }
check "a line a vCPU" lanes
comes() { grep -qE '^ +[0-9.]+ +2  comes in at 0x40000000, [0-9.]+ s after vcpu 0 asked$' /tmp/told || told; }
check "who asked, and how long it took" comes
check "SET before INIT" mistake set-before-init 1 "after the SET: the state that was set is lost"
check "INIT after the registers" mistake init-after-registers 1 "after its registers had been set (pc 0x40000000): they are lost"
check "CPU_ON after the registers" mistake cpu-on-after-registers 1 "registers that userspace had set (pc 0x40000000) are lost"
check "RUNNABLE over a pending CPU_ON" mistake runnable-over-cpu-on 1 "over the CPU_ON that vcpu 0 had asked for"
check "a vCPU that never comes" mistake never-runs-it 1 "asked on at .* by vcpu 0, and never came"
check "saved on, restored off" mistake restored-off 1 "on when VM [0-9]* was saved"
all() { watch psci && { report; [ $? != 2 ]; } && grep -q 'SYSTEM_SUSPEND, entry' /tmp/told || told; }
check "every PSCI call has its words" all
unknown() { mpstate-report --frob >/tmp/told 2>&1; [ $? = 2 ] && grep -q 'unknown option .--frob.: see --help' /tmp/told || told; }
check "an option that it does not know" unknown
help() { mpstate-report --help | grep -q '^usage: mpstate-report'; }
check "--help" help
check "unload" unload_mod kvm_arm_mpstate
