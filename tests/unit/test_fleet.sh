#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_fleet.sh - what tests/fleet/judge.awk makes of truth and samples
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

mkdir "$work/plot"

# fleet SCALE LATER: a machine of two packages, 100 and 50 W for 100 s, whose samples are
# SCALE times that, and one that boots twice, with 50 W; samples every 5 s as promtool
# prints them. LATER: what the second one's counter begins with after the reboot.
fleet()
{
	awk -v scale="$1" -v later="$2" -v work="$work" '
	function series(machine, cpu) {
		printf "rapl_energy_joules_total{cpu=\"%s\", domain=\"pkg\", instance=\"%s\", job=\"pcp\"} =>\n", cpu, machine >(work "/samples")
	}
	BEGIN {
		for (t = 1000; t <= 1100; t += 10)
			print "two truth", t, (t - 1000) * 100, (t - 1000) * 50 >(work "/truth")
		series("two", 0)
		for (t = 995; t <= 1105; t += 5)
			printf "%.3f @[%d.5]\n", (t < 1000 ? 0 : t > 1100 ? 10000 : (t - 1000) * 100) * scale, t >(work "/samples")
		series("two", 10)
		for (t = 995; t <= 1105; t += 5)
			printf "%.3f @[%d.5]\n", (t < 1000 ? 0 : t > 1100 ? 5000 : (t - 1000) * 50) * scale, t >(work "/samples")
		# 60 s and 40 s
		print "one event reboot" >(work "/truth")
		for (t = 1000; t <= 1060; t += 10)
			print "one truth", t, (t - 1000) * 50 >(work "/truth")
		print "one boot 2" >(work "/truth")
		for (t = 1065; t <= 1100; t += 5)
			print "one truth", t, (t - 1060) * 50 >(work "/truth")
		series("one", 0)
		for (t = 1000; t <= 1055; t += 5)
			printf "%.3f @[%d]\n", (t - 1000) * 50, t >(work "/samples")
		for (t = 1080; t <= 1100; t += 5)
			printf "%.3f @[%d]\n", (t - 1080) * 50 + later, t >(work "/samples")
		print "guest truth 1000" >(work "/truth")
		print "up{instance=\"two\", job=\"pcp\"} =>\n1 @[1000]\n1 @[1005]\n0 @[1010]\n1 @[1045]" >(work "/up")
		print "ALERTS{alertname=\"NoEnergyCounter\", instance=\"guest\", job=\"pcp\"} =>\n1 @[1300]" >(work "/alerts")
	}'
}

judge()
{
	awk -v machines='one two guest' -v every=5 -v out="$work/plot" -f tests/fleet/judge.awk \
		"$work"/{truth,samples,up,alerts} >"$work/table" 2>"$work/words"
}

# says TEXT... : each in the table or in what is wrong
says()
{
	local text
	for text; do
		grep -qF -- "$text" "$work/table" "$work/words" || { cat "$work/table" "$work/words"; return 1; }
	done
}

right()
{
	fleet 1 0
	judge || { cat "$work/table" "$work/words"; return 1; }
	says '| two | no answer for 40 s | 15000.0 J | 15000.0 J | +0.000 % |' 'with it +0.000 %'
}
point "all there" right
lost()
{
	# 100 s were used, 55 s and 20 s were seen: 25 s at 50 W are between the samples
	says '| one | reboot; begins anew, 25 s without a sample | 5000.0 J | 3750.0 J | -25.000 % | about 1250.0 J |'
}
point "what a reboot loses is said" lost
point "a machine without counters needs its alert" says '| guest | has no RAPL: alert NoEnergyCounter |'
doubled() { fleet 1.001 0; ! judge && says 'two: more than was used'; }
point "counted twice is wrong" doubled
missing() { fleet 0.997 0; ! judge && says 'two: more than 0.2 % are missing'; }
point "so is a part that is missing" missing
silent() { fleet 1 0; : >"$work/alerts"; ! judge && says 'guest has no counter, and nobody says so'; }
point "and a machine that nobody misses" silent
plot() { awk '$1 > 1020 && $1 < 1100 { n++; if ($2 < 149 || $2 > 151) exit 1 } END { exit n < 3 }' "$work/plot/two.$1"; }
point "watts to plot, used" plot true
point "watts to plot, seen" plot seen
finish
