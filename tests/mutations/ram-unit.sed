# SPDX-License-Identifier: GPL-2.0-only
# The fixed unit of DRAM is forgotten.
# file: rapl_pmu/cpu.c
# case: 21-cpu-haswell-x
s/domain == RAPL_DOM_RAM && \(cpu->quirks/domain == RAPL_DOM_RAM \&\& 0 \&\& (cpu->quirks/
