# SPDX-License-Identifier: GPL-2.0-only
# Two readers count the same energy.
# file: rapl_pmu/pmu.c
# case: 82-hammer
s/\} while \(!try_cmpxchg\(&event->hw\.event_base, &prev, now\)\);/event->hw.event_base = now; } while (0);/
