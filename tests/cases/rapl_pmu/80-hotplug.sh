# SPDX-License-Identifier: GPL-2.0-only
# If this fails, CPUs that go offline take energy with them, or the kernel down,
# or the timer reads the counters of another package.
# tier: @tier@
# kernels: @kernels@
# timeout: @timeout@
# smp: 6,sockets=2,cores=3
# model: vendor=intel,packages=2,unit=16,pkg0=65/45/5/3/90,pkg1=210.5/180/12/7/300,access=@DIR@/access.log
# icount: shift=0,sleep=off
# guest: pmu rapltruth

all="energy-cores energy-pkg energy-ram energy-gpu energy-psys"
on() { for event in $all; do printf 'power/%s@%s ' "$event" "$1"; done; }

# storm NAME PACKAGES_THAT_STAY STORM_ARGUMENTS: three test points and
# one for each package that stays
storm()
{
	name=$1
	stay=$2
	shift 2
	rm -f /tmp/over /tmp/*.status
	for cpu in $stay; do
		# shellcheck disable=SC2046
		start "/tmp/truth$cpu" pmu truth /tmp/over 0.5 $(on "$cpu") &
	done
	# shellcheck disable=SC2086
	start /tmp/mask pmu mask power /tmp/over $stay &
	start /tmp/churn pmu churn power /tmp/over 7 0 1 2 3 4 5 &
	sleep 1
	start /tmp/storm pmu storm "$@"
	check "$name: CPUs go off and on" good /tmp/storm
	diag "$(cat /tmp/storm)"
	sleep 1
	touch /tmp/over
	for cpu in 0 3; do
		case " $stay " in
		*" $cpu "*) check "$name: energy of the package of CPU $cpu" good "/tmp/truth$cpu" ;;
		esac
	done
	check "$name: one online CPU of each package in the cpumask" good /tmp/mask
	check "$name: opening on CPUs that come and go" good /tmp/churn
	diag "$(cat /tmp/mask /tmp/churn)"
}

# With events that go down with it
package_off()
{
	# shellcheck disable=SC2046
	holding 3 $(on 3) || return 1
	for cpu in 3 4 5; do
		online "$cpu" 0 || return 1
	done
	sleep 1
	cat /sys/bus/event_source/devices/power/cpumask
	[ "$(cat /sys/bus/event_source/devices/power/cpumask)" = 0 ] || return 1
	[ "$(pmu open power 2 cpu=4)" = ENODEV ] || return 1
	for cpu in 5 4 3; do
		online "$cpu" 1 || return 1
	done
	wait $!
}

alone()
{
	rm -f /tmp/over /tmp/calm /tmp/*.status
	# shellcheck disable=SC2046
	start /tmp/truth3 pmu truth /tmp/over 0.5 $(on 3) &
	start /tmp/churn pmu churn power /tmp/calm 9 3 4 5 &
	sleep 1
	pmu storm "$1" "$2" pause=0.1 1 2 keep=3 keep=4 keep=5 || return 1
	touch /tmp/calm
	sleep 1
	# Nobody but the timer looks from here on, wherever it was left.
	rapltruth mark 3
	sleep 9
	rapltruth mark 4
	touch /tmp/over
	good /tmp/truth3
}

rounds=@rounds@
seed=@seed@

plan 14
check "load" load_mod rapl_pmu
# The CPU in charge of the second package moves each time, with its events.
storm "both packages stay" "0 3" $rounds $seed pause=0.1 1 2 keep=3 keep=4 keep=5
# All of the second package goes now and then.
storm "one package comes and goes" 0 $rounds $((seed + 1)) pause=0.1 1 3 4 5
check "all of the second package goes" package_off
# shellcheck disable=SC2046
check "the package that was away counts again" pmu truth 2 0.5 $(on 3)

# For the host: between these two marks only the second package may be read.
rapltruth mark 1
# shellcheck disable=SC2046
check "only the second package has events" alone $rounds $((seed + 2))
rapltruth mark 2
check "rmmod" unload_mod rapl_pmu
