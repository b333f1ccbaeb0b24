# SPDX-License-Identifier: GPL-2.0-only
# Counters of 64 bits are cut to 32.
# file: rapl_pmu/cpu.c
# case: 38-wide
s/cpu->wide = /cpu->wide = 0 \&\& /
