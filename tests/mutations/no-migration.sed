# SPDX-License-Identifier: GPL-2.0-only
# Events stay on the CPU that goes offline.
# file: rapl_pmu/instance.c
# case: 80-hotplug
s/^\tperf_pmu_migrate_context\(.*$/\t;/
