/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All instances of a kind, kept up to date.
 */
#ifndef RAPL_PMU_HOTPLUG_H
#define RAPL_PMU_HOTPLUG_H

#include "instance.h"

int rapl_set_init(struct rapl_set *set, const struct rapl_cpu *cpu,
		  enum rapl_scope scope);
void rapl_set_free(struct rapl_set *set);
void rapl_set_pmu(struct rapl_set *set, struct pmu *pmu);
void rapl_set_cpumask(struct rapl_set *set, struct cpumask *mask);
void rapl_set_hold(struct rapl_set *set, bool hold);
struct rapl_instance *rapl_set_next(struct rapl_set *set,
				    struct rapl_instance *inst);
const struct rapl_meter *rapl_set_sample(const struct rapl_set *set,
					 unsigned int i);

int rapl_instances_start(void);
void rapl_instances_stop(void);

#endif /* RAPL_PMU_HOTPLUG_H */
