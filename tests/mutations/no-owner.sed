# SPDX-License-Identifier: GPL-2.0-only
# The module can be removed under an open event.
# file: rapl_pmu/pmu.c
# case: 20-open
/^\tpmu->module = THIS_MODULE;$/d
