# SPDX-License-Identifier: GPL-2.0-only
# If this fails, rapl-doctor does not tell a virtual machine without counters from a fault.
# tier: slow
# kernels: 6.1
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90,zero=1
# intree: msr
# guest: doctor_case
# files: scripts/doctor:usr/bin/rapl-doctor scripts/troubles.tsv:usr/share/power-kmods/troubles.tsv rapl_pmu/cpu_models.h:usr/src/power-kmods-0.9/rapl_pmu/cpu_models.h

. /usr/bin/doctor_case

plan 4
/sbin/modprobe msr
check "the load is refused" refuse_load rapl_pmu 'No such device'
check "the machine has no counters" names nomsr 'perf stat -a -e power/energy-pkg/ sleep 1   # on the host'
check "the processor is known" without cpu
check "the registers read 0" sh -c 'rapl-doctor | grep -q "^msrs .*unit 0, pkg 0"'
