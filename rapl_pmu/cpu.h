/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RAPL_PMU_CPU_H
#define RAPL_PMU_CPU_H

#include <linux/bits.h>
#include <linux/types.h>

#include "cpu_table.h"
#include "energy.h"

/*
 * Events of the power PMU.  The code of one that counts energy is the index and
 * one more, that of the time is RAPL_CODE_TIME.
 */
#define RAPL_CODE_TIME	0x10

enum rapl_domain {
	RAPL_DOM_CORES,
	RAPL_DOM_PKG,
	RAPL_DOM_RAM,
	RAPL_DOM_GPU,
	RAPL_DOM_PSYS,
	RAPL_DOM_TIME,	/* no energy, but when that of the package was updated */
	RAPL_NR_DOMAINS,
};

#define RAPL_TIME	BIT(RAPL_DOM_TIME)

/**
 * struct rapl_cpu - how RAPL is built into this processor
 * @unit_msr:  MSR that holds the energy status unit
 * @msr:       MSR by &enum rapl_domain
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
