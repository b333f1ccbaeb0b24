#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_report.sh - mpstate-report on events written down here
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

# Events in short, one a line: SECONDS VM VCPU and
#	init [PC] [RAN]		set STATE [PC]		get STATE
#	on TARGET		came [PC]		off, system-off, system-reset
long()
{
	awk -v form="$1" '
		BEGIN {
			split("RUNNABLE 0 STOPPED 5 SUSPENDED 10", w, " ")
			for (i = 1; i < 6; i += 2)
				number[w[i]] = w[i + 1]
		}
		function call(name, fn) { return sprintf("psci_call: %s call=%s function=%s target=", who, name, fn) }
		NF {
			who = "vm_pid=" $2 " vcpu=" $3
			if ($4 == "init")
				text = "vcpu_reset: " who " cause=INIT entry=0x0 context=0x0 pc=" ($5 ? $5 : "0x0") " ran=" ($6 ? 1 : 0)
			else if ($4 == "came")
				text = "vcpu_reset: " who " cause=CPU_ON entry=0x4000 context=0x7 pc=" ($5 ? $5 : "0x0") " ran=1"
			else if ($4 == "set")
				text = "kvm_mp_state_set: " who " old=RUNNABLE new=" $5 " result=0 asked=" number[$5] " by=module pc=" ($6 ? $6 : "0x4000")
			else if ($4 == "get")
				text = "kvm_mp_state_get: " who " old=" $5 " new=" $5 " result=0 by=module"
			else if ($4 == "on")
				text = call("CPU_ON", "0xc4000003") $5 " entry=0x4000 context=0x7"
			else if ($4 == "off")
				text = call("CPU_OFF", "0x84000002") "0x0 entry=0x0 context=0x0"
			else
				text = call($4 == "system-off" ? "SYSTEM_OFF" : "SYSTEM_RESET", "0x84000008") "0x0 entry=0x0 context=0x0"
			if (form == "perf")
				printf "qemu-system %5d [001] %13.6f: kvm_arm_mpstate:%s\n", $2, $1, text
			else if (form == "trace-cmd")
				printf "     qemu-%d   [001] %13.6f: %s\n", $2, $1, text
			else
				printf "            qemu-%d     [001] ..... %13.6f: %s\n", $2, $1, text
		}'
}

# report STATUS COMPLAINT EVENTS: this status and, of complaints, this one (a regex)
report()
{
	local want=$1 complaint=$2 rc=0
	long tracefs <<<"$3" | scripts/mpstate-report - >"$work/out" || rc=$?
	if [ "$rc" -ne "$want" ] || [ "$(grep -c '^  ! ' "$work/out")" -ne "$want" ] ||
	   ! grep -qE "${complaint:+^  ! }$complaint" "$work/out"; then
		echo "status $rc, expected $want and '$complaint':"
		cat "$work/out"
		return 1
	fi
}

forms()
{
	local form
	for form in tracefs perf trace-cmd; do
		long $form <<<"$boot" | scripts/mpstate-report - >"$work/$form" || return 1
		cmp "$work/tracefs" "$work/$form" || return 1
	done
	grep -q '^    0.500000     1  comes in at 0x4000, 0.300000 s after vcpu 0 asked$' "$work/perf" || { cat "$work/perf"; return 1; }
	grep -qxF '  vcpu 1   |???++++++##########.........................................|' "$work/perf" || { cat "$work/perf"; return 1; }
}

quiet()
{
	local out
	out=$(long tracefs <<<"$boot" | scripts/mpstate-report -q -) && [ -z "$out" ]
}

silent() { scripts/mpstate-report /dev/null >"$work/out" 2>&1; [ $? = 2 ] && grep -q 'no events: modprobe' "$work/out"; }

boot='
10.0 7 0 init
10.0 7 1 init
10.2 7 0 on 0x1
10.5 7 1 came
11.0 7 1 off
13.0 7 0 get RUNNABLE
13.0 7 1 get STOPPED'
# Two vCPUs; and such a machine anew, after its boot
two='
41.0 7 0 init
41.0 7 1 init'
again='
20.0 8 0 init
20.0 8 1 init
20.1 8 0 set RUNNABLE
20.1 8 1 set STOPPED'

