# SPDX-License-Identifier: GPL-2.0-only
# Each thread is a core of its own.
# file: rapl_pmu/instance.c
# case: 25-core-amd
s/core = topology_core_id\(cpu\);/core = cpu;/
