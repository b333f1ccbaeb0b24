# SPDX-License-Identifier: GPL-2.0-only
# Whatever the counter did in between is believed, after suspend too.
# file: rapl_pmu/pmu.c
# case: 84-suspend
/^static void rapl_resume/,/^}/s/^\trapl_syscore_each\(.*$/\t;/
s/switch \(rapl_judge\(.*\) \{/switch (RAPL_ADVANCE_OK) {/
