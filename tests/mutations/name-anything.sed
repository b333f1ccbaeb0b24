# SPDX-License-Identifier: GPL-2.0-only
# Any text will do as the name of a PMU.
# file: rapl_pmu/main.c
# case: 50-refuse
s/if \(!rapl_name_valid\(pmu_name\)\)/if (!rapl_name_valid(pmu_name) \&\& 0)/
