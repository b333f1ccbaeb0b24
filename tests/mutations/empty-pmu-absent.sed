# SPDX-License-Identifier: GPL-2.0-only
# As empty-pmu, where the MSRs fault.
# file: rapl_pmu/pmu.c
# case: 51-refuse-absent
s/if \(!rapl_devices\[0\]->rp.set.domains\) \{/if (!rapl_devices[0]) {/
