# SPDX-License-Identifier: GPL-2.0-only
# A counter that is said to have 64 bits is believed to have them.
# file: rapl_pmu/energy.h
# case: 39-not-wide
s/return RAPL_ADVANCE_NARROW;/return RAPL_ADVANCE_RESET;/
