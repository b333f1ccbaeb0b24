# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the driver counts on a CPU that the kernel was asked to leave alone
# (isolcpus=, nohz_full=) though the package has others, and wakes it up for that.
# tier: @tier@
# kernels: @kernels@
# smp: 6,sockets=2,cores=3
# model: vendor=intel,packages=2,unit=16,pkg0=65/45/5/3/90,pkg1=210.5/180/12/7/300,access=@DIR@/access.log
# append: @append@ tsc_early_khz=1000000
# icount: shift=0,sleep=off
# guest: rapltruth
# tools: perf

plan 6
cpus=/sys/devices/system/cpu
mask=/sys/bus/event_source/devices/power/cpumask
in_charge() { echo "$(cat $mask), expected $1"; [ "$(cat $mask)" = "$1" ]; }
rapltruth stop
check "load" load_mod rapl_pmu
# CPUs 3 and 4 of the second package are isolated
check "in charge is who is not isolated" in_charge @first@,5

counting power/energy-pkg/
sleep 1
rapltruth pulse 5 /tmp/1
# Read 10 times a second meanwhile; who reads is in the machine's log, for the host's part.
rapltruth mark 1
perf stat -x, -a -I 100 -e power/energy-pkg/ -o /tmp/intervals sleep 10
rapltruth mark 2
swap() { echo "$1" >$cpus/cpu5/online && in_charge "@first@,$2"; }
check "one of them is better than none" swap 0 3
rapltruth pulse 5 /tmp/2
check "until there is another again" swap 1 5
rapltruth pulse 5 /tmp/3
touch /tmp/over
wait
exact()
{
	awk -F'[ ,]' '
	FILENAME != "/tmp/stat" { if ($2 == "pkg") want += $3; next }
	/energy-pkg/ { printf "%s J, truth %.3f J\n", $1, want; good = $1 - want < 0.02 && want - $1 < 0.02 }
	END { exit !good }' /tmp/1 /tmp/2 /tmp/3 /tmp/stat
}
check "no energy is lost or doubled" exact
check "rmmod" unload_mod rapl_pmu
