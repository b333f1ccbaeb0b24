# SPDX-License-Identifier: GPL-2.0-only
# If this fails, readers, timer, start and stop of one counter and CPU hotplug
# get into each other's way.  Runs with a thread of the host for each CPU.
# tier: fast 5.10-rt 6.1-rt 6.12-rt 7-rt
# timeout: 600
# smp: 4
# model: vendor=intel,packages=1,unit=16,pkg0=9000/45/5/3/90
# guest: pmu

plan 4
seconds=60

check "load" load_mod rapl_pmu
# It ends when it is told to: no number of rounds is enough.
pmu storm 1000000 82 keep=1 keep=2 keep=3 >/tmp/storm 2>&1 &
storm=$!
check "one counter, four readers, start and stop, hotplug: ${seconds} s" \
	pmu hammer $seconds 0.5 power/energy-pkg@0 0 1 2 3
kill -0 $storm 2>/dev/null || diag "the storm was over: $(cat /tmp/storm)"
kill $storm
wait $storm 2>/dev/null
for cpu in 1 2 3; do
	[ "$(cat /sys/devices/system/cpu/cpu$cpu/online)" = 1 ] || echo 1 >/sys/devices/system/cpu/cpu$cpu/online
done
check "right after that" pmu truth 3 0.5 power/energy-pkg@3 power/energy-cores@1
check "rmmod" unload_mod rapl_pmu
