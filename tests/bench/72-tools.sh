# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. What reading the energy of two packages costs by tool, at 1,
# 100 and 1000 readings a second: how far it is off, how often it reads 0, what it executes, and whom it
# wakes up. CPUs 3 and 4 are isolated, 3 is the first of its package. CPUs use 10 W while they execute
# anything, which is 10 nJ an instruction.
# kernels: 7
# smp: 6,sockets=2,cores=3
# mem: 3072
# model: vendor=intel,packages=2,pkg0=80/40/12/0/0,pkg1=100/40/12/0/0,work=10,absent=gpu+psys,jitter=icelake-sp
# append: isolcpus=3,4 nohz_full=3,4 tsc_early_khz=1000000
# intree: rapl msr intel_rapl_msr
# guest: poll rapltruth pcp_case
# tools: perf@newest mawk
# tree: pcp13 alumet
# files: rapl_pmu/examples/pcp-perfevent.conf:srv/pcp13/etc/pcp/perfevent/perfevent.conf
# timeout: 3600

plan 5
awk() { /usr/bin/mawk "$@"; }

# Each starts to read, with $hz and for $long seconds, in the background, into /tmp/out or /srv.
# What it has read comes out as "PACKAGE JOULES", a line a reading.
loop() { poll "$hz" "$@" >/tmp/out & }
loop_perf() { loop power/energy-pkg@0 power/energy-pkg@5; }
loop_intree() { loop power/energy-pkg@0 power/energy-pkg@3; }
loop_msr() { loop /dev/cpu/0/msr /dev/cpu/3/msr; }
loop_powercap() { loop /sys/class/powercap/intel-rapl:0/energy_uj /sys/class/powercap/intel-rapl:1/energy_uj; }
of_loop() { cat /tmp/out; }

perf_stat()
{
	perf@newest stat -j -a --per-socket -I $((1000 / hz)) -e power/energy-pkg/ -o /tmp/out \
		sleep "$long" 2>/tmp/words &
}
of_perf() { sed -n 's/.*"socket" : "S\([01]\)".*"counter-value" : "\([0-9.]*\)".*/\1 \2/p' /tmp/out; }

csv=/srv/alumet/tmp/out.csv
alumet()
{
	rm -f $csv
	chroot /srv/alumet /usr/lib/alumet/bin/alumet-agent --plugins rapl,csv \
		--config-override "plugins.rapl.poll_interval=\"$((1000 / hz))ms\"" \
		--config-override "plugins.rapl.no_perf_events=$1" \
		--config-override 'plugins.csv.output_path="/tmp/out.csv"' run >/tmp/words 2>&1 &
}
alumet_perf() { alumet false; }
alumet_powercap() { alumet true; }
of_alumet() { awk -F'[; ]' '$1 == "rapl_consumed_energy_J" && $8 == "package" { print $5, $3 }' $csv; }

pcp=/srv/pcp13
energy=perfevent.derived.energy_pkg.value
pcp_pmval()
{
	chroot $pcp pmval -h localhost -r -f 6 -w 20 -t $((1000 / hz))msec $energy >/tmp/out 2>/tmp/words &
}
# The counters so far
of_pcp()
{
	awk '$1 ~ /^[0-9.]+$/ && $2 ~ /^[0-9.]+$/ {
		if (n++) {
			printf "0 %.6f\n", $1 - a
			printf "1 %.6f\n", $2 - b
		}
		a = $1
		b = $2
	}' /tmp/out
}

nothing() { sleep "$long" & }
of_none() { :; }

# so_far FILE: what was executed, in million instructions, then what each CPU was interrupted by
# others, and at all
so_far()
{
	{
		echo "work $(rapltruth get 0 work0) $(rapltruth get 1 work0)"
		cat /proc/interrupts
	} | awk '
		$1 == "work" { print ($2 + $3) * 100; next }
		NR == 2 { cpus = NF; next }
		{
			for (i = 0; i < cpus; i++) {
				all[i] += $(i + 2)
				if ($1 ~ /^(RES|CAL|TLB|IWI):/)
					other[i] += $(i + 2)
			}
		}
		END { for (i = 0; i < cpus; i++) print other[i] + 0, all[i] }' >"$1"
}

# cost TOOL FORMAT HZ SECONDS
cost()
{
	hz=$3
	long=$(($4 + 5))
	"$1"
	sleep 2
	so_far /tmp/before
	rapltruth pulse "$4" /tmp/truth
	so_far /tmp/after
	sleep 2
	# ALUMET has much to write when it is interrupted
	case $2 in
	alumet) kill -INT $! ;;
	*) kill -TERM $! ;;
	esac
	wait $!
	"of_$2" >/tmp/samples
	awk -v name="value tools.$1.$hz" -v seconds="$4" '
		FILENAME == "/tmp/before" || FILENAME == "/tmp/after" {
			sign = FILENAME == "/tmp/after" ? 1 : -1
			if (FNR == 1)
				instructions += sign * $1
			else if (FNR < 5)
				own += sign * $1
			else
				others += sign * $1
			if (FNR == 5 || FNR == 6)
				isolated += sign * $2
			next
		}
		FILENAME == "/tmp/truth" { if ($2 == "pkg") truth += $3; next }
		# energy flows only meanwhile: not those before the first that is more than 0, and behind the last
		$2 > 0 {
			sum += $2
			if (seen[$1]++) {
				n[$1] += 1 + none[$1]
				zero += none[$1]
			} else {
				n[$1] = 1
			}
			none[$1] = 0
			next
		}
		{ none[$1]++ }
		END {
			readings = n[0] + n[1]
			print name ".readings", readings / 2 / seconds
			print name ".error", readings ? (sum / truth - 1) * 100 : 0
			print name ".zero", readings ? zero / readings * 100 : 0
			print name ".executed", instructions / seconds
			print name ".own", own / seconds
			print name ".other", others / seconds
			print name ".isolated", isolated / seconds
		}' /tmp/before /tmp/after /tmp/truth /tmp/samples
}

# costs TOOL FORMAT: three times at each rate
costs()
{
	for _ in 1 2 3; do
		cost "$1" "$2" 1 10 && cost "$1" "$2" 100 4 && cost "$1" "$2" 1000 2 || return
	done
}

rapltruth stop
check "load" load_mod rapl_pmu
check "powercap and msr" modprobe -a msr intel_rapl_msr
open_tree alumet
. /usr/bin/pcp_case
taskset -p 2 $$ >/dev/null	# CPU 1
start_pmcd
check "pmcd answers" wait_for 60 pcp_answers $energy
sleep 60	# what came with the boot is over
ours()
{
	costs nothing none
	costs loop_perf loop && costs perf_stat perf && costs alumet_perf alumet && costs pcp_pmval pcp &&
		costs loop_powercap loop && costs alumet_powercap alumet && costs loop_msr loop
}
if ours; then ok ours; else not_ok ours; fi
killall pmcd
wait_for 10 unload_mod rapl_pmu >/dev/null
modprobe rapl
diag "in-tree rapl is on CPUs $(cat /sys/bus/event_source/devices/power/cpumask)"
if costs loop_intree loop; then ok in-tree; else not_ok in-tree; fi
