# SPDX-License-Identifier: GPL-2.0-only
# verify.awk - judges what verify.sh recorded, and prints the block for a report
#
# usage: awk -f verify.awk [-v seconds=N] [-v host=NAME] RECORD
# Exit: 0 nothing is wrong, 1 something is
#
# The record's lines:
#   cpu VENDOR FAMILY MODEL STEPPING NAME     machine real|virtual     kernel RELEASE
#   module VERSION     pmu OURS THEIRS|-      online CPU PACKAGE DIE
#   value CPU unit|limit|info|ram-info|filter HEX
#   reg CPU EVENT NUMBER     zone RANGE NAME NAME-OF-ITS-TOP
#   phase idle|busy, then, many times, registers UPTIME with "at UPTIME" and a value in hex for
#   each reg, and zones UPTIME with "at UPTIME" and microjoules for each zone;
#   perf CPU PMU EVENT JOULES NANOSECONDS
#   burst READINGS SECONDS, then: same COUNT TIMES, so many equal readings in a row so often

BEGIN {
	wrap = 4294967296
	n_regs = n_zones = n_events = n_counting = n_found = runs = bad = 0
}

$1 == "cpu" { vendor = $2; family = $3; model = $4; stepping = $5; cpu_name = $0; sub(/^cpu +[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ */, "", cpu_name); next }
$1 == "machine" { real = $2; next }
$1 == "kernel" { kernel = $2; next }
$1 == "module" { version = $2; next }
$1 == "pmu" { ours = $2; theirs = $3; next }
$1 == "online" {
	n_cpus++
	place[$2] = $3 " " $4
	if (!(place[$2] in first_cpu))
		first_cpu[place[$2]] = $2
	if (!($3 in die))
		packages++
	else if (die[$3] != $4)
		dies = 1
	die[$3] = $4
	next
}
$1 == "value" { value[$2, $3] = $4; next }
$1 == "reg" { reg_cpu[n_regs] = $2; reg_event[n_regs++] = $3; has_reg[$2, $3] = 1; next }
$1 == "zone" { zone_range[n_zones] = $2; zone_name[n_zones] = $3; zone_top[n_zones++] = $4; next }
$1 == "phase" { phase = $2; samples = 0; next }
$1 == "registers" { if (!samples++) start[phase] = $2; else end[phase] = $2; at = n_times = 0; next }
$1 == "at" { read_at[n_times++] = $2; next }
$1 == "perf" { take_perf($2 + 0, $3, $4, $5, $6); next }
$1 == "burst" { burst_step = $3 / $2; next }
$1 == "same" { run[runs] = $2; run_times[runs++] = $3; next }
NF == 1 && at < n_regs { take_register(at, $1, read_at[at]); at++; next }
NF == 1 && at < n_regs + n_zones { take_zone(at - n_regs, $1 + 0, read_at[at]); at++; next }

# The lower 32 bits, or with from = 1 the upper ones
function word32(hex, from,    i, v)
{
	hex = substr("0000000000000000" hex, length(hex) + 1)
	for (i = 0; i < 8; i++)
		v = v * 16 + index("0123456789abcdef", substr(hex, (from ? 1 : 9) + i, 1)) - 1
	return v
}
# Bits of a word
function bits(v, shift, n) { return int(v / 2 ^ shift) % 2 ^ n }

# What a counter went on by, never mind how often it began anew
function advance(from, to) { return to >= from ? to - from : to + wrap - from }

function take_register(i, hex, now,    v, key, d)
{
	v = word32(hex, 0)
	key = reg_cpu[i] SUBSEP reg_event[i]
	if (samples > 1) {
		lasted[key, phase] += now - last_at[key]
		d = advance(last[key], v)
		counts[key, phase] += d
		steps[key, phase]++
		step[key, phase, steps[key, phase]] = d
		step_s[key, phase, steps[key, phase]] = now - last_at[key]
		if (reg_event[i] == "stamped")
			stamps[reg_cpu[i], phase] += advance(last_stamp[reg_cpu[i]], word32(hex, 1))
	}
	last[key] = v
	last_at[key] = now
	if (reg_event[i] == "stamped")
		last_stamp[reg_cpu[i]] = word32(hex, 1)
}
# Counts a second
function pace(key, p) { return lasted[key, p] ? counts[key, p] / lasted[key, p] : 0 }
function take_zone(i, uj, now,    d)
{
	if (samples > 1) {
		d = uj - last_uj[i]
		zone_j[i, phase] += (d < 0 ? d + zone_range[i] : d) / 1000000
		zone_s[i, phase] += now - zone_at[i]
	}
	last_uj[i] = uj
	zone_at[i] = now
}
function take_perf(cpu, pmu, event, joules, ns)
{
	if (ns == 0)
		return
	if (pmu == theirs) {
		theirs_w[place[cpu], event, phase] = joules / ns * 1e9
		return
	}
	if (event == "energy-core") {
		cores_w[place[cpu], phase] += joules / ns * 1e9
		cores_seen[place[cpu]] = 1
	}
	if (!((cpu, event) in pmu_has)) {
		pmu_has[cpu, event] = 1
		if (!(event in listed))
			event_list[n_events++] = event
		listed[event]++
		if (event != "energy-core" && !(cpu in instance)) {
			instance[cpu] = 1
			counting[n_counting++] = cpu
			served[place[cpu]] = served_package[place[cpu] + 0] = 1
		}
	}
	pmu_w[cpu, event, phase] = joules / ns * 1e9
	pmu_j[cpu, event] += joules
}

# --- judging -----------------------------------------------------------------

# A large machine may have the same fault in each of its packages.
function note(kind, id, text)
{
	if (++times[id] <= 3)
		found[n_found++] = kind " [" id "] " text
	else if (times[id] == 4)
		found[n_found++] = kind " [" id "] and more of the kind"
}
function wrong(id, text) { note("wrong", id, text); bad = 1 }
function doubt(id, text) { note("doubt", id, text); doubts = 1 }

# "package 0", and the die where there are several
function name_of(cpu,    part)
{
	split(place[cpu], part, " ")
	return "package " part[1] (dies ? " die " part[2] : "")
}
function short_name(cpu,    part)
{
	split(place[cpu], part, " ")
	return "S" part[1] (dies ? "D" part[2] : "")
}
function watts(w) { return w < 0 ? "-" : w < 10 ? sprintf("%.3f", w) : w < 10000 ? sprintf("%.2f", w) : sprintf("%.0f", w) }

# Two means of the same seconds. perf prints hundredths of a joule, a counter is whole units
# behind by up to one, and the two begin and end some milliseconds apart.
function differ(a, b, unit,    d, most)
{
	d = a > b ? a - b : b - a
	most = a > b ? a : b
	return d > 0.03 * most + 0.02 + (2 * unit + 0.02) / seconds
}
# (3 % are far from a unit that is off: the next to 1 is Silvermont's 32 uJ for 2^-15 J, 4.9 %.)

function unit_text(u,    e)
{
	e = log(u) / log(2)
	e = e < 0 ? int(e - 0.5) : int(e + 0.5)
	return 2 ^ e == u ? (e ? "2^" e " J" : "1 J") : sprintf("%d uJ", u * 1e6 + 0.5)
}
# The unit in which rapl_pmu takes a register for joules: one of those that are in use
# anywhere. 0: none of them.
function find_unit(cpu, event,    esu, n, i, unit, p, right)
{
	esu = bits(word32(value[cpu, "unit"], 0), 8, 5)
	unit[n++] = 2 ^ -esu
	if (esu < 9)
		unit[n++] = 2 ^ esu / 1000000
	if (event == "energy-ram")
		unit[n++] = 2 ^ -16
	if (event == "energy-psys")
		unit[n++] = 1
	for (i = 0; i < n; i++) {
		right = 1
		for (p in span)
			if (differ(pmu_w[cpu, event, p], pace(cpu SUBSEP event, p) * unit[i], unit[i]))
				right = 0
		if (right)
			return unit[i]
	}
	return 0
}
function median(key, p,    n, i, k, v, list)
{
	n = steps[key, p]
	for (i = 1; i <= n; i++) {
		v = step[key, p, i] / (step_s[key, p, i] > 0 ? step_s[key, p, i] : 0.01)
		for (k = i; k > 1 && list[k - 1] > v; k--)
			list[k] = list[k - 1]
		list[k] = v
	}
	return n ? list[int((n + 1) / 2)] : 0
}
# More at once than it takes at other times, and than its package could use in full
function find_jumps(cpu, event, unit,    key, p, usual, i, s, d, n, most, back)
{
	most = n = usual = 0
	key = cpu SUBSEP event
	for (p in span)
		if (median(key, p) > usual)
			usual = median(key, p)
	usual = 20 * usual * unit + 5 * pkg_usual[cpu] + 100
	for (p in span)
		for (i = 1; i <= steps[key, p]; i++) {
			s = step_s[key, p, i] + 0.01
			d = step[key, p, i] * unit
			if (d <= usual * s)
				continue
			n++
			if (step[key, p, i] > wrap / 2)
				back = 1
			else if (d > most)
				most = d
		}
	if (!n)
		return 0
	wrong("jump", sprintf("%s of %s %s between two readings of its register, %d times: what was counted is no energy", event, name_of(cpu), back ? "went back" : sprintf("went on by up to %.0f J", most), n))
	return 1
}
function zone_watts(cpu, event, p,    part, top, i, want)
{
	if (event == "energy-core")
		return -1
	split(place[cpu], part, " ")
	top = "package-" part[1]
	want = event == "energy-cores" ? "core" : event == "energy-gpu" ? "uncore" : event == "energy-ram" ? "dram" : ""
	for (i = 0; i < n_zones; i++) {
		if (event == "energy-psys") {
			if (zone_name[i] ~ /^psys/ && cpu == counting[0])
				break
		} else if (zone_top[i] == top || zone_top[i] == top "-die-" part[2])
			if (zone_name[i] == (want == "" ? zone_top[i] : want))
				break
	}
	return zone_s[i, p] ? zone_j[i, p] / zone_s[i, p] : -1
}

function judge_counter(cpu, event,    key, unit, p, u, w)
{
	key = cpu SUBSEP event
	w = name_of(cpu)
	verdict[key] = "ok"
	if (!(key in has_reg)) {
		verdict[key] = "no register"
		if (event != "energy-core" && event != "energy-psys" && event != "energy-gpu")
			wrong("missing", w " has no " event ": its register does not answer, others have one")
		return
	}
	unit = find_unit(cpu, event)
	unit_of[key] = unit
	u = unit ? unit : 2 ^ -bits(word32(value[cpu, "unit"], 0), 8, 5)
	for (p in span)
		msr_w[key, p] = pace(key, p) * u
	if (counts[key, "idle"] + counts[key, "busy"] == 0) {
		verdict[key] = "stands still"
		# Graphics may have nothing to do for a minute, and one package may count for the platform.
		if (event != "energy-gpu" && !(event == "energy-psys" && psys_moves))
			wrong("still", event " of " w " stands still while all CPUs work: its register does not count")
		return
	}
	if (find_jumps(cpu, event, u)) {
		verdict[key] = "jumps"
		return
	}
	if (!unit) {
		verdict[key] = "wrong"
		p = differ(pmu_w[key, "busy"], msr_w[key, "busy"], u) ? "busy" : "idle"
		wrong("module", sprintf("rapl_pmu says %s W for %s of %s, its register %s W: a fault of rapl_pmu, please report it", watts(pmu_w[key, p]), event, w, watts(msr_w[key, p])))
		# the others are not to blame that they differ from it
		return
	}
	for (p in span) {
		cap_w[key, p] = zone_watts(cpu, event, p)
		if (cap_w[key, p] >= 0 && differ(pmu_w[key, p], cap_w[key, p], u) && !((key, "cap") in told)) {
			told[key, "cap"] = 1
			verdict[key] = "differs"
			wrong("powercap", sprintf("powercap says %s W for %s of %s, rapl_pmu %s W: the two take it for another unit", watts(cap_w[key, p]), event, w, watts(pmu_w[key, p])))
		}
	}
	judge_theirs(cpu, event, u)
}
function judge_theirs(cpu, event, u,    p, key)
{
	key = cpu SUBSEP event
	for (p in span)
		if ((place[cpu], event, p) in theirs_w && differ(pmu_w[key, p], theirs_w[place[cpu], event, p], u) && !((key, "theirs") in told)) {
			told[key, "theirs"] = 1
			wrong("intree", sprintf("the kernel's own driver says %s W for %s of %s, rapl_pmu and the register %s W", watts(theirs_w[place[cpu], event, p]), event, name_of(cpu), watts(pmu_w[key, p])))
		}
}

# What the processor says to be made for, in watts; 0: it does not say
function limit_of(cpu, reg, from,    unit, word)
{
	unit = 2 ^ -bits(word32(value[cpu, "unit"], 0), 0, 4)
	word = word32(value[cpu, reg], from)
	if (reg == "limit" && !bits(word, 15, 1))
		return 0
	return bits(word, 0, 15) * unit
}
function judge_limits(cpu,    tdp, most, w, p)
{
	w = name_of(cpu)
	tdp = limit_of(cpu, "info", 0)
	# Both limits on, that for long and that for moments: no minute is above them.
	most = 0
	if (limit_of(cpu, "limit", 0) && limit_of(cpu, "limit", 1))
		most = max(tdp, max(limit_of(cpu, "limit", 0), limit_of(cpu, "limit", 1)))
	made_for = max(made_for, tdp)
	if (good(cpu, "energy-pkg")) {
		p = max(pmu_w[cpu, "energy-pkg", "idle"], pmu_w[cpu, "energy-pkg", "busy"])
		if (most && p > 1.2 * most) {
			verdict[cpu, "energy-pkg"] = "too high"
			wrong("unit", sprintf("energy-pkg of %s is %s W, but the processor keeps itself below %d W: the unit is too large, maybe by two", w, watts(p), most))
		} else if (tdp && (!load_share || p / tdp < load_share)) {
			load_share = p / tdp
			if (load_share < 0.6)
				doubt("unit", sprintf("energy-pkg of %s is %s W with all CPUs busy, less than 60 %% of the %d W that it is made for: a processor or a cooling of little power, or the unit is too small by two. A meter at the wall tells", w, watts(p), tdp))
		}
	}
	most = max(limit_of(cpu, "ram-info", 0), limit_of(cpu, "ram-info", 1))
	p = max(pmu_w[cpu, "energy-ram", "idle"], pmu_w[cpu, "energy-ram", "busy"])
	if (good(cpu, "energy-ram") && most && p > 1.5 * most) {
		verdict[cpu, "energy-ram"] = "too high"
		wrong("ram-unit", sprintf("energy-ram of %s is %s W, but the DRAM is made for %d W: its unit is too large, as where 2^-16 J is fixed and rapl_pmu does not know it", w, watts(p), most))
	}
}
function max(a, b) { return a > b ? a : b }
function good(cpu, event) { return verdict[cpu, event] == "ok" }

# Parts and wholes
function judge_sums(cpu,    w, p, pkg, part)
{
	w = name_of(cpu)
	p = "busy"
	pkg = pmu_w[cpu, "energy-pkg", p]
	if (!good(cpu, "energy-pkg") || pkg < 0.1)
		return
	if (good(cpu, "energy-psys")) {
		part = pmu_w[cpu, "energy-psys", p]
		if (part < 0.9 * pkg || part > 20 * packages * pkg + 1000) {
			verdict[cpu, "energy-psys"] = part < pkg ? "too low" : "too high"
			wrong("psys-unit", sprintf("energy-psys of %s is %s W, its package alone %s W: this platform counts in another unit, or not at all", w, watts(part), watts(pkg)))
		}
	}
	part = good(cpu, "energy-cores") ? pmu_w[cpu, "energy-cores", p] : place[cpu] in cores_seen ? cores_w[place[cpu], p] : 0
	if (part > 1.03 * pkg + 0.5)
		wrong("cores", sprintf("the cores of %s use %s W, all of it %s W: one of the two units is wrong", w, watts(part), watts(pkg)))
}
function judge_stamp(cpu,    s, p, key)
{
	key = cpu SUBSEP "stamped"
	if (!(key in has_reg))
		return
	s = stamps[cpu, "idle"] + stamps[cpu, "busy"]
	if (!s) {
		if (stamp_text == "none")
			stamp_text = "stands still"
		return
	}
	s /= (lasted[key, "idle"] + lasted[key, "busy"]) * 1e8
	stamp_text = sprintf("moves, %.4f of 100 MHz", s)
	if (s < 0.98 || s > 1.02)
		wrong("stamp", sprintf("the time of the last update of %s goes %.3f times as fast as the clock: update-time is no use", name_of(cpu), s))
	for (p in span)
		if (unit_of[cpu, "energy-pkg"] && verdict[cpu, "energy-pkg"] != "jumps" && differ(pace(key, p) * unit_of[cpu, "energy-pkg"], msr_w[cpu, "energy-pkg", p], unit_of[cpu, "energy-pkg"]))
			s = -1
	if (s < 0)
		wrong("stamp", "the stamped energy of " name_of(cpu) " is not that of energy-pkg")
}

function look_updates(    i, s, sum, squares, least, most, n)
{
	for (i = 0; i < runs; i++) {
		s = run[i] * burst_step * 1000
		sum += s * run_times[i]
		squares += s * s * run_times[i]
		if (!n || s < least)
			least = s
		if (s > most)
			most = s
		n += run_times[i]
	}
	if (n < 10)
		return "not seen"
	s = squares / n - sum / n * (sum / n)
	return sprintf("every %.3f ms, sd %.3f, %.3f to %.3f, of %d", sum / n, s > 0 ? sqrt(s) : 0, least, most, n)
}

function cell(w) { return sprintf(" %9s", watts(w)) }
function print_row(cpu, event,    key, p, row, phases)
{
	key = cpu SUBSEP event
	row = sprintf("%-4s %-5s %-7s", short_name(cpu), substr(event, 8), key in unit_of && unit_of[key] ? unit_text(unit_of[key]) : "-")
	split("idle busy", phases, " ")
	for (p = 1; p <= 2; p++)
		row = row cell(pmu_w[key, phases[p]]) cell((key, phases[p]) in msr_w ? msr_w[key, phases[p]] : -1) \
			cell((key, phases[p]) in cap_w ? cap_w[key, phases[p]] : -1) \
			cell((place[cpu], event, phases[p]) in theirs_w ? theirs_w[place[cpu], event, phases[p]] : -1) (p == 1 ? " |" : "")
	print row "  " verdict[key]
}
# A kernel that its owner built may have the machine's name.
function without_host(text,    i)
{
	while (length(host) > 2 && (i = index(text, host)))
		text = substr(text, 1, i - 1) "HOST" substr(text, i + length(host))
	return text
}

function error_of(    i, e, cpu, key, d, worst)
{
	for (cpu in instance)
		for (i = 0; i < n_events; i++) {
			key = cpu SUBSEP event_list[i]
			if (verdict[key] == "jumps" || !((key, "busy") in msr_w) || msr_w[key, "busy"] < 1)
				continue
			d = pmu_w[key, "busy"] / msr_w[key, "busy"] - 1
			worst = max(worst, d < 0 ? -d : d)
		}
	return sprintf("%.2f", worst * 100)
}

END {
	if (!n_counting || !("idle" in end) || !("busy" in end)) {
		print "rapl-doctor: rapl_pmu counted nothing: rapl-doctor without --verify says what is missing" >"/dev/stderr"
		exit 1
	}
	for (p in start)
		span[p] = end[p] - start[p]
	if (seconds == "")
		seconds = int(span["busy"] + 0.5)
	stamp_text = "none"
	for (i = 0; i < n_counting; i++) {
		cpu = counting[i]
		u = 2 ^ -bits(word32(value[cpu, "unit"], 0), 8, 5)
		if (counts[cpu, "energy-psys", "idle"] + counts[cpu, "energy-psys", "busy"] > 0)
			psys_moves = 1
		pkg_usual[cpu] = max(median(cpu SUBSEP "energy-pkg", "idle"), median(cpu SUBSEP "energy-pkg", "busy")) * u
	}
	for (i = 0; i < n_counting; i++) {
		cpu = counting[i]
		for (k = 0; k < n_events; k++)
			if ((cpu, event_list[k]) in pmu_has && (event_list[k] != "energy-core" || (cpu, "energy-core") in has_reg))
				judge_counter(cpu, event_list[k])
		judge_limits(cpu)
		judge_sums(cpu)
		judge_stamp(cpu)
		if (bits(word32(value[cpu, "filter"], 0), 0, 1)) {
			filter = "on"
			wrong("filter", "energy filtering is on in " name_of(cpu) " (MSR 0xbc bit 0): the energy is blurred, short windows are no use; SGX or the firmware's setup switches it")
		} else if (filter == "" && (cpu, "filter") in value)
			filter = "off"
	}
	# Every package, or die where the PMU counts by the die, has its counter.
	for (where in first_cpu)
		if (!(where in served) && !(vendor != "GenuineIntel" && (where + 0) in served_package))
			wrong("missing", name_of(first_cpu[where]) " is not counted: rapl_pmu has no CPU for it")

	print "--- rapl-doctor --verify 1: paste from here ---"
	printf "cpu     %s %d/0x%02x/%d %s\n", vendor, family, model, stepping, cpu_name
	printf "machine %s, %d package%s, %d CPUs%s\n", real, packages, (packages > 1 ? "s" : ""), n_cpus, (made_for ? sprintf(", made for %d W", made_for) : "")
	printf "kernel  %s, rapl_pmu %s, %d s idle, %d s busy\n", without_host(kernel), version, seconds, seconds
	printf "%-18s %9s %9s %9s %9s | %9s %9s %9s %9s\n", "watts", "idle", "register", "powercap", "in-tree", "busy", "register", "powercap", "in-tree"
	for (i = 0; i < n_counting; i++)
		for (k = 0; k < n_events; k++)
			if ((counting[i], event_list[k]) in verdict)
				print_row(counting[i], event_list[k])
	print "error   rapl_pmu beside the registers: " error_of() " %"
	print "updates " look_updates()
	print "stamp   " stamp_text
	print "filter  " (filter == "" ? "none" : filter)
	for (i = 0; i < n_found; i++)
		print found[i]
	print "result  " (bad ? "something is wrong, see above" : doubts ? "nothing wrong, but see above" : "nothing wrong")
	print "--- to here ---"
	exit bad
}
