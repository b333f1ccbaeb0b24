# SPDX-License-Identifier: GPL-2.0-only
# If this fails, an event loses energy while others are opened and closed on its CPU,
# a thousand a second: perf takes it off and on again for each of them.
# tier: @tier@
# kernels: @kernels@
# timeout: 300
# smp: 4,sockets=2,cores=2
# cpu: @cpu@
# model: packages=2,start=0xe8000000,@model@
# icount: shift=0,sleep=off
# guest: pmu stamp rapltruth
# shellcheck disable=SC2046,SC2086	# lists of events

plan 9
check "load" load_mod rapl_pmu
set -- @events@
rm -f /tmp/over
start /tmp/churn pmu churn power /tmp/over 9 0 1 2 3 &
sleep 0.5
check "all events of two packages" pmu truth 3 @tolerance@ $(for event; do echo "power/$event@0" "power/$event@2"; done)
check "one event" pmu truth 3 @tolerance@ "power/$1@1"
check "a group" pmu truth 3 @tolerance@ group $(for event; do echo "power/$event@2"; done)
check "switched off and on" pmu switch 3 "power/$1@0" 0
# Some kJ before a wrap: without the timer, which has looked twice by then, that would be energy.
set_back()
{
	start /tmp/truth pmu truth 6 @tolerance@ "power/$1@0" &
	sleep 4
	rapltruth stop
	sleep 0.2
	rapltruth reset
	sleep 0.2
	rapltruth go
	wait $!
	cat /tmp/truth
	good /tmp/truth
}
case "$*" in
*update-time*) check "energy and the time of its update" stamp read 1000 100 every=0.002 power/energy-pkg@0 power/update-time@0 ;;
*) check "a counter that is set back" set_back "$1" ;;
esac
touch /tmp/over
sleep 0.1
check "the others were opened" good /tmp/churn
often() { awk '$2 == "opened," && $1 > 500 { many = 1 } END { exit !many }' /tmp/churn; }
check "and often" often
diag "$(cat /tmp/churn)"
check "rmmod" unload_mod rapl_pmu
