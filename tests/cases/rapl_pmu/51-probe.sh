# SPDX-License-Identifier: GPL-2.0-only
# If this fails, an AMD processor that says nothing of RAPL is taken for one that has
# it, or probe=1 does not accept it. 51-probe.table has those processors.
# tier: slow
# kernels: 6.1 7
# cpu: @cpu@
# model: vendor=amd,packages=1,pkg0=65/10.5@model@
# guest: pmu

plan 5
dmesg_mark
check "ENODEV" refuse_load rapl_pmu 'No such device'
check "the log says why" expect_dmesg '^rapl_pmu: AuthenticAMD family @why@'
check "probe=1 accepts it" load_mod rapl_pmu probe=1
check "and its energy is true" pmu truth 3 0.5 power/energy-pkg@0
check "rmmod" unload_mod rapl_pmu
