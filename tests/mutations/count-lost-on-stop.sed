# SPDX-License-Identifier: GPL-2.0-only
# What was used since the last look is lost when an event stops.
# file: rapl_pmu/event.c
# case: 30-energy
/^static void rapl_event_stop/,/^}/s/^\trapl_event_read\(event\);/\t;/
