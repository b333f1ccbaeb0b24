# SPDX-License-Identifier: GPL-2.0-only
# All cores of a package share one counter.
# file: rapl_pmu/instance.c
# case: 25-core-amd
s/core = topology_core_id\(cpu\);/core = 0;/
