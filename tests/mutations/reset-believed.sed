# SPDX-License-Identifier: GPL-2.0-only
# A counter that was reset is taken for one that went on.
# file: rapl_pmu/counter.c
# case: 41-reset
s/switch \(rapl_counter_look\(c, &look\)\) \{/rapl_counter_look(c, \&look); switch (RAPL_ADVANCE_OK) {/
