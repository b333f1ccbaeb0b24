# SPDX-License-Identifier: GPL-2.0-only
# If this fails, sensors and others that read hwmon lose energy, invent some, or
# see the counters as another user than root.
# tier: @tier@
# timeout: 600
# smp: @smp@
# cpu: @cpu@
# model: @model@
# qemu: -global PIIX4_PM.disable_s3=0
# guest: pmu rapltruth
# tools: setpriv

plan 26
none() { ! grep -qsx rapl_pmu /sys/class/hwmon/*/name; }
check "load without hwmon=1" load_mod rapl_pmu
check "shows nothing in hwmon" none
unload_mod rapl_pmu
check "load with it" load_mod rapl_pmu hwmon=1
for name in /sys/class/hwmon/*/name; do
	[ "$(cat "$name")" != rapl_pmu ] || dir=${name%/name}
done
labels() { [ "$(cat "$dir"/energy*_label | sort | tr '\n' ' ')" = "@labels@ " ] || { cat "$dir"/energy*_label; return 1; }; }
check "labels" labels
file_of() { for f in "$dir"/energy*_label; do [ "$(cat "$f")" != "$1" ] || echo "${f%_label}_input"; done; }
modes() { for f in "$dir"/energy*_input; do [ "$(stat -c %a "$f")" = 400 ] || return 1; done; }
check "for root only" modes
nobody() { ! /usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups cat "$(file_of Esocket0)"; }
check "nobody does not read" nobody
check "the parameter says so" holds /sys/module/rapl_pmu/parameters/hwmon Y

# words: LABEL:NUMBER:DOMAIN, as rapltruth has them
all="@truths@"
look() { for word in $all; do n=${word#*:}; echo "$word $(cat "$(file_of "${word%%:*}")") $(rapltruth get "${n%:*}" "${n#*:}")"; done >"$1"; }
# since FILE FILE JOULES: between the two looks, during which no energy was used, each has what
# was used, to a microjoule and a unit of the counter, and that was so much at least
since()
{
	awk -v least="$3" '
	FILENAME == ARGV[1] { uj[$1] = $2; truth[$1] = $3; next }
	{
		got = ($2 - uj[$1]) / 1000000
		want = $3 - truth[$1]
		if (got - want > 0.0001 || want - got > 0.0001 || want < least) { print $1, got, "J, truth", want; bad = 1 }
		n++
	}
	END { exit bad || !n }' "$1" "$2"
}
rapltruth stop
# what was used before the counters' last update
sleep 0.1
look /tmp/0
rapltruth go
sleep 3
rapltruth stop
sleep 0.1
look /tmp/1
check "energy" since /tmp/0 /tmp/1 3

# beside perf
rapltruth go
check "beside perf" pmu truth 2 0.5 @event@
rapltruth stop
sleep 0.1
look /tmp/2
check "and behind it" since /tmp/1 /tmp/2 2

# The CPUs in charge go, and come back; then the last package does, altogether.
last="@last@"
rapltruth go
for cpu in $last; do online "$cpu" 0; online "$cpu" 1; done
sleep 1
rapltruth stop
sleep 0.1
look /tmp/3
check "over hotplug" since /tmp/2 /tmp/3 1
rapltruth go
sleep 1
rapltruth stop
sleep 0.1
gone=$(file_of @gone@)
for cpu in $last; do online "$cpu" 0; done
stands() { [ "$(cat "$gone")" -gt 3000000 ]; }
check "of what is offline the last value stands" stands
was=$(cat "$gone")
for cpu in $last; do online "$cpu" 1; done
same() { [ "$(cat "$gone")" -eq "$was" ] || { cat "$gone"; return 1; }; }
check "and when it is back" same
look /tmp/4
check "nothing is lost" since /tmp/3 /tmp/4 1

# An event that is opened begins anew where nobody counts.
rapltruth go
sleep 1
# shellcheck disable=SC2086
check "perf there" pmu truth 1 0.5 power/energy-pkg@${last%% *}
rapltruth stop
sleep 0.1
look /tmp/4
check "loses nothing of before" since /tmp/3 /tmp/4 2

# S3, which sets the counters of this machine back
check "sleep and wake up" to_sleep
look /tmp/5
check "invents nothing" since /tmp/4 /tmp/5 0
rapltruth go
sleep 2
rapltruth stop
sleep 0.1
look /tmp/6
check "and goes on" since /tmp/5 /tmp/6 2

exec 3<"$(file_of Esocket0)"
check "rmmod with a file open" unload_mod rapl_pmu
stale() { ! cat <&3; }
check "which is of no use any more" stale
exec 3<&-
check "nothing is left" none
platform() { [ ! -e /sys/devices/platform/rapl_pmu ]; }
check "nor its device" platform
check "and it loads again" load_mod rapl_pmu hwmon=1
for cpu in $last; do online "$cpu" 0; done
check "rmmod while a package is off" unload_mod rapl_pmu
for cpu in $last; do online "$cpu" 1; done
check "and once more" load_mod rapl_pmu hwmon=1
unload_mod rapl_pmu
