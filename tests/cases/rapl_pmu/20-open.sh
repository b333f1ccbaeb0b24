# SPDX-License-Identifier: GPL-2.0-only
# If this fails, perf gets a wrong answer to an attribute, or a way round
# perf_event_paranoid.
# tier: fast !6.1
# smp: 4,sockets=2,cores=2
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90
# guest: pmu

plan 56

# says ERRNO CONFIG [FIELD=VALUE...]
says() {
	want=$1
	shift
	got=$(pmu open power "$@") || return 1
	[ "$got" = "$want" ] || { echo "open power $*: $got, expected $want"; return 1; }
}

load_mod rapl_pmu
for config in 1 2 3 4 5; do
	check "event $config opens" says ok $config
done
for config in 0 6 7 0xff; do
	check "event $config: EINVAL" says EINVAL $config
done
for bit in 8 9 16 31 32 48 63; do
	check "bit $bit of config: EINVAL" says EINVAL "$(printf '0x%x' $((2 + (1 << bit))))"
done
check "config1: EINVAL" says EINVAL 2 config1=1
check "config2: EINVAL" says EINVAL 2 config2=0x8000000000000000
# E2BIG: this kernel knows no such field.
for config in config3 config4; do
	refused() { case $(pmu open power 2 "$config=1") in EINVAL | E2BIG) ;; *) return 1 ;; esac; }
	check "$config is refused" refused
done
for cpu in 0 1 2 3; do
	check "CPU $cpu opens" says ok 2 cpu=$cpu
done
check "CPU that is not there" says EINVAL 2 cpu=100000
check "any CPU: EINVAL" says EINVAL 2 cpu=-1 pid=self
check "a task: EINVAL" says EINVAL 2 cpu=0 pid=self
check "sampling: EINVAL" says EINVAL 2 sample_period=1000
check "sampling by frequency: EINVAL" says EINVAL 2 sample_period=1000 freq=1
for bit in user kernel hv idle host guest callchain_kernel callchain_user; do
	check "exclude_$bit: EINVAL" says EINVAL 2 exclude_$bit=1
done
check "what turbostat asks for" says ok 2 sample_type=0x10000 read_format=8
check "inherit" says ok 2 inherit=1
check "pinned" says ok 2 pinned=1

# A type that nobody serves: the search goes on past us and ends in ENOENT, even
# with attributes that we would refuse.
check "another PMU's event: ENOENT" says ENOENT 2 type=4000
check "and that is tested first" says ENOENT 0x777 type=4000 sample_period=5

check "group of CPUs of one package" [ "$(pmu same power/energy-pkg@0 power/energy-ram@1)" = ok ]
check "group over packages: EINVAL" [ "$(pmu same power/energy-pkg@0 power/energy-ram@2)" = EINVAL ]

# Offline CPUs
online 1 0
check "offline CPU: ENODEV" says ENODEV 2 cpu=1
check "its package still opens" says ok 2 cpu=0
online 3 0
online 2 0
check "package that is offline: ENODEV" says ENODEV 2 cpu=2
mask() { [ "$(cat /sys/bus/event_source/devices/power/cpumask)" = "$1" ]; }
check "and is not in the cpumask" mask 0
for cpu in 1 2 3; do
	online "$cpu" 1
done
check "back again" says ok 2 cpu=3

# Who may
paranoid() { echo "$1" >/proc/sys/kernel/perf_event_paranoid; }
paranoid 2
check "paranoid 2: a user gets EACCES" says EACCES 2 uid=65534
paranoid 3
check "paranoid 3: a user gets EACCES" says EACCES 2 uid=65534
check "paranoid 3: root may" says ok 2
paranoid -1
check "paranoid -1: a user may" says ok 2 uid=65534

# The kernel holds the module while an event is open.
holding 30 power/energy-pkg@0
holder=$!
busy() { modprobe -r rapl_pmu >/tmp/busy 2>&1 && return 1; grep -qE "in use|busy|temporarily unavailable" /tmp/busy || { cat /tmp/busy; return 1; }; }
check "rmmod is refused while an event is open" busy
check "and the PMU is still there" says ok 2
kill $holder
wait $holder 2>/dev/null
check "rmmod after that" unload_mod rapl_pmu
