# SPDX-License-Identifier: GPL-2.0-only
# perf would open, and add up, one event for each CPU.
# file: rapl_pmu/hotplug.c
# case: 10-load
s/cpumask_set_cpu\(inst->cpu, mask\);/cpumask_copy(mask, cpu_online_mask);/
