/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's way to the truth of the RAPL model (tests/model/rapl_plugin.c), by CPUID
 * leaves that only the model answers: needs no privilege, no driver, no file.
 */
#ifndef TESTS_GUEST_TRUTH_H
#define TESTS_GUEST_TRUTH_H

#include "perf.h"

#include <cpuid.h>

#define TRUTH_LEAF	0x52415000
#define TRUTH_COMMAND	0x52415001
#define TRUTH_SIGNATURE	0x4c504152	/* "RAPL" */
#define TRUTH_CORE	0x80000000U
#define TRUTH_DOMAINS	5
#define TRUTH_CLASSES	4	/* of instructions, after the domains */

enum { TRUTH_MARK = 1, TRUTH_RESET, TRUTH_FACTOR, TRUTH_STOP };

static const char *const truth_names[TRUTH_DOMAINS] = { "pkg", "cores", "ram", "gpu", "psys" };

struct regs {
	unsigned int eax, ebx, ecx, edx;
};

static inline struct regs ask_model(unsigned int leaf, unsigned int ecx)
{
	struct regs r;

	__cpuid_count(leaf, ecx, r.eax, r.ebx, r.ecx, r.edx);
	return r;
}

/* The machine's packages in ecx, the cores of each in edx */
static inline struct regs find_model(void)
{
	struct regs r = ask_model(TRUTH_LEAF, 0xffffffff);

	if (r.eax != TRUTH_SIGNATURE || r.ebx != 1)
		die("this machine has no RAPL model: start QEMU with -plugin librapl.so");
	return r;
}

/* Microjoule; *ns (if wanted) is the model's time of exactly this energy. */
static inline uint64_t true_energy(unsigned int what, uint64_t *ns)
{
	struct regs r = ask_model(TRUTH_LEAF, what);

	if (ns)
		*ns = (uint64_t)r.ecx << 32 | r.ebx;
	return (uint64_t)r.edx << 32 | r.eax;
}

static inline void command_model(unsigned int command, unsigned int value)
{
	if (ask_model(TRUTH_COMMAND, command | value << 8).eax != 1)
		die("the model refused command %u with value %u", command, value);
}

/* What to ask for: domain or class NAME of package INDEX, or core INDEX of the machine */
static inline unsigned int truth_question(const char *name, unsigned int index)
{
	unsigned int d;

	if (!strcmp(name, "core"))
		return TRUTH_CORE | index;
	for (d = 0; d < TRUTH_DOMAINS; d++)
		if (!strcmp(name, truth_names[d]))
			return index << 8 | d;
	if (sscanf(name, "work%u", &d) == 1 && d < TRUTH_CLASSES)
		return index << 8 | (TRUTH_DOMAINS + d);
	die("the model knows no domain %s: pkg cores ram gpu psys core work0 to work3", name);
}

#endif /* TESTS_GUEST_TRUTH_H */
