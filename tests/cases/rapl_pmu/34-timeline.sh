# SPDX-License-Identifier: GPL-2.0-only
# If this fails, "perf record" loses energy between two samples, or counts it twice.
# tier: slow
# smp: 4,sockets=2,cores=2
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90,pkg1=110.5/80/12/7/200,wave=square:0.5:1.5:0.2
# icount: shift=0,sleep=off
# timeout: 240
# guest: pmu rapltruth
# tools: perf perf@new perf@newest

plan 7
check "load" load_mod rapl_pmu

# Energy flows only while all samples are taken, not while perf starts and ends.
rapltruth stop
cat >/tmp/work <<'WORK'
#!/bin/sh
rapltruth pulse 1 /tmp/truth
sleep 0.1
WORK
# The same, and some ticks on CPU 0 at the end
cat >/tmp/ticks <<'WORK'
#!/bin/sh
/tmp/work
taskset -c 0 sh -c 'i=0; while [ $i -lt 10000 ]; do i=$((i + 1)); done'
WORK
chmod +x /tmp/work /tmp/ticks
work=/tmp/work
max_rate() { echo "$1" >/proc/sys/kernel/perf_event_max_sample_rate; }
# A CPU that sleeps has no tick: the samples of one tick are all that perf takes there.
max_rate 1000000
# timeline PERF CPU EVENTS: a sample each millisecond, as README has it
timeline()
{
	"$1" record -q -C "$2" -c 1000000 -e "{cpu-clock,$3}:S" -o /tmp/perf.data $work &&
		"$1" script -i /tmp/perf.data -F time,event,period >/tmp/script
}
# sum PACKAGE DOMAIN [LOST]: of all samples it is what the package used meanwhile
sum()
{
	awk -v package="$1" -v domain="$2" -v lost="$3" '
	FILENAME == "/tmp/truth" { if ($1 == package && $2 == domain) truth = $3; next }
	$3 == "power/energy-" domain "/:" {
		joules += $2 / 4294967296
		samples++
	}
	$3 ~ /^cpu-clock:/ { clocks++ }
	END {
		error = joules - truth
		printf "%s %s: %d samples, %d with energy, %.6f J, truth %.6f J\n", package, domain, clocks, samples, joules, truth
		exit !((lost || samples > 900) && error < 0.0001 && error > -0.0001)
	}' /tmp/truth /tmp/script || { head -n 9 /tmp/script; return 1; }
}
both() { timeline "$1" "$2" "$3" && sum "$4" "$5"; }
check "perf of Linux 6.1" both perf 0 power/energy-pkg/ 0 pkg
check "perf of Linux 7" both perf@newest 0 power/energy-pkg/ 0 pkg
more() { timeline perf@new 2 power/energy-ram/,power/energy-psys/ && sum 1 ram && sum 1 psys; }
check "perf of Linux 6.12, two events of the other package" more
# The machine's power goes up and down each 100 ms, by a factor of 3.
steps()
{
	awk '
	$3 == "power/energy-psys/:" { joules[int($1 * 40)] += $2 / 4294967296 }
	END {
		least = 1e9
		for (i in joules) {
			if (!((i - 1) in joules && (i + 1) in joules))
				continue
			if (joules[i] > most) most = joules[i]
			if (joules[i] < least) least = joules[i]
		}
		printf "in 25 ms %.3f to %.3f J\n", least, most
		exit !(least > 2.2 && least < 2.8 && most > 7.2 && most < 7.8)
	}' /tmp/script
}
check "its steps" steps
# Where samples are too many, perf stops the whole group until the next tick, and says that
# it measured all the time.
throttled()
{
	max_rate 1000
	work=/tmp/ticks
	timeline perf 0 power/energy-pkg/ || return
	perf script -i /tmp/perf.data -D 2>/dev/null | grep -q PERF_RECORD_THROTTLE && sum 0 pkg lost
}
check "throttled" throttled
check "rmmod" unload_mod rapl_pmu
