# SPDX-License-Identifier: GPL-2.0-only
# What 10 kW can explain has wrapped and was not reset.
# file: rapl_pmu/energy.h
# case: 41-reset
s/if \(delta \/ RAPL_RISE > expected \&\& /if (0 \&\& /
