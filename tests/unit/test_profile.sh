#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_profile.sh - energy-profile on samples and energies written down here
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

# What perf would have recorded on two packages of two CPUs, 10 and 12 W: for a half second
# nothing, then $SECONDS_BUSY of alpha (20 W), which changes its package each 50 ms, and beta
# (50 W on each package), then nothing. The counters change each 1.03 ms.
mkdir "$work/bin"
cat >"$work/bin/perf" <<'PERF'
#!/bin/sh
case "$*" in
*broken*) echo 'incompatible file format' >&2; exit 255 ;;
*energy.data*) part=energy ;;
*) part=samples ;;
esac
exec awk -v part=$part -v busy="${SECONDS_BUSY:-3}" -v lead="${LEAD:-0.5}" -v lost="${LOST:-0}" '
function used(package, t,    j, turns)
{
	j = (package ? 12 : 10) * t
	t -= lead
	if (t <= 0)
		return j
	if (t > busy)
		t = busy
	turns = int(t / 0.05 + 0.000001)
	j += 50 * t + 20 * 0.05 * int((turns + !package) / 2)
	return turns % 2 == package ? j + 20 * (t - turns * 0.05) : j
}
BEGIN {
	time = busy + 2 * lead
	if (part == "energy")
		for (t = 0; t <= time; t += 0.01)
			for (p = 0; p < 2; p++) {
				now = used(p, int(t / 0.00103) * 0.00103)
				printf "[%03d] %.9f: 10000000 cpu-clock:S:\n", 2 * p, 100 + t
				if (t)
					printf "[%03d] %.9f: %.0f power/energy-pkg/:\n", 2 * p, 100 + t, (now - before[p]) * 4294967296
				before[p] = now
			}
	else
		for (t = 0.0001; t < time; t += 1 / 997)
			for (cpu = 0; cpu < 4; cpu++) {
				s = t - lead
				who = "swapper 0/0"
				if (s > 0 && s < busy && cpu % 2)
					who = "beta 7/" 7 + cpu
				else if (s > 0 && s < busy && int(s / 0.05) % 2 == cpu / 2)
					who = "al pha 9/9"
				printf "%16s [%03d] %.9f: \n", who, cpu, 100 + t + cpu / 8000
				print "\tffffffff81000000 irq" (cpu ? "" : ";0") "\n\t    401000 main\n"
			}
	if (lost)
		printf "%16s %s [000] %.9f: PERF_RECORD_LOST lost %d\n", "perf", "1/1", 100, lost
}'
PERF
chmod +x "$work/bin/perf"
PATH=$work/bin:$PATH
profile=$work/profile
make_profile()
{
	mkdir -p "$1"
	printf '%s\n' 'energy-profile 1' "release $(uname -r)" 'hz 997' 'event energy-pkg' 'cpumask 0,2' \
		'cpu 0 0 0' 'cpu 1 0 0' 'cpu 2 1 0' 'cpu 3 1 0' >"$1/info"
}
make_profile "$profile"

# near NAME JOULES PERCENT [REPORT OPTION...]: the row has so much
near()
{
	local name=$1 want=$2 percent=$3
	shift 3
	scripts/energy-profile report -i "$profile" "$@" >"$work/out" || return
	awk -v name="$name" -v want="$want" -v percent="$percent" '
		{ text = $0; for (i = 0; i < 4; i++) sub(/^ *[^ ]+ +/, "", text) }
		text == name { error = ($1 / want - 1) * 100; seen = 1 }
		END { exit !seen || error > percent || error < -percent }' "$work/out" || { cat "$work/out"; return 1; }
}
all_of_it()
{
	scripts/energy-profile report -i "$profile" >"$work/out" &&
		awk '/^# energy/ { all = $3 } !/^#/ { sum += $1 } END { print sum, all; exit !(all > 400 && sum - all < 0.01 && all - sum < 0.01) }' "$work/out"
}
stacks()
{
	scripts/energy-profile folded -i "$profile" >"$work/out" || return
	awk '{ sum += $NF; sub(/ [0-9]*$/, ""); seen[$0] = 1 }
		END { print sum; exit !(sum > 400000000 && "beta;main;irq_[k]" in seen && "al pha;main;irq:0_[k]" in seen && "idle" in seen) }' "$work/out" ||
		{ cat "$work/out"; return 1; }
}
# refused STATUS WORDS ARGUMENT...
refused()
{
	local want=$1 words=$2 got=0
	shift 2
	scripts/energy-profile "$@" >"$work/out" 2>&1 || got=$?
	echo "status $got"
	cat "$work/out"
	[ $got -eq "$want" ] && [ "$(wc -l <"$work/out")" -eq 1 ] && grep -q "^energy-profile: .*$words" "$work/out"
}
kernel()
{
	make_profile "$work/other"
	sed -i 's/^release .*/release 5.4.0-1/' "$work/other/info"
	scripts/energy-profile report -i "$work/other" >"$work/out" 2>&1 && grep -q 'recorded on Linux 5.4.0-1' "$work/out" && grep -q beta "$work/out"
}

point "idle: what the packages use when nothing runs" near '(idle)' 88 1
point "the program that changes its package" near 'al pha' 60 1
point "that on both" near beta 300 1
point "its threads" near 'beta 7/8' 150 1 -b thread
point "its symbols" near 'irq_[k] (beta)' 300 1 -b symbol
point "nothing is lost or invented" all_of_it
point "stacks" stacks
LEAD=0 point "without an idle moment, who does not always run is told all the same" near 'al pha' 60 2
point "and what cannot be told" [ "$(grep -c 'a guess: it was never idle' "$work/out")" = 2 ]
LOST=500 point "lost samples" refused 1 'samples of .* were lost' report -i "$profile"
LOST=500 point "-f: all the same" near beta 300 1 -f
LOST=20 point "a few are told" near beta 300 1
point "in the report" grep -q ', 20 lost$' "$work/out"
point "of another kernel" kernel
point "no profile" refused 1 'no profile in .*/none: run energy-profile record' report -i "$work/none"
echo x >"$work/perf.data"
point "a file" refused 1 'is a file: a profile is the directory' report -i "$work/perf.data"
mkdir "$work/empty"
point "another directory" refused 1 'is no profile' folded -i "$work/empty"
make_profile "$work/broken"
point "what perf cannot read" refused 1 'perf script: incompatible file format' report -i "$work/broken"
point "-b nonsense" refused 2 "-b takes process, thread or symbol, not 'cpu'" report -b cpu
for value in 0 -1 x 1000001 99999999999; do
	point "-F $value" refused 2 "-F takes a number from 1 to 100000" record -F $value true
done
point "neither a command nor -s" refused 2 'what is to be recorded' record
point "both" refused 2 'either -s or a command' record -s 1 true
[ -e /sys/bus/event_source/devices/power ] ||
	point "no RAPL" refused 1 'no PMU power: run modprobe rapl_pmu' record true
finish
