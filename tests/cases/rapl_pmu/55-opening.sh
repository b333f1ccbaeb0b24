# SPDX-License-Identifier: GPL-2.0-only
# If this fails, an event that is opened in the moment in which its CPU goes offline
# counts nothing, for ever.
# arch: x86_64
# tier: fast 7
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90
# guest: pmu
# kmod: fault
. /lib/ktap.sh
. /lib/module.sh

plan 3
online() { echo "$2" >/sys/devices/system/cpu/cpu"$1"/online; }

# Between event_init and the CPU's context perf calls this, here for so many ms.
attempt()
{
	load_mod fault function=security_perf_event_alloc delay="$1" error=0 || return 1
	# CPU 2 is in charge of its package: it goes, and the event is to go to CPU 3.
	(pmu truth 1 20 live from=0 power/energy-pkg@2 >/tmp/opened 2>&1; echo $? >/tmp/status) &
	sleep "$2"
	online 2 0
	wait
	online 2 1
	# CPU 3 has taken over: back to CPU 2.
	online 3 0
	online 3 1
	unload_mod fault
	# It was too late, or it counts.
	grep -q 'No such device' /tmp/opened || [ "$(cat /tmp/status)" = 0 ] || { cat /tmp/opened; return 1; }
	! grep -q 'J, truth' /tmp/opened || counted=$((counted + 1))
}
all()
{
	counted=0
	for ms in 20 40 60 80 100 150 200 300; do
		for pause in 0 0.01 0.03 0.05; do
			attempt $ms $pause || { echo "held up for $ms ms, offline after $pause s"; return 1; }
		done
	done
	echo "$counted of 32 opened"
}
check "load" load_mod rapl_pmu
check "opened while the CPU goes" all
check "unload" unload_mod rapl_pmu
finish
