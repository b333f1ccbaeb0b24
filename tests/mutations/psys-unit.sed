# SPDX-License-Identifier: GPL-2.0-only
# The platform that counts whole joules is forgotten.
# file: rapl_pmu/cpu.c
# case: 21-cpu-sapphire-rapids
s/domain == RAPL_DOM_PSYS && \(cpu->quirks/domain == RAPL_DOM_PSYS \&\& 0 \&\& (cpu->quirks/
