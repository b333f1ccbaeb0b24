# SPDX-License-Identifier: GPL-2.0-only
# If this fails, energy-profile gives joules to programs that did not use them. Two
# programs of different power: alpha goes from package to package, beta has a thread on each.
# tier: @tier@
# kernels: 6.1 7
# smp: 4,sockets=2,cores=2
# mem: 1024
# model: vendor=intel,packages=2,pkg0=10/5/5/0/0,pkg1=12/5/5/0/0,work=10:20:50,jitter=icelake-sp
# icount: shift=0,sleep=off
# timeout: 1200
# undebugged: the shares are of a kernel whose samples use next to nothing, on 7-kcsan they use 1.4 W of each package
# append: tsc_early_khz=1000000
# guest: work rapltruth
# tools: @perf@ mawk setpriv
# files: scripts/energy-profile:usr/bin/energy-profile tests/guest/profile_case.sh:usr/lib/profile_case.sh

plan 10
. /usr/lib/profile_case.sh
mkdir /tmp/bin
ln -s "$(command -v @perf@)" /tmp/bin/perf
PATH=/tmp/bin:$PATH
refused() { want=$1; shift; out=$("$@" 2>&1) && return 1; echo "$out" | grep -q "^energy-profile: $want" || { echo "$out"; return 1; }; }
check "without the module it says what to do" refused 'this machine has no PMU power: run modprobe rapl_pmu' energy-profile record true
check "load" load_mod rapl_pmu
nobody() { refused "you may not measure the whole machine: run as root" /usr/bin/setpriv --reuid 65534 --clear-groups energy-profile record -o /tmp/nobody true; }
check "without rights, too" nobody

two_programs @seconds@ @every@
recorded()
{
	truth /tmp/before
	energy-profile record -F @hz@ -o /tmp/both.profile sh /tmp/both
	[ $? -eq 7 ] || return 1
	truth /tmp/after
}
check "record ends with the command's status" recorded
# The machine itself: 20 W, twice 50 W, and next to nothing for all else
machine()
{
	awk -v s=@seconds@ '
	FILENAME == "/tmp/began" { joules[$1] -= $2 + $3; next }
	{ joules[$1] += $2 + $3 }
	END {
		printf "%.3f J, %.3f J, others %.3f J\n", joules[1], joules[2], joules[0]
		exit !(joules[1] > 19.5 * s && joules[1] < 20.5 * s && joules[2] > 98 * s && joules[2] < 102 * s && joules[0] < 2 * s + 6)
	}' /tmp/began /tmp/ended
}
check "each CPU uses what its program uses" machine
energy-profile report -i /tmp/both.profile >/tmp/report
diag "$(head -n 9 /tmp/report)"
check "alpha, @percent@ %" within alpha 1 @percent@
check "beta, @percent@ %" within beta 2 @percent@
diag "alpha $(error_of alpha 1) %, beta $(error_of beta 2) %"
stacks() { energy-profile folded -i /tmp/both.profile >/tmp/folded && grep '^beta;work_2 [0-9]*$' /tmp/folded && grep -q '^idle [0-9]*$' /tmp/folded; }
check "stacks" stacks

# Energy flows only while all is recorded.
cat >/tmp/pulse <<'WORK'
work gamma 1 2 0,2 every=0.3 &
sleep 0.2
rapltruth pulse 1 /tmp/truth
wait
WORK
sum()
{
	rapltruth stop
	energy-profile record -F @hz@ -o /tmp/pulse.profile sh /tmp/pulse || return 1
	energy-profile report -b thread -i /tmp/pulse.profile >/tmp/rows
	awk '
	FILENAME == "/tmp/truth" { if ($2 == "pkg") truth += $3; next }
	!/^#/ { joules += $1 }
	END {
		printf "%.3f J, truth %.3f J\n", joules, truth
		exit !(truth > 30 && joules / truth < 1.001 && joules / truth > 0.999)
	}' /tmp/truth /tmp/rows || { cat /tmp/rows; return 1; }
}
check "all rows together are what the packages used" sum
rapltruth go
check "rmmod" unload_mod rapl_pmu
