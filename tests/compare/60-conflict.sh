# SPDX-License-Identifier: GPL-2.0-only
# The name "power" belongs to another driver already.
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# kmod: pmu_holder
# The kernel's own driver may take the machine down; ours is judged before it comes.
# splat: .

. /usr/bin/compare_case

ln -s "$(command -v kmod)" /tmp/insmod
cpu1=/sys/devices/system/cpu/cpu1/online

# In the background: what hangs in the kernel cannot be killed.
finished() { [ -e "/tmp/done.$1" ]; }
try() {
	try_name=$1
	shift
	("$@" >"/tmp/out.$try_name" 2>&1; echo $? >"/tmp/done.$try_name") &
	wait_for 10 finished "$try_name"
}

# outcome MODULE: loads it and says what came of it
outcome() {
	dmesg_mark
	if ! try "$1" /tmp/insmod "$(modinfo -n "$1")"; then
		said="insmod hangs"
	elif [ "$(cat "/tmp/done.$1")" = 0 ]; then
		said="loads"
	else
		said="refused"
	fi
	if since_has 'BUG: |Oops'; then
		said="$said, kernel oops"
	elif since_has 'Call Trace'; then
		said="$said, stack dump"
	fi
	lines=$(dmesg_since | grep -vcE 'taint|^(tsc|clocksource): ')
	said="$said, $lines line$([ "$lines" = 1 ] || echo s) in the log"
	try "$1.hotplug" eval "echo 0 >$cpu1 && echo 1 >$cpu1" || said="$said, CPU hotplug hangs"
}

plan 3
echo 0 >/proc/sys/kernel/panic_on_oops
check "another driver's PMU of that name" load_mod pmu_holder
outcome rapl_pmu
ours=$said
check "ours is refused with a line" [ "$ours" = "refused, 1 line in the log" ]
check "which says what to do" expect_dmesg '^rapl_pmu: PMU power belongs to another driver: unload that first'
outcome rapl
compare_line "the PMU's name is taken" "$said" "$ours"
