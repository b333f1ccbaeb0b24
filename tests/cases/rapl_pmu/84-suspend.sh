# SPDX-License-Identifier: GPL-2.0-only
# If this fails, suspend to RAM, which resets the counters of this machine,
# invents energy or loses what was counted before.
# tier: slow
# timeout: 600
# smp: 4,sockets=2,cores=2
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90,pkg1=110.5/80/12/7/200,s3=reset,start=0x30000000
# qemu: -global PIIX4_PM.disable_s3=0
# guest: pmu rapltruth

plan 10

all="energy-cores energy-pkg energy-ram energy-gpu energy-psys"
on() { for event in $all; do printf 'power/%s@%s ' "$event" "$1"; done; }

# result NAME: of what counts until /tmp/NAME.over
result() { touch "/tmp/$1.over"; good "/tmp/$1"; }

check "load" load_mod rapl_pmu

# Energy stands still while the machine sleeps and until it is awake again, so
# that not a joule may be missing or too much.
# shellcheck disable=SC2046
start /tmp/zero pmu truth /tmp/zero.over 0.1 $(on 0) &
# The next one only when this one has started: each holds the energy meanwhile.
sleep 1
# shellcheck disable=SC2046
start /tmp/one pmu truth /tmp/one.over 0.1 $(on 2) &
sleep 3
rapltruth stop
check "sleep and wake up with the events of both packages active" to_sleep
check "what the other package, which was all offline, had counted is kept" result one
rapltruth go
sleep 3
check "the package of the boot CPU goes on from there" result zero
# shellcheck disable=SC2046
check "the other package counts again" pmu truth 3 0.5 $(on 2) $(on 3)

# Now with energy flowing on: what flows between going to sleep and being awake
# is not known to any counter, nor may more than the truth be counted.
start /tmp/flow pmu truth /tmp/flow.over 100 power/energy-pkg@0 &
sleep 2
before=$(rapltruth get 0 pkg)
check "sleep and wake up under power" to_sleep
after=$(rapltruth get 0 pkg)
sleep 2
result flow >/tmp/counted
bounds()
{
	awk -v window="$(awk "BEGIN { print $after - $before }")" '
	{
		printf "%s J counted, truth %s J, of these %s J around sleep\n", $2, $5, window
		exit !($2 <= $5 * 1.001 && $2 >= $5 - window - $5 * 0.001 && $2 > 0)
	}' /tmp/counted
}
diag "$(bounds)"
check "no energy was invented" bounds

# Nobody counts meanwhile.
check "sleep and wake up without events" to_sleep
# shellcheck disable=SC2046
check "counting after that" pmu truth 3 0.5 $(on 0) $(on 2)
check "rmmod" unload_mod rapl_pmu
