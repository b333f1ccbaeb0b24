/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters as sensors of hwmon.
 */
#ifndef RAPL_PMU_HWMON_H
#define RAPL_PMU_HWMON_H

#include <linux/errno.h>

struct rapl_set;

#if IS_REACHABLE(CONFIG_HWMON)
int rapl_hwmon_start(struct rapl_set *packages, struct rapl_set *cores);
void rapl_hwmon_stop(void);
#else
static inline int rapl_hwmon_start(struct rapl_set *packages,
				   struct rapl_set *cores)
{
	return -EOPNOTSUPP;
}

static inline void rapl_hwmon_stop(void)
{
}
#endif

#endif /* RAPL_PMU_HWMON_H */
