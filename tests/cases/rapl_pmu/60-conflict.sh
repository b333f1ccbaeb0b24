# SPDX-License-Identifier: GPL-2.0-only
# If this fails, two drivers that want the PMU "power" splat or, on 5.10 and
# 6.1, take CPU hotplug down.
# tier: fast !7
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# guest: pmu
# intree: rapl

plan 14

check "the kernel's own rapl" load_mod rapl
dmesg_mark
check "rapl_pmu second: EEXIST" refuse_exists rapl_pmu
check "one line says who and what to do" \
	expect_dmesg "^rapl_pmu: PMU power belongs to the kernel's own rapl: run 'rmmod rapl' first"
# The kernel's clock may report late.
lines() { [ "$(dmesg_since | grep -vcE 'taint|^(tsc|clocksource): ')" = 1 ] || { dmesg_since; return 1; }; }
check "and only one line" lines
check "the other one goes on" [ "$(pmu open power 2)" = ok ]
check "beside it under another name" load_mod rapl_pmu pmu_name=mine
check "both agree over 10 s" pmu beside 10 0.5 mine/energy-pkg@0 power/energy-pkg@0
check "unload both" eval 'unload_mod rapl_pmu && unload_mod rapl'

check "rapl_pmu first" load_mod rapl_pmu
dmesg_mark
check "the kernel's own rapl second: EEXIST" refuse_exists rapl
check "one line says so" expect_dmesg "^rapl_pmu: the kernel's own rapl is kept out"
check "energy goes on" pmu truth 2 0.5 power/energy-pkg@0
# On 5.10 and 6.1 this is what hung for good.
hotplug() { online 1 0 && online 1 1; }
check "and so does CPU hotplug" hotplug
back() { unload_mod rapl_pmu && load_mod rapl; }
check "the kernel's own rapl loads again after rmmod" back
