# SPDX-License-Identifier: GPL-2.0-only
# A core is watched as a package that takes 10 kW.
# file: rapl_pmu/instance.c
# case: 37-core-wakeups
s/unit\.watts = RAPL_MAX_CORE_WATTS;/unit.watts = RAPL_MAX_WATTS;/
