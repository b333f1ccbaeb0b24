# SPDX-License-Identifier: GPL-2.0-only
# The timer runs ten times as often as it may.
# file: rapl_pmu/energy.h
# case: 35-watts-16
s/return ns < RAPL_NSEC_PER_SEC \? RAPL_NSEC_PER_SEC : ns;/return ns \/ 20;/
