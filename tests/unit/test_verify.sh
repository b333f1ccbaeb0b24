#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_verify.sh - what rapl-doctor --verify says of records: two that 69-verify-two and
# 69-verify-amd made on emulated machines, and these with faults put in
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

intel=tests/unit/verify/two.rec
amd=tests/unit/verify/amd.rec

# change EVENT MUL DIV [JUMP [WHERE...]]: in the record that comes in the increments of this event are
# multiplied by MUL/DIV, and after six samples JUMP is added; WHERE: of registers, ours,
# theirs, powercap (all). EVENT "time" is that of MSR 0x612.
change()
{
	local event=$1 mul=$2 div=$3 jump=${4:-0} where=" ${*:5} " line word i=0 n=0 values=() zones=() first=() v low high
	local -A zone_event=([core]=energy-cores [uncore]=energy-gpu [dram]=energy-ram [psys]=energy-psys)
	[ "$where" != '  ' ] || where=' registers ours theirs powercap '
	while IFS= read -r line; do
		read -ra word <<<"$line"
		case $line in
		'reg '*) values+=("${word[2]}") ;;
		'zone '*) zones+=("${zone_event[${word[2]}]:-energy-pkg}") ;;
		'phase '*) first=() n=0 ;;
		'registers '*) i=0 n=$((n + 1)) ;;
		'zones '*) i=1000 ;;
		"perf "*" $event "*)
			if [[ $where == *" $([ "${word[2]}" = power ] && echo theirs || echo ours) "* ]]; then
				v=$((10#${word[4]/./} * mul / div))
				line="${word[*]:0:4} $((v / 100)).$(printf %02d $((v % 100))) ${word[5]}"
			fi
			;;
		*' '*) ;;
		*)
			if [ $i -lt 1000 ]; then
				low=$((16#${line:8}))
				high=$((16#${line:0:8}))
				first[i]=${first[i]:-$low}
				first[i + 500]=${first[i + 500]:-$high}
				if [ "${values[i]}" = "$event" ] && [[ $where == *' registers '* ]]; then
					low=$((first[i] + (low - first[i] & 0xffffffff) * mul / div + (n > 6 ? jump : 0) & 0xffffffff))
				elif [ "${values[i]}/$event" = stamped/time ]; then
					high=$((first[i + 500] + (high - first[i + 500] & 0xffffffff) * mul / div & 0xffffffff))
				fi
				line=$(printf '%08x%08x' $high $low)
			elif [ "${zones[i - 1000]}" = "$event" ] && [[ $where == *' powercap '* ]]; then
				first[i]=${first[i]:-$line}
				line=$((first[i] + (line - first[i]) * mul / div))
			fi
			i=$((i + 1))
			;;
		esac
		printf '%s\n' "$line"
	done
}

# without CPU EVENT: the register does not answer, and rapl_pmu counts 0
without()
{
	awk -v cpu="$1" -v event="$2" '
	$1 == "reg" { if ($2 == cpu && $3 == event) { gone = n++; next } n++ }
	$1 == "registers" { at = times = 0 }
	$1 == "at" && times++ == gone { next }
	$1 == "zones" { at = 1000 }
	NF == 1 && at++ == gone { next }
	$1 == "perf" && $2 == cpu && $4 == event { $5 = "0.00" }
	{ print }'
}

# late: the record, as if in each half the registers of CPU 2 had first been read when four
# fifths of the time to the second reading were over
late()
{
	local lines=() cpus=() first_at=() first=() k sample i t text low high
	# where between two numbers that is
	later() { echo $(($1 + ($2 - $1) * 4 / 5)); }
	mapfile -t lines <"$intel"
	for k in "${!lines[@]}"; do
		text=${lines[k]#at }
		case ${lines[k]} in
		'reg '*) read -r _ cpus[${#cpus[@]}] _ <<<"$text" ;;
		'phase '*) sample=0 ;;
		'registers '*) sample=$((sample + 1)) i=0 t=0 ;;
		'at '*)
			if [ $sample -eq 1 ]; then
				first_at[t]=$k
			elif [ $sample -eq 2 ] && [ "${cpus[t]-}" = 2 ]; then
				low=${lines[first_at[t]]#at }
				low=$(later "${low/./}" "${text/./}")
				lines[first_at[t]]="at $((low / 100)).$(printf %02d $((low % 100)))"
			fi
			t=$((t + 1))
			;;
		*' '*) ;;
		*)
			# behind the registers come the zones
			if [ $sample -eq 1 ]; then
				first[i]=$k
			elif [ $sample -eq 2 ] && [ "${cpus[i]-}" = 2 ]; then
				high=$(later $((16#${lines[first[i]]:0:8})) $((16#${text:0:8})))
				low=$(later $((16#${lines[first[i]]:8})) $((16#${text:8})))
				lines[first[i]]=$(printf '%08x%08x' "$high" "$low")
			fi
			i=$((i + 1))
			;;
		esac
	done
	printf '%s\n' "${lines[@]}"
}

judge() { awk -f scripts/verify.awk -v seconds=6 -v host=secret; }
# says WORDS: of the record that comes in, these are found
says()
{
	local rc=0 want_rc=0 got want=$1
	judge >"$work/out" || rc=$?
	got=$(sed -n 's/^\([a-z]*\) \(\[[a-z-]*\]\).*/\1 \2/p' "$work/out" | sort -u | tr '\n' ' ')
	[[ $want != *wrong* ]] || want_rc=1
	if [ "${got% }" != "$want" ] || [ $rc -ne "$want_rc" ]; then
		echo "status $rc, found '$got', wanted '$want'"
		cat "$work/out"
		return 1
	fi
}
good() { says '' <"$1"; }
# with FINDING EVENT MUL DIV...
with() { change "${@:2}" <"$intel" | says "$1"; }
# value NAME HEX
value() { sed "s/^\(value [0-9]* $1\) .*/\1 $2/"; }
with_value() { value "$2" "$3" <"$intel" | says "$1"; }

# In each half the zones were first read 0.3 s later than all else, and had gone on until then
# as they did from the second reading to the third.
zones_late()
{
	awk '
	FNR == 1 { half = 0 }
	$1 == "phase" { half++; sample = 0 }
	$1 == "phase" || $1 == "registers" { zone = 0 }
	$1 == "zones" { sample++; zone = 1 }
	NR == FNR {
		if (zone && $1 == "at") now = $2
		if (zone && NF == 1) { value[half, sample, zone] = $1; time[half, sample, zone++] = now }
		next
	}
	zone && sample == 1 && $1 == "at" { $2 += 0.3 }
	zone && sample == 1 && NF == 1 {
		$1 = sprintf("%.0f", $1 + 0.3 * (value[half, 3, zone] - value[half, 2, zone]) / (time[half, 3, zone] - time[half, 2, zone]))
		zone++
	}
	{ print }' "$intel" "$intel" | says ''
}

# The watts of a counter: PLACE NAME COLUMN (1 to 8) is WATTS within 2 %
column()
{
	judge <"$1" | awk -v place="$2" -v name="$3" -v column="$4" -v want="$5" '
	$1 == place && $2 == name {
		sub(/^[^ ]+ +[^ ]+ +(2.-[0-9]+ J|-) +/, "")
		sub(/ [|]/, "")
		got = $column
	}
	END { print got; exit !(got > want * 0.98 && got < want * 1.02) }'
}
all_columns()
{
	local i
	for i in 1 2 3 4 5 6 7 8; do
		column $intel S1 pkg $i 120 || return 1
		column $intel S0 ram $i 15 || return 1
	done
	column $amd S1 core 6 25
}
line_of() { judge <"$1" | grep -qE "$2" || { judge <"$1"; return 1; }; }

read_late() { late | says ''; }
register_missing() { without 2 energy-pkg <"$intel" | says 'wrong [missing]'; }
package_missing() { grep -v '^perf 2 ' "$intel" | says 'wrong [missing]'; }
psys_missing() { without 2 energy-psys <"$intel" | says ''; }
no_limit() { sed '/^value [0-9]* \(limit\|info\)/d' "$intel" | says ''; }
above_limits() { value limit 0000824080008210 <"$intel" | value info 0000000000000200 | says 'wrong [unit]'; }
limits_off() { value limit 00000258000001e0 <"$intel" | value info 00000000000001e0 | says ''; }
one_psys() { awk '$1 == "reg" { n++; if ($2 == 2 && $3 == "energy-psys") at = n } $1 == "registers" { i = 0 } $1 == "zones" { i = 1000 } NF == 1 && ++i == at { $1 = "0000000000000007" } $1 == "perf" && $2 == 2 && $4 == "energy-psys" { $5 = "0.00" } { print }' "$intel" | says '' && grep -q '^S1 .*stands still' "$work/out"; }
graphics_rest() { sed 's/energy-cores/energy-gpu/' "$intel" | change energy-gpu 0 1 | says '' && grep -q '^S0 .*stands still' "$work/out"; }
stamp_still() { with '' time 0 1 && grep -q '^stamp   stands still' "$work/out"; }
# Four counters with one fault, of which three are told
many()
{
	change energy-pkg 2 1 0 powercap <"$intel" | change energy-cores 2 1 0 powercap | says 'wrong [powercap]' || return 1
	[ "$(grep -c '^wrong' "$work/out")" -eq 4 ] && grep -qx 'wrong \[powercap\] and more of the kind' "$work/out"
}
nothing() { ! judge </dev/null 2>"$work/err" && [ "$(wc -l <"$work/err")" -eq 1 ]; }
host_hidden()
{
	sed 's/^kernel .*/kernel 6.1.0-secret-amd64/' "$intel" | judge >"$work/out"
	grep -q '^kernel  6.1.0-HOST-amd64, ' "$work/out" && ! grep -q secret "$work/out"
}

# reports FOLDER: the table that readme-table would write of it
table() { mkdir -p "$work/tree" && cp -r scripts README.md rapl_pmu kvm_arm_mpstate "$work/tree/" && mkdir -p "$work/tree/tests" && cp -r tests/lab tests/README.md "$work/tree/tests/" &&
	"$work/tree/scripts/readme-table" -r "$1" >/dev/null 2>"$work/err" && "$work/tree/tests/lab/md-block" --print 'real machines'; }
report_of() { sed 's/^machine .*/machine real/' "$1" | judge; }
rows()
{
	mkdir -p "$work/reports"
	report_of "$intel" | sed 's/^/  /; s/$/\r/' >"$work/reports/one.txt"
	{ echo 'Dear all,'; change energy-cores 0 1 <"$intel" | sed 's/^machine .*/machine real/' | judge; echo 'cpu bye'; } >"$work/reports/two.txt"
	table "$work/reports" >"$work/table" || { cat "$work/err"; return 1; }
	cat "$work/table"
	[ "$(wc -l <"$work/table")" -eq 4 ] &&
		grep -qxE '\| Intel Core Processor \(Skylake\) \| GenuineIntel 6/0x6a/3 \| 2, 4 CPUs \| 6\.1\.[^ |]*-amd64 \| 0\.9 \| cores, pkg, psys, ram \| [0-9.]+ % \| 1\.0[0-9]* ms \| nothing wrong \|' "$work/table" &&
		grep -qE '\| still \|$' "$work/table"
}
none() { mkdir -p "$work/empty" && [ "$(table "$work/empty")" = 'None has been reported yet.' ]; }
# refused WHY: the report that comes in
refused()
{
	rm -rf "$work/bad"
	mkdir "$work/bad"
	cat >"$work/bad/bad.txt"
	if table "$work/bad" >/dev/null || ! grep -q "^readme-table: bad.txt $1" "$work/err"; then
		cat "$work/err"
		return 1
	fi
}
virtual_refused() { judge <"$intel" | refused 'is of a virtual machine'; }
half_refused() { report_of "$intel" | head -n 6 | refused 'has no whole block'; }
no_markup()
{
	rm -rf "$work/reports"
	mkdir "$work/reports"
	report_of "$intel" | sed 's,Skylake,<b>|[x](http://y),' >"$work/reports/one.txt"
	! table "$work/reports" | tail -n 1 | grep '[]<>[]' && table "$work/reports" | tail -n 1 | awk -F '|' '{ exit NF != 11 }'
}

point "Intel, two packages: nothing wrong" good $intel
point "AMD: nothing wrong" good $amd
point "watts in each of the four ways" all_columns
point "how often the counter moves" line_of $intel '^updates every (0\.9[5-9]|1\.0[0-5])[0-9] ms, sd 0\.[0-9]{3}, 0\.[0-9]{3} to [23]\.[0-9]{3}, of [0-9]{3,}$'
point "the stamp goes at 100 MHz" line_of $intel '^stamp   moves, (0\.99|1\.00)[0-9]{2} of 100 MHz'
point "the unit is told" line_of $intel '^S0 +ram +2\^-16 J '

point "rapl_pmu twice its register" with 'wrong [module]' energy-cores 2 1 0 ours
point "rapl_pmu 4 % above its register" with 'wrong [module]' energy-pkg 104 100 0 ours
point "1 % is no fault" with '' energy-pkg 101 100 0 ours
point "zones that were read late" zones_late
point "powercap a quarter" with 'wrong [powercap]' energy-ram 1 4 0 powercap
point "the kernel's own driver a tenth too much" with 'wrong [intree]' energy-pkg 11 10 0 theirs
point "a package above its limits" above_limits
point "but not if one of them allows it" with_value '' info 0000000000000200
point "a limit that is off is none" limits_off
point "half of what it is made for" with_value 'doubt [unit]' info 0000000000000960
point "no limit known: no word about it" no_limit
point "DRAM above its limit" with 'wrong [ram-unit]' energy-ram 7 1
point "a platform in another unit" with 'wrong [psys-unit]' energy-psys 1 16384
point "and the other way round" with 'wrong [psys-unit]' energy-psys 50 1
point "cores above their package" with 'wrong [cores]' energy-cores 3 2
point "a register that stands" with 'wrong [still]' energy-cores 0 1
point "also that of the DRAM" with 'wrong [still]' energy-ram 0 1
point "one package may count for the platform" one_psys
point "graphics may rest" graphics_rest
point "a jump by 512 J" with 'wrong [jump]' energy-ram 1 1 $((1 << 25)) registers
point "and back" with 'wrong [jump]' energy-pkg 1 1 -1000000 registers
point "registers that were first read late" read_late
point "a register missing in one package" register_missing
point "a package that is not counted" package_missing
point "the platform's may be missing" psys_missing
point "the stamp goes too fast" with 'wrong [stamp]' time 11 10
point "the stamp stands still: told, no fault" stamp_still
point "filtering" with_value 'wrong [filter]' filter 0000000000000001
point "many faults of a kind are told in four lines" many
point "nothing recorded" nothing
point "the name of the machine is in no block" host_hidden
# The packages put beside the table of troubles what --verify needs.
packaged() { ! grep -L 'scripts/verify.sh scripts/verify.awk' scripts/deb/debian/rules scripts/rpm/*.spec.in | grep .; }

point "both packages have it" packaged
point "reports become a table" rows
point "no report: a sentence" none
point "a virtual machine's is refused" virtual_refused
point "half a block is refused" half_refused
point "no mark-up of strangers" no_markup
finish
