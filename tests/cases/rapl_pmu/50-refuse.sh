# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a machine without RAPL gets an empty PMU, a splat, or an error
# that does not say why.  This processor is in no table (family 6 model 1Ah).
# tier: fast !7
# cpu: Nehalem
# model: vendor=intel,packages=1,pkg0=65/45/5/0/0,absent=psys
# guest: pmu

plan 14
sys=/sys/bus/event_source/devices/power
absent() { [ ! -e $sys ] && [ ! -e /sys/module/rapl_pmu ]; }

dmesg_mark
check "unknown processor: ENODEV" refuse_load rapl_pmu 'No such device'
check "the log names it and the way out" \
	expect_dmesg '^rapl_pmu: GenuineIntel family 0x6 model 0x1a stepping [0-9]+: .*probe=1'
check "nothing is left" absent

for name in '' 1x a-b 'a/b' ..; do
	dmesg_mark
	bad_name() { refuse_load rapl_pmu 'Invalid argument' "pmu_name=$name" && expect_dmesg '^rapl_pmu: pmu_name= takes'; }
	check "pmu_name='$name': EINVAL and a line" bad_name
done
long() { refuse_load rapl_pmu 'Invalid argument' pmu_name=abcdefghijklmnopqrstuvwxyz; }
check "pmu_name that is too long: EINVAL" long

dmesg_mark
check "probe=1 accepts it" load_mod rapl_pmu probe=1
check "and asks for a report" expect_dmesg '^rapl_pmu: family 0x6 model 0x1a .*report'
domains() { [ "$(cd $sys/events && echo energy-*[a-z] | tr ' ' '\n' | grep -v '\.' | tr '\n' ' ')" = 'energy-cores energy-pkg energy-ram ' ] || { ls $sys/events; return 1; }; }
check "with the domains that answer and advance" domains
check "and their energy" pmu truth 3 0.5 power/energy-pkg@0 power/energy-cores@1 power/energy-ram@0
check "rmmod" unload_mod rapl_pmu
