# SPDX-License-Identifier: GPL-2.0-only
# Atoms are taken to count powers of two of a joule.
# file: rapl_pmu/cpu.c
# case: 21-cpu-silvermont
s/\.micro = cpu->quirks & RAPL_Q_MICRO/.micro = false/
