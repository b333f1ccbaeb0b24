# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a BPF program that reads an event while others read it, or while it
# is switched on, makes it count energy twice, or that of the time when it was off:
# BPF takes none of perf's locks.
# tier: slow
# timeout: 240
# model: vendor=intel,packages=1,unit=16,pkg0=9000/45/5/3/90,tick=0
# guest: pmu

plan 4

check "load" load_mod rapl_pmu
both() { pmu bpf 10 0.5 power/energy-pkg@0 1 1 >/tmp/bpf 2>&1; rc=$?; cat /tmp/bpf; return $rc; }
check "BPF on the event's CPU, read() on another: 10 s" both
diag "$(cat /tmp/bpf)"
switch() { pmu switch 20 power/energy-pkg@0 1 >/tmp/switch 2>&1; rc=$?; cat /tmp/switch; return $rc; }
title="BPF on the other CPU, the event is switched on and off: 20 s"
case $(uname -r) in
5.10.* | 6.1.*) skip "$title" "this kernel lets BPF read an event on its own CPU only" ;;
*)
	check "$title" switch
	diag "$(cat /tmp/switch)"
	;;
esac
check "unload" unload_mod rapl_pmu
