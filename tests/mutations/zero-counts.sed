# SPDX-License-Identifier: GPL-2.0-only
# A counter that a hypervisor leaves at 0 is taken for one.
# file: rapl_pmu/instance.c
# case: 53-some-absent
s/bool guest = boot_cpu_has\(X86_FEATURE_HYPERVISOR\);/bool guest = false;/
