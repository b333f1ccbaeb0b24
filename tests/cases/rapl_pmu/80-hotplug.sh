# SPDX-License-Identifier: GPL-2.0-only
# If this fails, CPUs that go offline take energy with them, or the kernel down,
# or the timer reads the counters of another package.
# arch: x86_64
# tier: fast 7 5.10-rt 6.1-rt 6.12-rt 7-rt
# timeout: 900
# smp: 6,sockets=2,cores=3
# cpu: Skylake-Client
# model: vendor=intel,packages=2,unit=16,pkg0=65/45/5/3/90,pkg1=210.5/180/12/7/300,access=@DIR@/access.log
# icount: shift=0,sleep=off
# guest: pmu hotplug_case rapltruth
. /usr/bin/hotplug_case

hotplug_case 40 20
