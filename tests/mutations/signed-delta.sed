# SPDX-License-Identifier: GPL-2.0-only
# Advances are signed and the timer is slow, both as mainline's.
# file: rapl_pmu/energy.h
# case: 40-wrap
s/return units \+ \(u32\)\(raw - \(u32\)units\);/return units + (s32)(raw - (u32)units);/
s/rapl_wrap_ns\(unit\) \/ 4;/rapl_wrap_ns(unit) \/ 4 * 3;/
