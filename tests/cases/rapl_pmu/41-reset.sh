# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a counter that firmware or another kernel set back to 0 gives
# energy that was never used, or takes some away.  The first reset is 6 kJ before a
# wrap, which 10 kW would explain.
# tier: fast 7
# timeout: 240
# smp: 1
# model: vendor=intel,packages=1,unit=16,pkg0=65/45/5/3/90,start=0xe8000000
# icount: shift=0,sleep=off
# guest: pmu rapltruth

plan 5
all="power/energy-cores@0 power/energy-pkg@0 power/energy-ram@0 power/energy-gpu@0 power/energy-psys@0"

# resets COUNT: that often while events are active; energy stands still meanwhile,
# so that none is used that the counters cannot tell of
resets()
{
	rm -f /tmp/over
	# shellcheck disable=SC2086
	pmu truth /tmp/over 0.1 $all >/tmp/out 2>&1 &
	pid=$!
	sleep 3
	n=0
	while [ $n -lt "$1" ]; do
		rapltruth stop
		# What was used since the last look would be lost: nobody saw it.
		sleep 2
		rapltruth reset
		# On the next look, the timer's at the latest, it is seen.
		sleep 4
		rapltruth go
		sleep 3
		n=$((n + 1))
	done
	touch /tmp/over
	wait $pid
	status=$?
	cat /tmp/out
	return $status
}

load_mod rapl_pmu
dmesg_mark
check "set back once" resets 1
check "the log says so" expect_dmesg '^rapl_pmu: MSR 0x611 of package 0 was reset or jumped'
check "set back three times" resets 3
# Nobody counts: it is nobody's business.
rapltruth reset
dmesg_mark
# shellcheck disable=SC2086
check "set back while idle" pmu truth 3 0.1 $all
check "and no word about that" refuse_dmesg 'was reset'
