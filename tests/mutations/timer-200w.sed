# SPDX-License-Identifier: GPL-2.0-only
# The timer is sized for 200 W, as mainline's.
# file: rapl_pmu/energy.h
# case: 35-watts-16
s/rapl_wrap_ns\(unit\) \/ 4;/rapl_wrap_ns(unit) \/ 4 * 50;/
