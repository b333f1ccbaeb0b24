# SPDX-License-Identifier: GPL-2.0-only
# A BPF program on another CPU reads an event that is switched on and off: what it
# counts beyond the time that it was on for.
# kernels: 7
# smp: 2
# cpu: Skylake-Client
# model: vendor=intel,packages=1,unit=16,pkg0=9000/45/5/3/90,tick=0

. /usr/bin/compare_case

plan 2
check "load" compare_load
pmu switch 20 power/energy-pkg@0 1 >/tmp/theirs 2>&1
ours() { pmu switch 20 mine/energy-pkg@0 1 >/tmp/ours 2>&1; rc=$?; cat /tmp/ours; return $rc; }
check "ours" ours
cell() { sed 's/^[0-9]* windows: //; s/ J, allowed / of at most /; s/;.*//' "$1"; }
compare_line "an event that BPF reads while it is switched on and off" "$(cell /tmp/theirs)" "$(cell /tmp/ours)"
