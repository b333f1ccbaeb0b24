/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the RAPL registers of a machine read at a given time.
 *
 * Pure C without QEMU or kernel headers, so that the same code serves the
 * plugin that turns QEMU into a machine with RAPL and the host unit tests.
 * Truth (joules) and counter values come from one closed formula of the time:
 * nothing is summed up from call to call, so nothing can drift, and the error
 * of a reading is never more than one unit of the counter. The energy of what
 * CPUs run is an exception: it is summed up whenever that changes.
 */
#ifndef RAPL_MODEL_H
#define RAPL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 rapl_u128;

/* Intel SDM vol. 4, table 2-20 and following; AMD PPR, "MSRC001_0299" ff. */
#define RAPL_MSR_FILTER		0xbc
#define RAPL_MSR_UNIT		0x606
#define RAPL_MSR_PKG_LIMIT	0x610
#define RAPL_MSR_PKG		0x611
#define RAPL_MSR_STAMPED	0x612
#define RAPL_MSR_PKG_INFO	0x614
#define RAPL_MSR_RAM		0x619
#define RAPL_MSR_RAM_INFO	0x61c
#define RAPL_MSR_CORES		0x639
#define RAPL_MSR_GPU		0x641
#define RAPL_MSR_PSYS		0x64d
#define RAPL_MSR_AMD_UNIT	0xc0010299
#define RAPL_MSR_AMD_CORE	0xc001029a
#define RAPL_MSR_AMD_PKG	0xc001029b

/* In the order of the watts in pkgK=PKG/CORES/RAM/GPU/PSYS. */
enum rapl_domain {
	RAPL_PKG,
	RAPL_CORES,
	RAPL_RAM,
	RAPL_GPU,
	RAPL_PSYS,
	RAPL_DOMAINS,
	/* no domains of energy, but registers that can be absent as well */
	RAPL_UNIT = RAPL_DOMAINS,
	RAPL_STAMPED,
	RAPL_REGISTERS,
	/* nor can these be absent: they are there if an argument says so */
	RAPL_FILTER = RAPL_REGISTERS,
	RAPL_PKG_LIMIT,
	RAPL_PKG_INFO,
	RAPL_RAM_INFO,
};

enum rapl_vendor { RAPL_INTEL, RAPL_AMD };
enum rapl_wave { RAPL_CONST, RAPL_SQUARE, RAPL_RAMP };

/* Which registers have the time of their update in the upper half */
enum rapl_stamp { RAPL_STAMP_NONE, RAPL_STAMP_STILL, RAPL_STAMP_PKG, RAPL_STAMP_PSYS };
#define RAPL_STAMP_NS		10

#define RAPL_MAX_PACKAGES	16
/* Of code, by the power it needs; class 0 is all that has no mark. */
#define RAPL_CLASSES		4
#define RAPL_ASLEEP		RAPL_CLASSES
#define RAPL_NO_UNIT		255
/* Intervals between updates that differ, before they begin again */
#define RAPL_UPDATES		10000

struct rapl_config {
	enum rapl_vendor vendor;
	unsigned int packages;
	unsigned int threads;		/* per core */
	uint64_t uwatt[RAPL_MAX_PACKAGES][RAPL_DOMAINS];
	bool has_uwatt[RAPL_MAX_PACKAGES];
	bool has_core;
	uint64_t core_uwatt;
	bool has_work;
	uint64_t work_uwatt[RAPL_CLASSES];	/* of a CPU that runs it */
	enum rapl_wave wave;
	uint64_t wave_lo, wave_hi;	/* factors in millionths */
	uint64_t wave_ns;		/* period */
	unsigned int unit;		/* energy status unit of the unit MSR */
	unsigned int says_unit;		/* what the unit MSR tells instead */
	unsigned int ram_unit, psys_unit;
	bool atom;			/* unit is 2^ESU microjoule */
	uint32_t start;
	uint32_t high;
	bool wide;			/* all 64 bits count */
	/* bit per enum rapl_domain, up to RAPL_REGISTERS */
	unsigned int absent[RAPL_MAX_PACKAGES];
	unsigned int absent_all;
	bool has_absent[RAPL_MAX_PACKAGES];
	/* faults: bit per enum rapl_domain; so many units more whenever so much time went by */
	unsigned int still;
	enum rapl_domain jump;
	uint64_t jump_ns;		/* 0: none */
	uint32_t jump_raw;
	unsigned int filter;		/* what the filter's register says; RAPL_NO_UNIT: no such */
	unsigned int limit, ram_limit;	/* watts; 0: no such register */
	unsigned int fault_zero;	/* an absent MSR reads 0, no #GP */
	bool zero;			/* hypervisor: all RAPL MSRs read 0 */
	uint64_t tick_ns;		/* mean, if there is a jitter */
	uint64_t jitter_sd_ns, jitter_max_ns;	/* of the intervals; max 0: none */
	uint64_t seed;
	enum rapl_stamp stamp;
	uint32_t stamp_start;
	uint64_t skew_ns;
	uint64_t late_ns;
	unsigned int s3_reset;
	bool amd_bit;			/* CPUID 80000007h EDX[14] */
	const char *truth;
	const char *access;

