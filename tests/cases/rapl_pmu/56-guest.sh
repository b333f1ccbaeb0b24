# SPDX-License-Identifier: GPL-2.0-only
# If this fails, energy is lost or invented in a guest whose hypervisor feeds the
# counters once a second, as QEMU's rapl=on does. 56-guest.table says how.
# tier: @tier@
# kernels: 6.1 7
# timeout: 240
# model: vendor=intel,packages=1,tick=1000000000,@model@
# guest: pmu rapltruth
# shellcheck disable=SC2154,SC2086	# set by eval

plan 5
# fed SECONDS EVENT...: energy flows so long, seen from both CPUs 20 times a second;
# before and after it the feed gets time to say all
fed()
{
	seconds=$1
	shift
	rapltruth stop
	sleep 2
	for cpu in 0 1; do
		pmu truth $((seconds + 5)) 0.1 live read=0.05 from=$cpu "$@" >/tmp/from.$cpu 2>&1 &
		eval "pid$cpu=$!"
	done
	sleep 2
	rapltruth go
	sleep "$seconds"
	rapltruth stop
	bad=0
	wait $pid0 || bad=1
	wait $pid1 || bad=1
	rapltruth go
	cat /tmp/from.0 /tmp/from.1
	return $bad
}
uptime_is() { [ "$(cut -d. -f1 /proc/uptime)" -ge "$1" ]; }
# Open over the moment at which the feed begins: what it says from then on, no more
begins()
{
	pmu truth 25 1e9 live read=1 power/energy-pkg@0 >/tmp/begin
	cat /tmp/begin
	awk '{ exit !($2 > 0 && $2 < $5 + 0) }' /tmp/begin
}

dmesg_mark
check "load" load_mod rapl_pmu
check "the package is listed" [ -e /sys/bus/event_source/devices/power/events/energy-pkg ]
late=@late@
if [ "$late" = 0 ]; then
	ok "the feed is there"
else
	diag "up for $(cut -d' ' -f1 /proc/uptime) s"
	check "it counts from when the feed begins" begins
	wait_for 60 uptime_is $((late + 3)) || diag "still up for $(cat /proc/uptime)"
fi
check "exact over 10 s" fed 10 @events@
check "no word of a reset" refuse_dmesg 'was reset'
