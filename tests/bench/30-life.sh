# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. Loading, memory, perf's intervals, timers.
# model: vendor=intel,packages=1,pkg0=65/45/5/3/80
# tools: perf
# intree: rapl

. /usr/lib/bench.sh

# per_hour: calls an hour, from a fifth of one, since an idle hour takes the emulator two minutes
per_hour() { echo $(($(sed -n '$p' | cut -d' ' -f1) * 5)); }

wakeups() {
	# an event that is open and running, then none
	echo "value wakeups.active.$2 $(watch_timer "$(timer_of "$1")" \
		bench many "hour.$2" 1 720 "$2/energy-pkg@0" | per_hour)"
	echo "value wakeups.idle.$2 $(watch_timer "$(timer_of "$1")" sleep 720 | per_hour)"
}

life() {
	case $1 in
	mine) bench module module.mine "$(ko_file rapl_pmu)" rapl_pmu pmu_name=mine ;;
	power) bench module module.power "$(ko_file rapl)" rapl ;;
	esac
}

tick() {
	bench step "tick.$1" 10 60 perf stat -a -e "$(group "$1" | sed 's/@0/\//' | paste -sd,)" -I 100 --interval-count @
}

measure() {
	in_turns life mine power || return
	echo "value slab.mine $(slab_of rapl_pmu pmu_name=mine)"
	echo "value slab.power $(slab_of rapl)"
	echo "value core.mine $(cat /sys/module/rapl_pmu/coresize)"
	echo "value core.power $(cat /sys/module/rapl/coresize)"
	in_turns tick mine power || return
	wakeups rapl_pmu mine
	wakeups rapl power
}

plan 1
measured measure
