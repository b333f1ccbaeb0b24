# SPDX-License-Identifier: GPL-2.0-only
# A CPU is in charge before it is known that it can come online.
# file: rapl_pmu/hotplug.c
# case: 54-half
s/^\t\t\*per_cpu_ptr\(set->by_cpu, cpu\) = inst;/&\n\t\tif (inst->cpu < 0)\n\t\t\tWRITE_ONCE(inst->cpu, cpu);/
