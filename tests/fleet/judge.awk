# SPDX-License-Identifier: GPL-2.0-only
# judge.awk - the joules that Prometheus has beside those that were used: a table, what is
# wrong on stderr, and MACHINE.{seen,true} with watts by the second in the folder `out`
#
#	awk -v machines= -v every= -v out= -f judge.awk TRUTH SAMPLES UP ALERTS
#
# TRUTH: "MACHINE truth SECOND JOULES...", a number a package, "MACHINE event WHAT" and
# "MACHINE boot 2", which begins at 0 J. The rest as promtool prints it.

function wrong(why) { print "fleet: " why >"/dev/stderr"; bad = 1 }
function label(name,    text)
{
	if (!match($0, "[{ ]" name "=\"[^\"]*\""))
		return ""
	text = substr($0, RSTART, RLENGTH)
	sub(/^[^"]*"/, "", text)
	return substr(text, 1, length(text) - 1)
}
function joules(v) { return sprintf("%.1f", v) }
function percent(got, want) { return sprintf("%+.3f %%", (got / want - 1) * 100) }

FILENAME != file { file = FILENAME; part++ }
part == 1 && $2 == "boot" { booted[$1] = 1 }
part == 1 && $2 == "event" { what = $0; sub(/^[^ ]* event /, "", what); event[$1] = event[$1] (event[$1] == "" ? "" : ", ") what }
part == 1 && $2 == "truth" && NF > 3 {
	sum = 0
	for (i = 4; i <= NF; i++)
		sum += $i
	if (booted[$1] == 1) {
		used[$1] += sum
		booted[$1] = 2
	} else if ($1 in last) {
		used[$1] += sum - last[$1]
	}
	last[$1] = sum
	# Means of a quarter of a minute to plot
	if (!($1 in mean_at) || sum < mean_from[$1]) {
		mean_at[$1] = $3
		mean_from[$1] = sum
	} else if ($3 - mean_at[$1] >= 15) {
		print $3, (sum - mean_from[$1]) / ($3 - mean_at[$1]) >(out "/" $1 ".true")
		mean_at[$1] = $3
		mean_from[$1] = sum
	}
}
part == 1 { next }
/ =>/ { machine = label("instance"); previous = ""; h = 0; sub(/^.*=> */, "") }
!/@\[/ { next }
{
	value = $1
	time = $2
	gsub(/[@\[\]]/, "", time)
}
part == 2 {
	if (previous != "" && value < previous) {
		# It began anew. What nobody measured: the time between, at what was used before it.
		got[machine] += value
		lost[machine] += rate * (time - before) - value
		gap[machine] = time - before
		restarts[machine]++
	} else if (previous != "") {
		got[machine] += value - previous
		watts[machine, time] += (value - previous) / (time - before)
		if (!((machine, time) in known)) {
			known[machine, time] = 1
			times[machine] = times[machine] " " time
		}
	}
	n[machine]++
	# watts over the last six samples
	history[++h] = value
	rate = h > 6 && history[h - 6] <= value ? (value - history[h - 6]) / (6 * every) : 0
	previous = value
	before = time
	next
}
part == 3 && value == 1 {
	if (machine in answered && time - answered[machine] > 2 * every && time - answered[machine] > silent[machine])
		silent[machine] = time - answered[machine]
	answered[machine] = time
}
part == 4 { alert[machine] = 1 }

END {
	print "| machine | what happened | used | Prometheus has | | nobody measured |"
	print "|---|---|---:|---:|---:|---:|"
	count = split(machines, name, " ")
	for (i = 1; i <= count; i++) {
		m = name[i]
		remark = event[m]
		if (silent[m] && !restarts[m])
			remark = remark (remark == "" ? "" : "; ") sprintf("no answer for %d s", silent[m])
		if (restarts[m])
			remark = remark sprintf("; begins anew, %d s without a sample", gap[m])
		if (!(m in used)) {
			if (n[m])
				wrong(m " has samples, and no counter")
			if (!alert[m])
				wrong(m " has no counter, and nobody says so")
			printf "| %s | has no RAPL: alert NoEnergyCounter | - | - | | |\n", m
			continue
		}
		printf "| %s | %s | %s J | %s J | %s | %s |\n", m, remark, joules(used[m]), joules(got[m]),
			percent(got[m], used[m]), lost[m] ? "about " joules(lost[m]) " J" : ""
		if (got[m] > used[m] * 1.0001)
			wrong(m ": more than was used")
		if (!restarts[m] && (got[m] / used[m] < 0.998))
			wrong(m ": more than 0.2 % are missing")
		all_used += used[m]
		all_got += got[m]
		all_lost += lost[m]
		k = split(times[m], time_of, " ")
		for (j = 1; j + 2 <= k; j += 3)
			print time_of[j + 2], (watts[m, time_of[j]] + watts[m, time_of[j + 1]] + watts[m, time_of[j + 2]]) / 3 >(out "/" m ".seen")
	}
	printf "| all | | %s J | %s J | %s | with it %s |\n", joules(all_used), joules(all_got),
		percent(all_got, all_used), percent(all_got + all_lost, all_used)
	if (!all_used || (all_got + all_lost) / all_used > 1.002 || (all_got + all_lost) / all_used < 0.998)
		wrong("all together are more than 0.2 % off")
	exit bad
}
