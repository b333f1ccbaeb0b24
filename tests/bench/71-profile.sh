# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. How far energy-profile is off by sampling rate, and how
# many instructions it takes on an idle machine beside plain perf record: CPUs use 10 W here while
# they execute anything, which is 10 nJ an instruction.
# kernels: 7
# smp: 4,sockets=2,cores=2
# mem: 1024
# model: vendor=intel,packages=2,pkg0=10/5/5/0/0,pkg1=12/5/5/0/0,work=10:20:50,jitter=icelake-sp
# append: tsc_early_khz=1000000
# guest: work rapltruth
# tools: perf@newest mawk
# files: scripts/energy-profile:usr/bin/energy-profile tests/guest/profile_case.sh:usr/lib/profile_case.sh
# timeout: 3600

plan 2
mkdir /tmp/bin
ln -s "$(command -v perf@newest)" /tmp/bin/perf
PATH=/tmp/bin:$PATH
. /usr/lib/profile_case.sh
check "load" load_mod rapl_pmu
two_programs 10 0.05
# executed COMMAND...: million instructions
executed()
{
	truth /tmp/before
	"$@" >/dev/null 2>&1 || return
	truth /tmp/after
	awk '{ sum += (FILENAME == "/tmp/after" ? 1 : -1) * ($2 + $3) } END { printf "%.1f\n", sum * 100 }' /tmp/before /tmp/after
}
less() { awk -v a="$1" -v b="$2" -v by="$3" 'BEGIN { printf "%.2f\n", (a - b) / by }'; }
profiles()
{
	for hz in 97 297 997 3997; do
		truth /tmp/before
		energy-profile record -F $hz -o /tmp/profile sh /tmp/both
		truth /tmp/after
		energy-profile report -i /tmp/profile >/tmp/report || return
		sed 's/^/# /' /tmp/report
		echo "value profile.$hz.goes $(error_of alpha 1)"
		echo "value profile.$hz.stays $(error_of beta 2)"
		# a minute more or less, so without their start and end
		short=$(executed perf record -a -F $hz -e cpu-clock -o /tmp/perf.data sleep 1)
		long=$(executed perf record -a -F $hz -e cpu-clock -o /tmp/perf.data sleep 61)
		echo "value profile.$hz.perf_record $(less "$long" "$short" 60)"
		short=$(executed energy-profile record -F $hz -o /tmp/profile sleep 1)
		long=$(executed energy-profile record -F $hz -o /tmp/profile sleep 61)
		echo "value profile.$hz.energy_record $(less "$long" "$short" 60)"
	done
}
if profiles; then ok profiles; else not_ok profiles; fi
