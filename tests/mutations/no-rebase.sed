# SPDX-License-Identifier: GPL-2.0-only
# Whatever the counter did in between is believed, after suspend too.
# file: rapl_pmu/hotplug.c
# case: 84-suspend
s/rapl_counter_rebase\(c, ktime_get_boot_fast_ns\(\)\);/c->stamp = 0;/
