# SPDX-License-Identifier: GPL-2.0-only
# If this fails, perf and turbostat do not find the PMU or misread it.
# smp: 4,sockets=2,cores=2
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90

plan 25

sys=/sys/bus/event_source/devices/power

is_readonly() { [ -z "$(find "$1/" -type f -perm /222 ! -path '*/power/power/*' ! -name uevent ! -name perf_event_mux_interval_ms)" ]; }
has_param() { modinfo -p rapl_pmu | grep -q "^$1:"; }

dmesg_mark
check "modprobe rapl_pmu" load_mod rapl_pmu
check "one line tells the unit and the counters" \
	expect_dmesg '^rapl_pmu: RAPL PMU detected, hardware unit 2\^-14 J, API unit 2\^-32 J, 5 counters'
for name in cores pkg ram gpu psys; do
	check "dmesg has the unit of $name" \
		expect_dmesg "^rapl_pmu: power/energy-$name/ unit 2\\^-14 J\$"
done
detected() { [ "$(dmesg_since | grep -c 'RAPL PMU detected')" = 1 ]; }
check "it says so once" detected

check "type is a number" grep -qxE '[0-9]+' $sys/type
check "format of event" holds $sys/format/event config:0-7
check "cpumask has one CPU a package" holds $sys/cpumask 0,2
i=1
for name in cores pkg ram gpu psys; do
	check "code of energy-$name" holds $sys/events/energy-$name event=0x0$i
	i=$((i + 1))
done
units() {
	for name in cores pkg ram gpu psys; do
		holds $sys/events/energy-$name.unit Joules || return 1
		holds $sys/events/energy-$name.scale 2.3283064365386962890625e-10 || return 1
	done
}
check "units and scales" units
no_more() {
	find $sys/events -type f | grep -vE '/energy-(cores|pkg|ram|gpu|psys)(|\.unit|\.scale)$' && return 1
	[ ! -e $sys/../power_core ]
}
check "nothing else is advertised" no_more
check "sysfs files of ours are read-only" is_readonly $sys
check "parameter pmu_name is documented" has_param pmu_name
check "parameter probe is documented" has_param probe
aliases() { [ "$(modinfo -F alias rapl_pmu | grep -c 'ven0000fam0006\|ven0000fam0012')" -ge 60 ]; }
check "60 Intel models, and those that the kernel does not serve itself, autoload" aliases
check "rmmod" unload_mod rapl_pmu
gone() { [ ! -e $sys ]; }
check "sysfs is as before" gone
again() { load_mod rapl_pmu && holds $sys/cpumask 0,2 && unload_mod rapl_pmu; }
check "once more" again
