# SPDX-License-Identifier: GPL-2.0-only
# If this fails, Hygon's processors, which are AMD's by another name, are not
# served like them.
# tier: slow
# timeout: 240
# smp: 4,sockets=1,cores=2,threads=2
# cpu: Dhyana
# model: vendor=amd,packages=1,threads=2,pkg0=155/33/0/0/0
# icount: shift=0,sleep=off
# guest: pmu

plan 7

sys=/sys/bus/event_source/devices
autoloads() { /usr/sbin/modprobe -R "$(cat /sys/devices/system/cpu/modalias)" | grep -qx rapl_pmu; }

check "it is a Hygon" grep -q HygonGenuine /proc/cpuinfo
check "its alias autoloads the module" autoloads
check "load" load_mod rapl_pmu
check "cpumask of power" holds $sys/power/cpumask 0
check "cpumask of power_core" holds $sys/power_core/cpumask 0,2
check "joules" pmu truth 5 0.5 power/energy-pkg@3 power_core/energy-core@1 power_core/energy-core@2
check "rmmod" unload_mod rapl_pmu
