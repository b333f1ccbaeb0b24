# SPDX-License-Identifier: GPL-2.0-only
# If this fails, rapl-doctor does not tell an unknown processor from a fault.
# kernels: 6.1
# cpu: Skylake-Client,family=6,model=1
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# intree: msr
# guest: doctor_case
# files: scripts/doctor:usr/bin/rapl-doctor scripts/troubles.tsv:usr/share/power-kmods/troubles.tsv rapl_pmu/cpu_models.h:usr/src/power-kmods-0.9/rapl_pmu/cpu_models.h

. /usr/bin/doctor_case

plan 5
/sbin/modprobe msr
check "before a load: the processor is in no table" names cpu 'modprobe rapl_pmu probe=1'
check "the load is refused" refuse_load rapl_pmu 'No such device'
check "after it: the same" names cpu 'modprobe rapl_pmu probe=1'
check "its command mends it" load_mod rapl_pmu probe=1
check "and rapl-doctor is content with the processor" without cpu
