/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RAPL_PMU_PMU_H
#define RAPL_PMU_PMU_H

#include <linux/types.h>

#include "cpu.h"

/* The PMU of the cores is named after the other one. */
#define RAPL_CORE_SUFFIX	"_core"
/* Longest name for the PMU of the packages */
#define RAPL_NAME_MAX		24

int rapl_pmu_start(const struct rapl_cpu *cpu, const char *name, bool hwmon);
void rapl_pmu_stop(void);

#endif /* RAPL_PMU_PMU_H */
