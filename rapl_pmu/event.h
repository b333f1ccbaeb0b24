/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What perf calls for an event.
 */
#ifndef RAPL_PMU_EVENT_H
#define RAPL_PMU_EVENT_H

#include <linux/perf_event.h>

#include "instance.h"

/**
 * struct rapl_pmu - a PMU as its events see it
 * @pmu: what perf sees
 * @set: what it counts on
 */
struct rapl_pmu {
	struct pmu pmu;
	struct rapl_set set;
};

static inline struct rapl_pmu *to_rapl_pmu(struct pmu *pmu)
{
	return container_of(pmu, struct rapl_pmu, pmu);
}

void rapl_event_callbacks(struct pmu *pmu);

#endif /* RAPL_PMU_EVENT_H */