	/* set by rapl_config_finish() */
	unsigned int cpus;
	unsigned int cpus_per_package;
	unsigned int cores_per_package;
};

/* What an access to an MSR means for the CPU. */
enum rapl_answer {
	RAPL_OTHER,	/* not a RAPL register: not ours */
	RAPL_VALUE,
	RAPL_FAULT,	/* absent: #GP */
};

/* Of so many the longest interval between updates has room for no more. */
#define RAPL_STRETCHES	32
#define RAPL_NOTES	512

struct rapl_model {
	struct rapl_config cfg;
	/*
	 * Effective time: the integral of wave times power factor in
	 * femtoseconds. Energy of anything is its watts times this.
	 */
	rapl_u128 base_fs;		/* up to since_ns */
	uint64_t since_ns;
	unsigned int percent;
	bool stopped;
	/*
	 * With a stamp, what was before since_ns, the last one first: an update has
	 * the energy of its own time, also if the factor has changed since.
	 */
	struct rapl_stretch {
		uint64_t since_ns;
		rapl_u128 base_fs;
		unsigned int percent;
	} before[RAPL_STRETCHES];
	/*
	 * With work=: what each CPU runs, and what all have used for it at the times
	 * when that changed lately (the last one is notes[(n_notes - 1) % RAPL_NOTES]).
	 */
	unsigned int *running;
	struct rapl_note {
		uint64_t ns;
		rapl_u128 *zj;		/* [cpu] */
	} notes[RAPL_NOTES];
	uint64_t n_notes;
	rapl_u128 *reset_zj;		/* [cpu], at the last reset */
	rapl_u128 class_zj[RAPL_MAX_PACKAGES][RAPL_CLASSES];
	/* last time that all counters went to 0 */
	bool was_reset;
	rapl_u128 reset_fs;
	uint64_t reset_ns;
	unsigned int resets;
	/* with a jitter: when the counters change, in ns; the last one ends the round */
	uint64_t updates[RAPL_UPDATES + 1];
};

void rapl_config_init(struct rapl_config *cfg);
/* One name=value; false: err has one sentence. Keeps no pointer but truth/access. */
bool rapl_config_parse(struct rapl_config *cfg, const char *arg, char *err, size_t errlen);
/* Checks that depend on several arguments, and defaults, for a machine of cpus. */
bool rapl_config_finish(struct rapl_config *cfg, unsigned int cpus, char *err, size_t errlen);

void rapl_model_init(struct rapl_model *m, const struct rapl_config *cfg);
unsigned int rapl_model_package(const struct rapl_model *m, unsigned int cpu);
unsigned int rapl_model_core(const struct rapl_model *m, unsigned int cpu);
enum rapl_answer rapl_model_read(const struct rapl_model *m, unsigned int cpu,
				 uint32_t msr, uint64_t now_ns, uint64_t *value);
bool rapl_model_is_msr(uint32_t msr);

/*
 * True energy since power-on, in microjoule; with RAPL_AT_RESET for a time at the
 * moment of the last reset of the counters (0: there was none).
 */
#define RAPL_AT_RESET	UINT64_MAX
uint64_t rapl_model_energy_uj(const struct rapl_model *m, unsigned int package,
			      enum rapl_domain domain, uint64_t now_ns);
uint64_t rapl_model_core_uj(const struct rapl_model *m, unsigned int core, uint64_t now_ns);

/* From now on a CPU runs code of this class, or RAPL_ASLEEP. */
void rapl_model_run(struct rapl_model *m, unsigned int cpu, unsigned int class, uint64_t now_ns);
/* True energy of a class of code in a package so far, in microjoule */
uint64_t rapl_model_class_uj(const struct rapl_model *m, unsigned int package,
			     unsigned int class, uint64_t now_ns);

void rapl_model_reset(struct rapl_model *m, uint64_t now_ns);
bool rapl_model_factor(struct rapl_model *m, uint64_t now_ns, unsigned int percent);
void rapl_model_stop(struct rapl_model *m, uint64_t now_ns, bool stop);

#endif
