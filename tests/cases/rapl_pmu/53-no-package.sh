# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a machine without a package counter is refused, or what there is
# is told, or counted, as if it were that: the platform of one package, in joules.
# tier: slow
# kernels: 6.1 7
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client,family=6,model=143
# model: vendor=intel,packages=2,pkg0=350/250/45/0/2000,pkg1=350/250/45,psys_unit=0,absent0=pkg+cores+ram+gpu,absent1=pkg+cores+ram+gpu+psys
# guest: pmu

plan 6
dmesg_mark
check "load" load_mod rapl_pmu
check "the log has the unit of what there is" \
	expect_dmesg '^rapl_pmu: RAPL PMU detected, hardware unit 1 J, API unit 2\^-32 J, 1 counters, looked at every'
shown() { [ "$(events)" = 'energy-psys ' ] || { events; return 1; }; }
check "that is shown and nothing else" shown
check "and right" pmu truth 3 0.1 read=0.1 power/energy-psys@1
check "the package that has none counts nothing" pmu truth 1 0 read=0.1 power/energy-psys@2
check "rmmod" unload_mod rapl_pmu
