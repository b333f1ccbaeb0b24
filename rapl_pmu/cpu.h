/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RAPL_PMU_CPU_H
#define RAPL_PMU_CPU_H

#include <linux/types.h>

#include "cpu_table.h"
#include "energy.h"

/* Events of the power PMU: the index is the event code less one. */
enum rapl_domain {
	RAPL_DOM_CORES,
	RAPL_DOM_PKG,
	RAPL_DOM_RAM,
	RAPL_DOM_GPU,
	RAPL_DOM_PSYS,
	RAPL_NR_DOMAINS,
};

/**
 * struct rapl_cpu - how RAPL is built into this processor
 * @unit_msr:  MSR that holds the energy status unit
 * @msr:       energy MSR by &enum rapl_domain
 * @core_msr:  energy MSR of a physical core, 0 if there is none
 * @domains:   mask of domains to look for
 * @quirks:    RAPL_Q_*
 * @rival:     module of the kernel, beside rapl, with a PMU "power" for this
 *             processor, or NULL
 * @wide:      the energy MSRs count in all their 64 bits
 * @per_die:   one set of counters a die rather than a package
 * @unlisted:  in no table; tried because probe=1 asks for it
 */
struct rapl_cpu {
	u32 unit_msr;
	u32 msr[RAPL_NR_DOMAINS];
	u32 core_msr;
	u8 domains;
	u8 quirks;
	const char *rival;
	bool wide;
	bool per_die;
	bool unlisted;
};

int rapl_cpu_detect(struct rapl_cpu *cpu, bool probe);
struct rapl_unit rapl_cpu_unit(const struct rapl_cpu *cpu, u64 unit_msr,
			       enum rapl_domain domain);

#endif /* RAPL_PMU_CPU_H */
