# SPDX-License-Identifier: GPL-2.0-only
# If this fails, packages that differ in their number of cores are mixed up.
# The first one has a single thread here, the second one two cores of two.
# Linux 7.x sizes its table by the first and refuses some of the others.
# tier: slow
# timeout: 300
# smp: 1,sockets=2,cores=2,threads=2,maxcpus=8
# cpu: EPYC
# qemu: -device EPYC-x86_64-cpu,socket-id=1,core-id=0,thread-id=0 -device EPYC-x86_64-cpu,socket-id=1,core-id=0,thread-id=1 -device EPYC-x86_64-cpu,socket-id=1,core-id=1,thread-id=0 -device EPYC-x86_64-cpu,socket-id=1,core-id=1,thread-id=1
# model: vendor=amd,packages=2,threads=2,pkg0=65/10/0/0/0,pkg1=180/90/0/0/0
# guest: pmu

plan 5

sys=/sys/bus/event_source/devices
cd /sys/devices/system/cpu || exit
for cpu in cpu[0-9]*; do
	[ "$(cat "$cpu/online" 2>/dev/null || echo 1)" = 1 ] || echo 1 >"$cpu/online"
done
diag "CPUs online: $(cat online)"

# listed FILE: how many CPUs a list such as 0,2-3 has
listed() { tr , '\n' <"$1" | awk -F- '{ n += NF == 2 ? $2 - $1 + 1 : 1 } END { print n }'; }

# one_each: CPUs in the mask that stand for one core each, three in all
one_each()
{
	cores=$(for cpu in cpu[0-9]*; do
		echo "$(cat "$cpu/topology/physical_package_id"):$(cat "$cpu/topology/core_id")"
	done | sort -u | wc -l)
	echo "cpumask $(cat $sys/power_core/cpumask), $cores cores"
	[ "$cores" = 3 ] && [ "$(listed $sys/power_core/cpumask)" = 3 ]
}

events=
for cpu in cpu[0-9]*; do
	events="$events power_core/energy-core@${cpu#cpu}"
done

check "load" load_mod rapl_pmu
check "cpumask has each core once" one_each
check "and each package" [ "$(listed $sys/power/cpumask)" = 2 ]
# shellcheck disable=SC2086
check "joules of every CPU's core" pmu truth 5 0.5 $events power/energy-pkg@0
check "rmmod" unload_mod rapl_pmu
