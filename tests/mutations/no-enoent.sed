# SPDX-License-Identifier: GPL-2.0-only
# Other PMUs' events are taken for ours.
# file: rapl_pmu/event.c
# case: 20-open
s/if \(attr->type != event->pmu->type\)/if (0)/
