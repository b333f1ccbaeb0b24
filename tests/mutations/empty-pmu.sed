# SPDX-License-Identifier: GPL-2.0-only
# A PMU without a single counter is registered.
# file: rapl_pmu/pmu.c
# case: 52-refuse-zero
s/if \(!rapl_devices\[0\]->rp.set.domains\) \{/if (!rapl_devices[0]) {/
