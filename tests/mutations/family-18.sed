# SPDX-License-Identifier: GPL-2.0-only
# Only family 6 is looked at.
# file: rapl_pmu/cpu.c
# case: 21-cpu-novalake
s/if \(!amd && id\) \{/if (!amd \&\& id \&\& c->x86 == 6) {/
