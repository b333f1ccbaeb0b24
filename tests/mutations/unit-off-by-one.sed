# SPDX-License-Identifier: GPL-2.0-only
# The unit register is read one bit off.
# file: rapl_pmu/cpu.c
# case: 21-cpu-silvermont
s/\.exp = \(unit_msr >> 8\) & 0x1f,/.exp = ((unit_msr >> 8) \& 0x1f) - 1,/
