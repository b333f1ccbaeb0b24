# SPDX-License-Identifier: GPL-2.0-only
# Any CPU may take over, and reads what it finds.
# file: rapl_pmu/instance.c
# case: 80-hotplug
s/if \(i != cpu && \*per_cpu_ptr\(inst->set->by_cpu, i\) == inst\)/if (i != cpu)/
s/if \(\*this_cpu_ptr\(inst->set->by_cpu\) != inst\)/if (0)/
