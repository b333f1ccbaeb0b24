# SPDX-License-Identifier: GPL-2.0-only
# If this fails, some attribute gets an answer that is not documented, or gets
# the kernel down.
# tier: @tier@
# smp: 4,sockets=2,cores=2
# cpu: EPYC
# model: vendor=amd,packages=2,pkg0=100/40
# timeout: @timeout@
# guest: pmu

idle() { wait_for 5 is_idle rapl_pmu; }

plan 5
load_mod rapl_pmu
# shellcheck disable=SC3045	# busybox has it
ulimit -n 256
check "@calls@ calls, both PMUs" pmu fuzz @calls@ 1 power power_core
check "@calls@ calls, the cores alone" pmu fuzz @calls@ 2 power_core
check "energy is right after that" pmu truth 2 1 power/energy-pkg@0 power_core/energy-core@3
check "nothing holds the module" idle
check "rmmod" unload_mod rapl_pmu
