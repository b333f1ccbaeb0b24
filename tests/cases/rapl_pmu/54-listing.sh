# SPDX-License-Identifier: GPL-2.0-only
# If this fails, an event is listed that measures nothing, one that does is missing, or
# `perf stat -a` fails on a machine whose packages differ. In 54-listing.table are
# bare metal, guests with and without a feed, packages that differ.
# tier: @tier@
# kernels: @kernels@
# timeout: 240
# mem: 1024
# smp: @smp@
# cpu: @cpu@
# model: vendor=intel,@model@
# guest: pmu
# tools: perf@newest perf@new perf
# shellcheck disable=SC2043,SC2046,SC2157	# the table's words stand for the columns

plan 9
sys=/sys/bus/event_source/devices/power
events() { (cd $sys/events && for f in *; do case $f in *.*) ;; *) echo "${f#energy-}" ;; esac; done | tr '\n' ' '); }
listed() { [ "$(events)" = '@events@ ' ] || { echo "events: $(events), expected: @events@"; return 1; }; }
logged() { [ "$(dmesg_since | grep -c '^rapl_pmu: power/energy-.* unit')" = "$(events | wc -w)" ] || { dmesg_since; return 1; }; }
every_cpu()
{
	for cpu in $(seq 0 $(($(nproc) - 1))); do
		for event in @events@; do
			got=$(pmu open power "$(sed 's/event=//' "$sys/events/energy-$event")" cpu="$cpu")
			[ "$got" = ok ] || { echo "energy-$event on CPU $cpu: $got"; return 1; }
		done
	done
}
# adds_up PERF: all events of the list, none of them "not counted" or "not supported"
adds_up()
{
	"$1" stat -x, -a $(for event in @events@; do echo "-e power/energy-$event/"; done) -o /tmp/stat sleep 1 &&
		[ "$(grep -c '^[0-9.]*,Joules,power/energy' /tmp/stat)" = "$(events | wc -w)" ] && return
	cat /tmp/stat
	return 1
}
# In joules: what the machine uses, and 0 where nothing counts
truth() { [ -z "@truth@" ] || pmu truth 2 0.5 @truth@; }
stands_still()
{
	for event in @zero@; do
		# also while it is read
		perf stat -x, -I 300 -C "${event#*@}" -e "power/energy-${event%@*}/" -o /tmp/stat sleep 1
		[ "$(grep -c ',0.00,Joules' /tmp/stat)" -ge 3 ] && ! grep Joules /tmp/stat | grep -v ',0.00,Joules' && continue
		cat /tmp/stat
		return 1
	done
}

dmesg_mark
check "load" load_mod rapl_pmu
check "events: @events@" listed
check "the log names each with its unit" logged
check "each opens on every CPU" every_cpu
check "perf stat -a of Linux 6.1" adds_up perf
check "perf stat -a of Linux 6.12" adds_up perf@new
check "perf stat -a of Linux 7" adds_up perf@newest
check "joules" truth
check "what reads 0 counts 0" stands_still
