# SPDX-License-Identifier: GPL-2.0-only
# If this fails, an allocation, a registration or a step of CPU hotplug that goes
# wrong takes the machine down, leaves something behind, or is not got over.
# kernels: 7-debug
# timeout: 400
# smp: 4,sockets=2,cores=2
# cpu: @cpu@
# model: @model@
# guest: pmu fault
# kmod: injectable
# splat: Call Trace:|kobject_add_internal failed for [a-z0-9_]+ .error: -12|kmemleak: Cannot allocate a scan area

plan 15

cpus=/sys/devices/system/cpu
file=$(modinfo -n rapl_pmu)
states() { sed '/rapl_pmu/d' $cpus/hotplug/states; }
states >/tmp/states
as_before()
{
	[ ! -e /sys/bus/event_source/devices/power ] || { echo "PMU power is there"; return 1; }
	states | diff /tmp/states - || return 1
	! grep rapl_pmu $cpus/hotplug/states
}

check "what registers can be made to fail" \
	faults register_module_notifier __cpuhp_setup_state perf_pmu_register pcpu_alloc_noprof
# What the loader itself needs comes before anything of ours.
faults_under function do_one_initcall
swept "load" fault self load rapl_pmu "$file"
faults_under anything
swept "load, what CPU 0 does" fault cpuhp/0 load rapl_pmu "$file"
check "nothing is left" as_before

# Their package is new when they come back.
echo 0 >$cpus/cpu2/online
echo 0 >$cpus/cpu3/online
check "and it loads" load_mod rapl_pmu
swept "open" fault self open power/energy-pkg@0
swept "read a file" fault self read /sys/bus/event_source/devices/power/cpumask
nobody() { wait_for 5 is_idle rapl_pmu; }
check "no event is left" nobody
# The kernel's own allocations on this way are not got over by its scheduler (EBUSY).
faults_under module rapl_pmu
swept "CPU 2 comes online, with a package" fault -p 1 cpuhp/2 write $cpus/cpu2/online 1 0
echo 1 >$cpus/cpu2/online
swept "CPU 3 comes online, with @with@" fault -p @places@ cpuhp/3 write $cpus/cpu3/online 1 0
echo 1 >$cpus/cpu3/online

# An event is counting meanwhile, on the CPU in charge: that of package 1 goes and comes.
holding 100000 power/energy-pkg@2
holder=$!
in_charge() { sed 's/.*,//' /sys/bus/event_source/devices/power/cpumask; }
# Each step that can be made to fail on the way off (0) and on (1), of that CPU which is in charge
steps()
{
	failed=0
	own=0
	for to in 0 1; do
		while read -r step name; do
			cpu=$cpus/cpu$(in_charge)
			[ $to = 0 ] || echo 0 >"$cpu/online"
			if echo "${step%:}" 2>/dev/null >"$cpu/hotplug/fail" && ! echo $to 2>/dev/null >"$cpu/online"; then
				failed=$((failed + 1))
				case $name in *rapl_pmu*) own=$((own + 1)) ;; esac
				[ "$(cat "$cpu/online")" != $to ] || { echo "$name: failed, and is $to"; return 1; }
			fi
			echo -1 >"$cpu/hotplug/fail"
			echo 0 >"$cpu/online"
			echo 1 >"$cpu/online" || { echo "$name: $cpu does not come back"; return 1; }
		done <$cpus/hotplug/states
	done
	echo "$failed steps failed, $own of them ours"
	[ $failed -gt 20 ] && [ $own = 2 ]
}
swept "each step of CPU hotplug" steps
check "the event is there" kill -0 $holder
kill $holder
wait $holder 2>/dev/null
check "energy is right after that" pmu truth 3 1 power/energy-pkg@0 "power/energy-pkg@$(in_charge)"
check "unload" unload_mod rapl_pmu
check "nothing is left in the end" as_before
