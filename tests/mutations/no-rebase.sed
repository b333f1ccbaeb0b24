# SPDX-License-Identifier: GPL-2.0-only
# Whatever the counter did in between is believed, after suspend too.
# file: rapl_pmu/pmu.c
# case: 84-suspend
s/^\trapl_syscore_each\(rapl_counter_rebase\);/\t;/
s/switch \(rapl_judge\(delta, now - stamp, c->wrap\)\) \{/switch (RAPL_ADVANCE_OK) {/
