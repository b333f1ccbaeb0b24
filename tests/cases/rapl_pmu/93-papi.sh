# SPDX-License-Identifier: GPL-2.0-only
# If this fails, PAPI's component perf_event_uncore, which knows the events by names that it
# has built in, does not find the PMU, or counts other joules than the machine used.
# In 93-papi.table: Intel and AMD.
# tier: slow
# kernels: 6.1 7
# smp: 4,sockets=2,cores=2
# cpu: @cpu@
# model: vendor=@vendor@,packages=2,@model@
# mem: 768
# timeout: 300
# guest: rapltruth
# tools: papi_native_avail@papi papi_command_line@papi papi_version@papi strace

plan 5
check "load" load_mod rapl_pmu

names="@names@"
listed()
{
	papi_native_avail >/tmp/avail 2>&1
	for word in $names; do
		grep -qF "| ${word%:*} " /tmp/avail || { grep -i energy /tmp/avail; echo "no ${word%:*}"; return 1; }
	done
}
check "it lists: @names@" listed

# Its words for the events of both packages, and ours
events=
for word in $names; do
	for p in 0 1; do
		events="$events ${word%:*}:cpu=$((p * 2))"
		echo "${word##*:} $p" >>/tmp/events
	done
done
# papi_command_line counts while it does work of its own, and ends. So it is stopped behind the
# ioctl() that switches the last event on, and energy is used meanwhile only. Which ioctl() that
# is a first run tells.
rapltruth stop
traced()
{
	# shellcheck disable=SC2086	# words
	strace -o /tmp/trace -e trace=ioctl "$@" papi_command_line -u $events >/tmp/papi 2>&1
	echo $? >/tmp/status
}
traced
last=$(grep '^ioctl' /tmp/trace | sed -n '/ENABLE/=' | tail -n 1)
rm -f /tmp/trace /tmp/status
traced -e inject=ioctl:signal=SIGSTOP:when="$last" &
stands() { grep -qs 'stopped by SIGSTOP' /tmp/trace; }
check "it counts" wait_for 30 stands
rapltruth pulse 5 /tmp/truth
for pid in /proc/[0-9]*; do
	! grep -q '^State:.*stop' "$pid/status" || kill -CONT "${pid##*/}"
done
wait
# its last lines, in the order of the events: "NAME : COUNT(u)" of 2^-32 J
awk -v OFMT=%.6f '
FILENAME == "/tmp/truth" { truth[$2 " " $1] = $3; next }
FILENAME == "/tmp/events" { what[FNR] = $0; next }
/ : / { n++; sub(/\(u\)/, ""); split(what[n], word, " "); print word[1] word[2], $NF / 4294967296, truth[what[n]] }' \
	/tmp/truth /tmp/events /tmp/papi >/tmp/joules
[ -s /tmp/joules ] || diag "$(cat /tmp/papi /tmp/trace)"
agrees "joules, 0.5 %" 0.5 "$(wc -l </tmp/events)" /tmp/joules \
	"PAPI $(papi_version | sed 's/.*: //'), Debian 13"
check "rmmod" unload_mod rapl_pmu
