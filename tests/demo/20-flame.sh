# SPDX-License-Identifier: GPL-2.0-only
# What `make flame` shows: whose joules they were on the machine of `make demo`, as
# energy-profile tells it. tests/demo/run draws the stacks.
# If this fails, a newcomer's flame graph has no stacks, or the wrong program in front.
# arch: x86_64
# tier: slow
# kernels: 6.1
# smp: 4,sockets=2,cores=2
# mem: 1024
# model: vendor=intel,packages=2,pkg0=10/5/5/3/20,pkg1=12/5/5/3/20,work=10:20:50
# icount: shift=0,sleep=off
# append: tsc_early_khz=1000000
# timeout: 600
# guest: work rapltruth
# tools: perf mawk
# files: scripts/energy-profile:usr/bin/energy-profile

plan 4
# busybox's is slow
export AWK=/usr/bin/mawk
check "modprobe rapl_pmu" load_mod rapl_pmu

# At the same time: one program at 50 W on a CPU of each package, one at 20 W that changes
# its CPU, and two of busybox's
cat >/tmp/workload <<'WORK'
work hot 2 3 1,3 &
work cool 1 3 0,2 every=0.3 &
dd if=/dev/zero bs=64k count=200 2>/dev/null | sha256sum >/dev/null
dd if=/dev/urandom bs=64k count=20 2>/dev/null | gzip >/dev/null
wait
WORK
before=$(rapltruth get 0 work2)
check "energy-profile record -g" energy-profile record -g -o /tmp/profile sh /tmp/workload
energy-profile report -i /tmp/profile >/tmp/report
sed 's/^/profile: /' /tmp/report
energy-profile folded -i /tmp/profile >/tmp/folded
sed 's/^/folded: /' /tmp/folded
hot()
{
	awk -v before="$before" -v after="$(rapltruth get 0 work2)" '
	$5 == "hot" { error = $1 / ((after - before) * 2) - 1 }
	END { exit !(error && error < 0.02 && error > -0.02) }' /tmp/report
}
check "its hottest program, 2 %" hot
kernel() { grep -q '^[a-z0-9]*;.*_\[k\];.*_\[k\] [0-9]*$' /tmp/folded; }
check "stacks of the kernel" kernel
