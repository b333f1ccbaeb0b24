# SPDX-License-Identifier: GPL-2.0-only
# If this fails, people whose kernel has rapl built in are told to unload it, or
# powercap is blamed on a kernel where it has no PMU. Another PMU stands for that rapl.
# tier: fast 7
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# intree: intel_rapl_msr
# kmod: pmu_holder
# mutation: rapl-built-in

plan 4
check "powercap without a PMU" load_mod intel_rapl_msr
check "a PMU that no module has to its name" load_mod pmu_holder
dmesg_mark
check "rapl_pmu second" refuse_exists rapl_pmu
check "one line says whose it is, and the only way" \
	expect_dmesg "^rapl_pmu: PMU power belongs to the kernel's own rapl, which is built in: load with pmu_name="
