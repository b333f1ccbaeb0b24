# SPDX-License-Identifier: GPL-2.0-only
# A name in use is found out by sysfs only, with a splat.
# file: rapl_pmu/main.c
# case: 60-conflict
s/if \(!rapl_name_taken\(name\)\)/if (rapl_name_taken(name) || 1)/
