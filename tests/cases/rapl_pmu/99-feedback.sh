# SPDX-License-Identifier: GPL-2.0-only
# If this fails, some order of calls, with values that nobody thought of, gets the kernel to
# complain, or leaves the counters wrong. The fuzzer keeps what reaches code that nothing before
# it did; blind, it is the control.
# tier: @tier@
# kernels: @kernels@
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client,family=6,model=106
# model: vendor=intel,packages=2,pkg0=100/80/12,pkg1=40/30/12,ram_unit=16,absent=gpu+psys,stamp=pkg
# feedback: rapl_pmu
# timeout: @timeout@
# guest: pmu fuzz_power
# files: tests/guest/fuzz_power.corpus:corpus

idle() { wait_for 5 is_idle rapl_pmu; }
right() { pmu truth 2 1 power/energy-pkg@0 power/energy-ram@3; }

plan 7
# Most of the time would be waiting for all CPUs.
echo 1 >/sys/kernel/rcu_expedited
check "load" load_mod rapl_pmu hwmon=1
# Not by check: what it prints is there if the kernel dies.
if fuzz_power @seconds@ 1 @how@; then
	ok "nothing in @seconds@ s that does harm"
else
	not_ok "nothing in @seconds@ s that does harm"
fi
check "energy is right after that" right
check "nothing holds the module" idle
check "rmmod" unload_mod rapl_pmu
check "load again" load_mod rapl_pmu
check "energy is right then, too" right
