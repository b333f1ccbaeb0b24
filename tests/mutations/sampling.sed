# SPDX-License-Identifier: GPL-2.0-only
# Sampling events are accepted.
# file: rapl_pmu/event.c
# case: 20-open
s/if \(is_sampling_event\(event\) \|\| /if (/
