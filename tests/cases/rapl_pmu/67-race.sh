# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the kernel's own rapl and ours, started at the same time, end in
# an oops (5.10 and 6.1, where a rapl that finds its name taken takes CPU hotplug
# down), in a stack dump, or with nobody who serves "power".
# tier: slow
# kernels: 5.10 6.1
# timeout: 600
# smp: 2
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# intree: rapl
# kmod: fault
# files: scripts/modprobe.d/power-kmods.conf:usr/lib/modprobe.d/power-kmods.conf
# shellcheck disable=SC2086	# words on purpose

plan 9
pmu=/sys/bus/event_source/devices/power
ours=$(modinfo -n rapl_pmu)
theirs=$(modinfo -n rapl)

# late NUMBER COMMAND...: after so many turns of a loop, some microseconds each
late()
{
	left=$1
	shift
	while [ "$left" -gt 0 ]; do left=$((left - 1)); done
	"$@" 2>/dev/null
}

# races ROUNDS OURS THEIRS: both at once, each in turn up to some 5 ms ahead
races()
{
	n=0 won=0
	while [ $n -lt "$1" ]; do
		late $((n % 2 * n * 4)) $2 &
		late $(((1 - n % 2) * n * 4)) $3 &
		wait
		[ -e $pmu ] || { echo "round $n: nobody serves power"; return 1; }
		[ ! -e /sys/module/rapl_pmu ] || [ ! -e /sys/module/rapl ] || { echo "round $n: both are there"; return 1; }
		[ ! -e /sys/module/rapl_pmu ] || won=$((won + 1))
		for mod in rapl_pmu rapl; do
			[ ! -e /sys/module/$mod ] || /sbin/rmmod $mod || return 1
		done
		n=$((n + 1))
	done
	echo "rapl_pmu won $won of $n" >/tmp/won
}
hotplug() { online 1 0 && online 1 1; }

dmesg_mark
check "200 starts of both at once" races 200 "/sbin/insmod $ours" "/sbin/insmod $theirs"
diag "$(cat /tmp/won)"
check "no oops and no dump" refuse_dmesg 'BUG|Oops|Call Trace|duplicate filename'
check "CPU hotplug works" hotplug
dmesg_mark
check "20 calls of modprobe for both at once" races 20 "/sbin/modprobe rapl_pmu" "/sbin/modprobe rapl"
diag "$(cat /tmp/won)"
check "rapl_pmu comes each time" grep -q ' 20 of 20' /tmp/won
check "no oops and no dump" refuse_dmesg 'BUG|Oops|Call Trace|duplicate filename'

# rapl is there, and for 3 s has no PMU: it must not find its name taken then.
check "hold rapl up" load_mod fault function=__cpuhp_setup_state error=0 delay=3000
dmesg_mark
/sbin/insmod "$theirs" &
sleep 0.5
late_one() { ! /sbin/insmod "$ours" 2>/dev/null && expect_dmesg "rapl_pmu: PMU power belongs to the kernel's own rapl"; }
check "rapl_pmu does not come in between" late_one
wait
served() { [ -e $pmu ] && [ -e /sys/module/rapl ] && refuse_dmesg 'BUG|Oops|Call Trace|duplicate filename'; }
check "rapl serves power" served
