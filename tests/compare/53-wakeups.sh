# SPDX-License-Identifier: GPL-2.0-only
# Who measures the package and the 16 cores of a Zen 4 wakes its CPUs up so often.
# timeout: 900
# mem: 1024
# smp: 16,sockets=1,cores=16
# cpu: EPYC,family=25,model=97
# model: vendor=amd,packages=1,pkg0=100,core=20,wide=1
# icount: shift=0,sleep=off

. /usr/bin/compare_case

plan 3
tracing=/sys/kernel/tracing
seconds=300

# hourly PMU MODULE: wake-ups per CPU and hour
hourly()
{
	events="$1/energy-pkg@0"
	! compare_has "$1_core" || for cpu in $(seq 0 15); do events="$events $1_core/energy-core@$cpu"; done
	echo >$tracing/trace
	# shellcheck disable=SC2086
	pmu hold $seconds $events >/dev/null
	awk -v module="[$2]" -v scale=$((seconds * 16)) '
	FILENAME == "/proc/kallsyms" { if ($4 == module) ours[$3] = 1; next }
	/hrtimer_expire_entry/ && match($0, /function=[^ ]*/) && substr($0, RSTART + 9, RLENGTH - 9) in ours { n++ }
	END { printf "%.0f\n", n * 3600 / scale }' /proc/kallsyms $tracing/trace
}
check "load" compare_load
check "watch timers" sh -c "echo 1 >$tracing/events/timer/hrtimer_expire_entry/enable && echo 4000 >$tracing/buffer_size_kb"
ours=$(hourly mine rapl_pmu)
compare_line "Zen 4, wake-ups per CPU and hour" "$(hourly power rapl)" "$ours"
check "ours: none" [ "$ours" = 0 ]
