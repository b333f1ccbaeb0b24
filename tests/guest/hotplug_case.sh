# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# hotplug_case - events go on while CPUs come and go
#
#	. /usr/bin/hotplug_case
#	hotplug_case ROUNDS SEED
#
# For a machine of two packages of three CPUs each, whose CPU 0 stays.

. /lib/ktap.sh
. /lib/module.sh

hotplug_all="energy-cores energy-pkg energy-ram energy-gpu energy-psys"
hotplug_on() { for hotplug_event in $hotplug_all; do printf 'power/%s@%s ' "$hotplug_event" "$1"; done; }

# hotplug_start FILE COMMAND...: output to the file, the status beside it
hotplug_start()
{
	hotplug_file=$1
	shift
	"$@" >"$hotplug_file" 2>&1
	echo $? >"$hotplug_file.status"
}

hotplug_good()
{
	cat "$1"
	wait_for 20 test -e "$1.status" || { echo "it hangs"; return 1; }
	[ "$(cat "$1.status")" = 0 ]
}

# hotplug_storm NAME PACKAGES_THAT_STAY STORM_ARGUMENTS: three test points and
# one for each package that stays
hotplug_storm()
{
	hotplug_name=$1
	hotplug_stay=$2
	shift 2
	rm -f /tmp/over /tmp/*.status
	for hotplug_cpu in $hotplug_stay; do
		# shellcheck disable=SC2046
		hotplug_start "/tmp/truth$hotplug_cpu" pmu truth /tmp/over 0.5 $(hotplug_on "$hotplug_cpu") &
	done
	# shellcheck disable=SC2086
	hotplug_start /tmp/mask pmu mask power /tmp/over $hotplug_stay &
	hotplug_start /tmp/churn pmu churn power /tmp/over 7 0 1 2 3 4 5 &
	sleep 1
	hotplug_start /tmp/storm pmu storm "$@"
	check "$hotplug_name: CPUs go off and on" hotplug_good /tmp/storm
	diag "$(cat /tmp/storm)"
	sleep 1
	touch /tmp/over
	for hotplug_cpu in 0 3; do
		case " $hotplug_stay " in
		*" $hotplug_cpu "*) check "$hotplug_name: energy of the package of CPU $hotplug_cpu" hotplug_good "/tmp/truth$hotplug_cpu" ;;
		esac
	done
	check "$hotplug_name: one online CPU of each package in the cpumask" hotplug_good /tmp/mask
	check "$hotplug_name: opening on CPUs that come and go" hotplug_good /tmp/churn
	diag "$(cat /tmp/mask /tmp/churn)"
}

hotplug_case()
{
	plan 14
	check "load" load_mod rapl_pmu
	# The CPU in charge of the second package moves each time, with its events.
	hotplug_storm "both packages stay" "0 3" "$1" "$2" pause=0.1 1 2 keep=3 keep=4 keep=5
	# All of the second package goes now and then.
	hotplug_storm "one package comes and goes" 0 "$1" $(($2 + 1)) pause=0.1 1 3 4 5
	check "all of the second package goes" hotplug_package_off
	# shellcheck disable=SC2046
	check "the package that was away counts again" pmu truth 2 0.5 $(hotplug_on 3)

	# For the host: between these two marks only the second package may be read.
	rapltruth mark 1
	# shellcheck disable=SC2046
	check "only the second package has events" hotplug_alone "$1" $(($2 + 2))
	rapltruth mark 2
	check "rmmod" unload_mod rapl_pmu
	finish
}

# With events that go down with it
hotplug_package_off()
{
	# shellcheck disable=SC2046
	pmu hold 3 $(hotplug_on 3) >/dev/null &
	for hotplug_cpu in 3 4 5; do
		echo 0 >/sys/devices/system/cpu/cpu$hotplug_cpu/online || return 1
	done
	sleep 1
	cat /sys/bus/event_source/devices/power/cpumask
	[ "$(cat /sys/bus/event_source/devices/power/cpumask)" = 0 ] || return 1
	[ "$(pmu open power 2 cpu=4)" = ENODEV ] || return 1
	for hotplug_cpu in 5 4 3; do
		echo 1 >/sys/devices/system/cpu/cpu$hotplug_cpu/online || return 1
	done
	wait $!
}

hotplug_alone()
{
	rm -f /tmp/over /tmp/calm /tmp/*.status
	# shellcheck disable=SC2046
	hotplug_start /tmp/truth3 pmu truth /tmp/over 0.5 $(hotplug_on 3) &
	hotplug_start /tmp/churn pmu churn power /tmp/calm 9 3 4 5 &
	sleep 1
	pmu storm "$1" "$2" pause=0.1 1 2 keep=3 keep=4 keep=5 || return 1
	touch /tmp/calm
	sleep 1
	# Nobody but the timer looks from here on, wherever it was left.
	rapltruth mark 3
	sleep 9
	rapltruth mark 4
	touch /tmp/over
	hotplug_good /tmp/truth3
}
