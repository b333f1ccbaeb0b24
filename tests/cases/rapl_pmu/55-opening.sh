# SPDX-License-Identifier: GPL-2.0-only
# If this fails, an event that is opened in the moment in which its CPU goes offline
# counts nothing, for ever.
# arch: x86_64
# tier: fast 7
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90
# guest: pmu
# kmod: fault
. /lib/ktap.sh
. /lib/module.sh

plan 4

check "load" load_mod rapl_pmu
# perf has asked event_init, and for a second does not come to the CPU's context.
# There the CPU goes: hotplug has been at our place, and does not come to perf's.
check "hold up who opens, and who goes offline" load_mod fault \
	function=security_perf_event_alloc error=0 delay=1000 stall=perf_event_exit_cpu stall_ms=1500
# perf switches on what is moved, so that it counts before its owner wants it to, by up to
# 0.3 s on a kernel that checks itself.
(pmu truth $((5 * ${LAB_SLOWER:-1})) 5 live from=0 power/energy-pkg@2 >/tmp/opened 2>&1; echo $? >/tmp/status) &
sleep 0.5
online 2 0
wait
counts() { cat /tmp/opened; [ "$(cat /tmp/status)" = 0 ]; }
check "an event that was being opened counts on the other CPU of the package" counts
unload_mod fault
online 2 1
check "unload" unload_mod rapl_pmu
finish