point 'three tools, one story' forms
point 'no complaint, no output with -q' quiet
point 'no events' silent

point 'QEMU: initialised and set twice, booted, rebooted' report 0 '' "$two"'
41.1 7 0 set RUNNABLE
41.1 7 1 set STOPPED 0x0
41.2 7 0 init 0x4000
41.2 7 1 init
41.3 7 0 set RUNNABLE
41.3 7 1 set STOPPED 0x0
42.0 7 0 on 0x1
42.1 7 1 came
45.0 7 0 system-reset
45.1 7 0 init 0x999 1
45.1 7 1 init 0x999 1
45.2 7 0 set RUNNABLE
45.2 7 1 set STOPPED
46.0 7 0 on 0x1
46.1 7 1 came
49.0 7 0 system-off'
point 'CPU_ON of one that is on, by two, of the 17th' report 0 '' "$boot"'
14.0 7 0 on 0x0
14.1 7 0 on 0x1
14.1 7 2 on 0x1
14.2 7 1 came 0x8000
14.3 7 0 on 0x100
14.4 7 16 came
20.0 7 0 get RUNNABLE'
point 'saved and restored as it was, then switched on' report 0 '' "$boot$again"'
25.0 8 0 on 0x1
25.1 8 1 came 0x8000
30.0 8 0 get RUNNABLE'
point 'another machine of as many vCPUs boots after a save' report 0 '' "${boot/get STOPPED/get RUNNABLE}$again 0x0"'
25.0 8 0 on 0x1
25.1 8 1 came
30.0 8 0 get RUNNABLE'
point 'powered off with a CPU_ON pending' report 0 '' "$boot"'
14.0 7 0 on 0x1
14.1 7 0 system-off
17.0 8 0 init'

point 'SET, then INIT' report 1 'vcpu 1: KVM_ARM_VCPU_INIT at 0.100000 after the SET: the state that was set is lost' '
41.0 7 1 set STOPPED 0x0
41.1 7 0 init
41.1 7 1 init'
point 'registers, then INIT' report 1 'vcpu 1: KVM_ARM_VCPU_INIT at 0.100000 after its registers had been set \(pc 0x4000\): they are lost' '
41.0 7 1 init
41.1 7 1 init 0x4000'
point 'registers, then CPU_ON' report 1 'vcpu 1: CPU_ON at 0.200000 resets it: registers that userspace had set \(pc 0x8000\) are lost' "$two"'
41.1 7 0 on 0x1
41.2 7 1 came 0x8000'
point 'RUNNABLE over a pending CPU_ON' report 1 'vcpu 1: SET RUNNABLE at 0.200000 over the CPU_ON that vcpu 0 had asked for' "$two"'
41.1 7 0 on 0x1
41.2 7 1 set RUNNABLE
41.3 7 1 came 0x8000'
point 'asked on and never came' report 1 'vcpu 1: asked on at 0.100000 by vcpu 0, and never came \(1.9 s' "$two"'
41.1 7 0 on 0x1
43.0 7 0 get RUNNABLE'
point 'traced from later on: not known to have been off' report 0 '' '
41.0 7 0 on 0x1
43.0 7 0 get RUNNABLE'
point 'saved on, restored off' report 1 'vcpu 1: on when VM 7 was saved, 7.100000 s before, and set off here' "${boot/get STOPPED/get RUNNABLE}$again"'
30.0 8 0 get RUNNABLE'

# A perf.data on a machine that has no perf: one line
no_perf()
{
	local tool rc=0
	mkdir "$work/bin"
	for tool in awk cat dd grep; do
		ln -s "$(command -v $tool)" "$work/bin/"
	done
	echo PERFILE2 >"$work/perf.data"
	PATH=$work/bin /bin/sh scripts/mpstate-report "$work/perf.data" >"$work/out" 2>&1 || rc=$?
	cat "$work/out"
	[ $rc -eq 2 ] && [ "$(wc -l <"$work/out")" -eq 1 ] && grep -q 'apt install linux-perf' "$work/out"
}
point 'perf.data without perf' no_perf
finish
