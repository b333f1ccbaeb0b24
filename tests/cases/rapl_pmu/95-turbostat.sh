# SPDX-License-Identifier: GPL-2.0-only
# If this fails, turbostat does not take its power from our PMU, or the watts
# are wrong. In 95-turbostat.table: a client, and a server with update-time in the list.
# tier: @tier@
# kernels: 6.1 7
# timeout: 480
# mem: 768
# smp: 2,sockets=2,cores=1
# cpu: @cpu@
# model: vendor=intel,packages=2,@model@
# icount: shift=0,sleep=off
# guest: rapltruth
# tools: turbostat@newest turbostat@new strace

plan 6

check "load" load_mod rapl_pmu
type=$(printf '0x%x' "$(cat /sys/bus/event_source/devices/power/type)")

run() { strace -f -o /tmp/trace -e trace=perf_event_open turbostat --no-msr --quiet --show Package,PkgWatt,CorWatt,RAMWatt --interval 3 --num_iterations 2 >/tmp/out 2>&1; }
check "turbostat" run
diag "$(cat /tmp/out)"

# A line a package after the sum of both; without a column Package the CPU tells.
watts()
{
	awk -v want0="65 45 5" -v want1="110.5 80 12" '
	function near(have, want) { return have > want * 0.98 && have < want * 1.02 }
	/Watt/ {
		for (i = 1; i <= NF; i++)
			column[$i] = i
		lines = 0
		next
	}
	NF && column["PkgWatt"] {
		# the first line is the sum
		if (lines++) {
			split(lines == 2 ? want0 : want1, want, " ")
			if (!near($column["PkgWatt"], want[1]) || !near($column["RAMWatt"], want[3]) ||
			    (@cores@ && !near($column["CorWatt"], want[2]))) {
				print "expected " (lines == 2 ? want0 : want1) ": " $0
				bad = 1
			}
			n++
		}
	}
	END { exit bad || n < 4 }' /tmp/out
}
check "package, DRAM and, if counted, cores within 2 % of truth" watts
by_perf()
{
	least=@opened@
	opened=$(grep -c "perf_event_open({type=$type.*) = [0-9]" /tmp/trace)
	echo "$opened events of type $type were opened"
	[ "$opened" -ge "$least" ] || { head -5 /tmp/trace; return 1; }
}
check "by perf_event_open() of our type" by_perf

# In joules, of both packages: energy flows only while the command lasts that turbostat measures.
rapltruth stop
cores=@cores@
# by TURBOSTAT DEBIAN
by()
{
	"$1" --no-msr --quiet --Joules --show Package,Pkg_J,Cor_J,RAM_J --out /tmp/table rapltruth pulse 4 /tmp/truth 2>/tmp/words
	# A line a package after the sum of both
	awk -v cores=$cores '
	BEGIN { name["Pkg_J"] = "pkg"; name["Cor_J"] = "cores"; name["RAM_J"] = "ram" }
	FILENAME == "/tmp/truth" { truth[$2 $1] = $3; next }
	/_J/ { columns = split($0, column); next }
	columns && lines++ {
		for (i = 1; i <= columns; i++) {
			if (!(column[i] in name) || (column[i] == "Cor_J" && !cores))
				continue
			what = name[column[i]] (lines - 2)
			print what, $i, truth[what]
		}
	}' /tmp/truth /tmp/table >/tmp/joules
	[ -s /tmp/joules ] || diag "$(cat /tmp/words /tmp/table)"
	agrees "joules by turbostat of Debian $2, 0.5 %" 0.5 $((4 + 2 * cores)) /tmp/joules \
		"turbostat $("$1" --version 2>&1 | sed -n 's/^turbostat version \([^ ]*\).*/\1/p'), Debian $2"
}
by turbostat@new 13
by turbostat@newest "13 backports"
