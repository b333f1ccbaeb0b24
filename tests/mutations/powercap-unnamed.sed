# SPDX-License-Identifier: GPL-2.0-only
# The message does not know the powercap driver, of which nobody would think.
# file: rapl_pmu/main.c
# case: 61-powercap
s/"intel_rapl_msr"\)/"intel_rapl_old")/
