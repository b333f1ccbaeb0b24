# SPDX-License-Identifier: GPL-2.0-only
# If this fails, rapl-doctor --verify overlooks what is wrong with a machine's energy, finds
# fault with a machine on which all is well, or does not leave the machine as it was.
# tier: @tier@
# kernels: @kernels@
# timeout: 900
# smp: @smp@
# cpu: @cpu@
# model: @model@
# icount: shift=3,sleep=off
# append: tsc_early_khz=1000000
# guest: rapltruth
# tools: @perf@ mawk
# intree: rapl msr ?intel_rapl_msr
# files: scripts/doctor:usr/bin/rapl-doctor scripts/verify.sh:usr/share/power-kmods/verify.sh scripts/verify.awk:usr/share/power-kmods/verify.awk

# 12 s, of which half is idle
mkdir /tmp/bin
# What is true for each half goes to /tmp/truth, from within perf stat: joules and seconds,
# four times. perf's own start takes a while here.
cat >/tmp/bin/perf <<'PERF'
#!/bin/sh
for arg; do
	shift
	set -- "$@" "$arg"
	[ "$arg" != -- ] || set -- "$@" /tmp/bin/within
done
exec /usr/bin/@perf@ "$@"
PERF
cat >/tmp/bin/within <<'WITHIN'
#!/bin/sh
truth() { rapltruth get 0 pkg; read -r up _ </proc/uptime; echo "$up"; }
truth >>/tmp/truth
"$@"
status=$?
truth >>/tmp/truth
exit $status
WITHIN
chmod +x /tmp/bin/*
export AWK=/usr/bin/mawk
PATH=/tmp/bin:$PATH
hostname secretname
pmus=/sys/bus/event_source/devices
want='@found@'

verified()
{
	VERIFY_RECORD=/tmp/record rapl-doctor --verify 12 >/tmp/block 2>/tmp/progress
	status=$?
	cat /tmp/progress
	case $want in wrong*) [ $status = 1 ] ;; *) [ $status = 0 ] ;; esac
}
# The words in brackets, once each, are those of the table.
named()
{
	got=$(sed -n 's/^\([a-z]*\) \(\[[a-z-]*\]\).*/\1 \2/p' /tmp/block | sort -u | tr '\n' ' ')
	[ "${got% }" = "$want" ] || { echo "found '$got', wanted '$want'"; return 1; }
}
# What the counter said of the package, by the truth; what load makes of it
factor()
{
	awk -v factor=@factor@ -v load=@busy@ '
	FILENAME == "/tmp/truth" { truth[FNR] = $1; next }
	/^S0 +pkg / {
		sub(/^S0 +pkg +(2.-[0-9]* J|-) +/, "")
		idle = $1
		sub(/.*[|]/, "")
		busy = $1
	}
	function near(a, b, percent) { return a > b * (1 - percent / 100) && a < b * (1 + percent / 100) }
	END {
		real_idle = (truth[3] - truth[1]) / (truth[4] - truth[2])
		real_busy = (truth[7] - truth[5]) / (truth[8] - truth[6])
		printf "package 0: %.2f W in truth, %.2f W said; under load %.2f W, %.2f W said\n", real_idle, idle, real_busy, busy
		exit !(near(idle, factor * real_idle, 3) && near(busy, factor * real_busy, 3) && near(busy / idle, load, 8))
	}' /tmp/truth /tmp/block
}
# The model updates its counters every 0.977 to 1.001 ms in the mean. A slow kernel, on which two
# readings are as far apart, does not see them all.
updates() { sed -n 's/^updates every \([0-9.]*\) ms, .*/\1/p' /tmp/block | awk -v slower="${LAB_SLOWER:-1}" '{ n++; ok = $1 > 0.94 && $1 < 1.06 * slower } END { exit !(n && ok) }'; }
short() { [ "$(wc -l </tmp/block)" -le 28 ] && ! grep -n secretname /tmp/block && ! awk 'length > 400' /tmp/block | grep .; }
as_before() { [ "$(cat /sys/module/rapl_pmu/parameters/pmu_name)" = power ] && [ ! -e /sys/module/rapl ] && [ ! -e /sys/module/msr ] && [ ! -e /sys/module/intel_rapl_msr ] && [ -e $pmus/power/events/energy-pkg ]; }

# Ended in the middle: nothing stays behind.
ended()
{
	TMPDIR=/tmp/left
	mkdir $TMPDIR
	export TMPDIR
	rapl-doctor --verify 12 2>/tmp/progress >/dev/null &
	wait_for 60 grep -q busy /tmp/progress || return 1
	sleep 2
	kill $!
	wait $!
	[ $? = 130 ] || return 1
	# busybox's timeout looks once a second whether it is needed still
	sleep 3
	as_before && [ -z "$(ls $TMPDIR)" ] && ps >/tmp/ps && ! grep 'while :' /tmp/ps
}

plan 9
check "load" load_mod rapl_pmu
check "measured" verified
diag "$(cat /tmp/block)"
check "what is wrong is named, and nothing else: ${want:-nothing}" named
check "the truth, times @factor@; under load @busy@ as much" factor
check "how often the counter moves" updates
check "short, without the machine's name" short
check "all modules as before" as_before
check "when it is ended, too" ended
check "unload" unload_mod rapl_pmu
