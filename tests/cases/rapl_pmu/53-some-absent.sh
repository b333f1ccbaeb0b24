# SPDX-License-Identifier: GPL-2.0-only
# If this fails, one MSR that is missing takes the others with it, or is shown
# as an event; or a counter that starts at 0 is taken for missing.
# tier: fast 7
# model: vendor=intel,packages=1,pkg0=65/45/5/0/90,absent=ram,start=0
# guest: pmu

plan 4
check "load" load_mod rapl_pmu
# The hypervisor bit is set here: a GPU that reads 0 all the time is none.
shown() { [ "$(events)" = 'energy-cores energy-pkg energy-psys ' ] || { events; return 1; }; }
check "what answers and counts is shown" shown
check "and right" pmu truth 3 0.5 power/energy-cores@0 power/energy-pkg@1 power/energy-psys@0
refused() { [ "$(pmu open power 3)" = EINVAL ]; }
check "what is missing: EINVAL" refused
