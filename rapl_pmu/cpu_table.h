/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which RAPL domains and units an Intel processor has: data only.
 *
 * The list is the union of what the kernel's perf and powercap drivers and
 * turbostat know, by family and model in numbers, since the names differ from
 * kernel to kernel.  tests/unit compares it with tests/unit/cpu_models.tsv.
 *
 * AMD and Hygon are not listed: CPUID 0x80000007 EDX[14] answers for them.
 * Diamond Rapids (19/0x01) is missing on purpose, it has no RAPL MSRs.
 */
#ifndef RAPL_PMU_CPU_TABLE_H
#define RAPL_PMU_CPU_TABLE_H

/* Domains; the bit number is the event code less one. */
#define RAPL_CORES	0x01
#define RAPL_PKG	0x02
#define RAPL_RAM	0x04
#define RAPL_GPU	0x08
#define RAPL_PSYS	0x10

/* The sets in use: P package, C cores, D DRAM, G graphics, S platform. */
#define RAPL_P		RAPL_PKG
#define RAPL_PC		(RAPL_P | RAPL_CORES)
#define RAPL_PD		(RAPL_P | RAPL_RAM)
#define RAPL_PCD	(RAPL_PC | RAPL_RAM)
#define RAPL_PCG	(RAPL_PC | RAPL_GPU)
#define RAPL_PS		(RAPL_P | RAPL_PSYS)
#define RAPL_PCDG	(RAPL_PCD | RAPL_GPU)
#define RAPL_PCDS	(RAPL_PCD | RAPL_PSYS)
#define RAPL_PCDGS	(RAPL_PCDG | RAPL_PSYS)

/* Units that MSR_RAPL_POWER_UNIT does not tell. */
#define RAPL_Q_RAM_16	0x01	/* DRAM counts 2^-16 J (15.3 uJ) */
#define RAPL_Q_PSYS_0	0x02	/* psys counts 1 J */
#define RAPL_Q_MICRO	0x04	/* every domain counts 2^ESU uJ, not 2^-ESU J */

/*
 * Processors for which powercap has a PMU "power" of its own on kernels that
 * know it: its driver by TPMI, or that by MSRs.
 */
#define RAPL_Q_TPMI	0x08
#define RAPL_Q_MSR_PMU	0x10

/* SDM vol. 4 has MSR 0x612 for this model: 3rd-gen Xeon SP and what came after. */
#define RAPL_Q_STAMP	0x20

#endif /* RAPL_PMU_CPU_TABLE_H */
