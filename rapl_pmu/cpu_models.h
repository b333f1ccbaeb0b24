/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rows of the table of Intel processors, see cpu_table.h.
 *
 * RAPL_CPU(family, model, domains, quirks) is defined where this is included:
 * in cpu.c, and in the unit test that compares it with the facts.
 *
 * Where perf, powercap and turbostat disagree:
 * 0x4c powercap has RAPL, turbostat has none: kept, a missing MSR is noticed.
 * 0x4d is a Silvermont, yet hardware was measured to count 2^-ESU J.
 * 0x56 powercap reads DRAM in the common unit; perf and turbostat, which are
 *      two and give the lower reading, have it fixed.
 * 0x6a, 0x6c only turbostat has psys.
 * 0xad, 0xae, 0xaf, 0xb6, 0xdd only turbostat reads the MSRs, the kernel has
 *      TPMI for them.  No DRAM: on a Granite Rapids its MSR read 200 W in one
 *      package and 6 W in the other (PAPI PR#635).
 * 0xe5 in none of the three, Linux 7.3 has its name: as its sister 0xcc.
 *
 * Where RAPL_ALIASES is defined, the rows that the target kernel serves by
 * itself (RAPL_POWERCAP_*, compat.h) are left out.
 */
RAPL_CPU(6, 0x2a, RAPL_PCG, 0),			/* SANDYBRIDGE */
RAPL_CPU(6, 0x2d, RAPL_PCD, 0),			/* SANDYBRIDGE_X */
RAPL_CPU(6, 0x37, RAPL_PC, RAPL_Q_MICRO),	/* ATOM_SILVERMONT */
RAPL_CPU(6, 0x3a, RAPL_PCG, 0),			/* IVYBRIDGE */
RAPL_CPU(6, 0x3c, RAPL_PCDG, 0),		/* HASWELL */
RAPL_CPU(6, 0x3d, RAPL_PCDG, 0),		/* BROADWELL */
RAPL_CPU(6, 0x3e, RAPL_PCD, 0),			/* IVYBRIDGE_X */
RAPL_CPU(6, 0x3f, RAPL_PCD, RAPL_Q_RAM_16),	/* HASWELL_X */
RAPL_CPU(6, 0x45, RAPL_PCDG, 0),		/* HASWELL_L */
RAPL_CPU(6, 0x46, RAPL_PCDG, 0),		/* HASWELL_G */
RAPL_CPU(6, 0x47, RAPL_PCDG, 0),		/* BROADWELL_G */
RAPL_CPU(6, 0x4a, RAPL_PC, RAPL_Q_MICRO),	/* ATOM_SILVERMONT_MID */
RAPL_CPU(6, 0x4c, RAPL_PC, RAPL_Q_MICRO),	/* ATOM_AIRMONT */
RAPL_CPU(6, 0x4d, RAPL_PC, 0),			/* ATOM_SILVERMONT_D */
RAPL_CPU(6, 0x4e, RAPL_PCDGS, 0),		/* SKYLAKE_L */
RAPL_CPU(6, 0x4f, RAPL_PCD, RAPL_Q_RAM_16),	/* BROADWELL_X */
RAPL_CPU(6, 0x55, RAPL_PCD, RAPL_Q_RAM_16),	/* SKYLAKE_X */
RAPL_CPU(6, 0x56, RAPL_PCD, RAPL_Q_RAM_16),	/* BROADWELL_D */
RAPL_CPU(6, 0x57, RAPL_PD, RAPL_Q_RAM_16),	/* XEON_PHI_KNL */
RAPL_CPU(6, 0x5a, RAPL_PC, RAPL_Q_MICRO),	/* ATOM_SILVERMONT_MID2 */
RAPL_CPU(6, 0x5c, RAPL_PCDG, 0),		/* ATOM_GOLDMONT */
RAPL_CPU(6, 0x5e, RAPL_PCDGS, 0),		/* SKYLAKE */
RAPL_CPU(6, 0x5f, RAPL_PCDG, 0),		/* ATOM_GOLDMONT_D */
RAPL_CPU(6, 0x66, RAPL_PCDGS, 0),		/* CANNONLAKE_L */
RAPL_CPU(6, 0x6a, RAPL_PCDS, RAPL_Q_RAM_16 | RAPL_Q_STAMP),	/* ICELAKE_X */
RAPL_CPU(6, 0x6c, RAPL_PCDS, RAPL_Q_RAM_16 | RAPL_Q_STAMP),	/* ICELAKE_D */
RAPL_CPU(6, 0x7a, RAPL_PCDG, 0),		/* ATOM_GOLDMONT_PLUS */
RAPL_CPU(6, 0x7d, RAPL_PCDGS, 0),		/* ICELAKE */
RAPL_CPU(6, 0x7e, RAPL_PCDGS, 0),		/* ICELAKE_L */
RAPL_CPU(6, 0x85, RAPL_PD, RAPL_Q_RAM_16),	/* XEON_PHI_KNM */
RAPL_CPU(6, 0x86, RAPL_P, 0),			/* ATOM_TREMONT_D */
RAPL_CPU(6, 0x8a, RAPL_PCDGS, 0),		/* LAKEFIELD */
RAPL_CPU(6, 0x8c, RAPL_PCDGS, 0),		/* TIGERLAKE_L */
RAPL_CPU(6, 0x8d, RAPL_PCDGS, 0),		/* TIGERLAKE */
RAPL_CPU(6, 0x8e, RAPL_PCDGS, 0),		/* KABYLAKE_L */
RAPL_CPU(6, 0x8f, RAPL_PCDS, RAPL_Q_PSYS_0 | RAPL_Q_STAMP),	/* SAPPHIRERAPIDS_X */
RAPL_CPU(6, 0x96, RAPL_PCDG, 0),		/* ATOM_TREMONT */
RAPL_CPU(6, 0x97, RAPL_PCDGS, 0),		/* ALDERLAKE */
RAPL_CPU(6, 0x9a, RAPL_PCDGS, 0),		/* ALDERLAKE_L */
RAPL_CPU(6, 0x9c, RAPL_PCDG, 0),		/* ATOM_TREMONT_L */
RAPL_CPU(6, 0x9d, RAPL_PCDGS, 0),		/* ICELAKE_NNPI */
RAPL_CPU(6, 0x9e, RAPL_PCDGS, 0),		/* KABYLAKE */
RAPL_CPU(6, 0xa5, RAPL_PCDGS, 0),		/* COMETLAKE */
RAPL_CPU(6, 0xa6, RAPL_PCDGS, 0),		/* COMETLAKE_L */
RAPL_CPU(6, 0xa7, RAPL_PCDGS, 0),		/* ROCKETLAKE */
RAPL_CPU(6, 0xaa, RAPL_PCDGS, 0),		/* METEORLAKE_L */
RAPL_CPU(6, 0xac, RAPL_PCDGS, 0),		/* METEORLAKE */
RAPL_CPU(6, 0xb5, RAPL_PCDGS, 0),		/* ARROWLAKE_U */
RAPL_CPU(6, 0xb7, RAPL_PCDGS, 0),		/* RAPTORLAKE */
RAPL_CPU(6, 0xba, RAPL_PCDGS, 0),		/* RAPTORLAKE_P */
RAPL_CPU(6, 0xbd, RAPL_PCDGS, 0),		/* LUNARLAKE_M */
RAPL_CPU(6, 0xbe, RAPL_PCDGS, 0),		/* ATOM_GRACEMONT */
RAPL_CPU(6, 0xbf, RAPL_PCDGS, 0),		/* RAPTORLAKE_S */
RAPL_CPU(6, 0xc5, RAPL_PCDGS, 0),		/* ARROWLAKE_H */
RAPL_CPU(6, 0xc6, RAPL_PCDGS, 0),		/* ARROWLAKE */
RAPL_CPU(6, 0xcf, RAPL_PCDS, RAPL_Q_PSYS_0 | RAPL_Q_STAMP),	/* EMERALDRAPIDS_X */
RAPL_CPU(6, 0xd7, RAPL_PCDGS, 0),		/* BARTLETTLAKE */
RAPL_CPU(6, 0xe5, RAPL_PCDGS, 0),		/* PANTHERLAKE_R */
RAPL_CPU(18, 0x01, RAPL_PCDGS, 0),		/* NOVALAKE */
RAPL_CPU(18, 0x03, RAPL_PCDGS, 0),		/* NOVALAKE_L */
#if !defined(RAPL_ALIASES) || !defined(RAPL_POWERCAP_TPMI)
RAPL_CPU(6, 0xad, RAPL_PS, RAPL_Q_PSYS_0 | RAPL_Q_STAMP | RAPL_Q_TPMI),	/* GRANITERAPIDS_X */
RAPL_CPU(6, 0xae, RAPL_PS, RAPL_Q_PSYS_0 | RAPL_Q_STAMP | RAPL_Q_TPMI),	/* GRANITERAPIDS_D */
RAPL_CPU(6, 0xaf, RAPL_PS, RAPL_Q_STAMP | RAPL_Q_TPMI),	/* ATOM_CRESTMONT_X */
RAPL_CPU(6, 0xb6, RAPL_PS, RAPL_Q_STAMP | RAPL_Q_TPMI),	/* ATOM_CRESTMONT */
RAPL_CPU(6, 0xdd, RAPL_PS, RAPL_Q_STAMP | RAPL_Q_TPMI),	/* ATOM_DARKMONT_X */
#endif
#if !defined(RAPL_ALIASES) || !defined(RAPL_POWERCAP_MSR)
RAPL_CPU(6, 0xcc, RAPL_PCDGS, RAPL_Q_MSR_PMU),	/* PANTHERLAKE_L */
RAPL_CPU(6, 0xd5, RAPL_PCDGS, RAPL_Q_MSR_PMU),	/* WILDCATLAKE_L */
#endif
