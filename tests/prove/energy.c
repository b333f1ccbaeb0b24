// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tests/prove/run has CBMC calculate for every input: each function is a property
 * of rapl_pmu/energy.h or of cpu.c's units.
 */
#include "prove.h"
#include "host.h"
#include "energy.h"
#include "cpu.h"
#include "cpu_unit.h"	/* the function of cpu.c, which tests/prove/run takes out */

__extension__ typedef unsigned __int128 u128;

/* As rapl_unit_valid() lets them in; packages and cores */
static struct rapl_unit any_unit(void)
{
	struct rapl_unit unit = {
		.exp = nondet_u8(),
		.micro = nondet_bool(),
		.watts = nondet_bool() ? RAPL_MAX_WATTS : RAPL_MAX_CORE_WATTS,
	};

	ASSUME(rapl_unit_valid(unit));
	return unit;
}

/* ---- units and energy -------------------------------------------------- */

void energy_power_of_two(void)
{
	u64 units = nondet_u64();
	struct rapl_unit unit = any_unit();

	ASSUME(!unit.micro);
	PROVE(rapl_energy(units, unit) == (u64)(((u128)units << 32) >> unit.exp),
	      "2^-exp J: units * 2^(32 - exp), modulo 2^64");
}

/*
 * 2^exp uJ are 2^(exp + 26) / 15625 of 2^-32 J.  A solver has no good way to divide 64 bits:
 * here are all remainders that there are, for one EXP after the other; what is whole is
 * shifted, and tests/unit/test_energy.c has counts of 64 bits, at random.
 */
#ifndef EXP
#define EXP	0
#endif
void energy_micro(void)
{
	struct rapl_unit unit = { EXP, true, RAPL_MAX_WATTS };
	u64 units = nondet_u64(), energy;

	ASSUME(units < 15625);
	energy = rapl_energy(units, unit);
	PROVE(units << (EXP + 26) >> (EXP + 26) == units, "does not overflow");
	PROVE(energy * 15625 <= units << (EXP + 26), "no more than it is");
	PROVE((energy + 1) * 15625 > units << (EXP + 26), "and less by less than one");
}

void unit_of_a_processor(void)
{
	struct rapl_cpu cpu = { .quirks = nondet_u32() };
	enum rapl_domain domain = nondet_u32();
	u64 msr = nondet_u64();
	struct rapl_unit unit;

	ASSUME(domain < RAPL_NR_DOMAINS);
	unit = rapl_cpu_unit(&cpu, msr, domain);
	PROVE(unit.exp <= 31, "at most 31");
	PROVE(unit.micro || rapl_unit_valid(unit), "valid, unless in microjoules");
	PROVE(unit.watts == RAPL_MAX_WATTS, "a package's power");
}

/* ---- counts ------------------------------------------------------------ */

void extend_narrow(void)
{
	u64 before = nondet_u64(), advance = nondet_u64(), garbage = nondet_u64();
	u64 now = before + advance;

	/* The MSR has the low half of the true count, and anything above. */
	ASSUME(advance <= U32_MAX);
	PROVE(rapl_extend(before, (u32)now | garbage << 32, RAPL_NARROW) == now,
	      "the true count, if less than a wrap lies between");
}

void extend_wide(void)
{
	u64 before = nondet_u64(), now = nondet_u64();

	PROVE(rapl_extend(before, now, RAPL_WIDE) == now, "the counter itself");
}

void stamp(void)
{
	u64 true_steps = nondet_u64(), ns = nondet_u64(), had = ns / RAPL_STAMP_NS;

	/* Behind the clock by at most half a wrap, 21 s, or ahead of it by less than that */
	ASSUME(true_steps <= U64_MAX / 100);
	ASSUME(had <= true_steps || had - true_steps < 1ULL << 31);
	ASSUME(had >= true_steps || true_steps - had < 1ULL << 31);
	PROVE(rapl_stamp_extend((u32)true_steps, ns) == true_steps,
	      "the true advance, if the clock is less than half a wrap off");
}

/* ---- times ------------------------------------------------------------- */

void wrap_time(void)
{
	struct rapl_unit unit = any_unit();
	u64 ns = rapl_wrap_ns(unit);
	/* 2^32 units in nanojoule, that is nanoseconds at one watt */
	u128 nj = unit.micro ? ((u128)1000 << 32) << unit.exp :
			       ((u128)RAPL_NSEC_PER_SEC << 32) >> unit.exp;

	PROVE(ns > 0, "never 0: it is divided by");
	PROVE((u128)ns * unit.watts <= nj, "not too long");
	PROVE((u128)(ns + 1) * unit.watts > nj, "and not too short by a nanosecond");
}

void timer_period(void)
{
	struct rapl_unit unit = any_unit();
	u64 ns = rapl_timer_ns(unit);

	PROVE(ns >= RAPL_NSEC_PER_SEC, "at most one wake-up a second");
	PROVE(ns == RAPL_NSEC_PER_SEC || ns <= rapl_wrap_ns(unit) / 4,
	      "four looks in a wrap, where a second allows that");
}

void free_units(void)
{
	struct rapl_unit unit = any_unit();
	u32 units = rapl_free_units(unit);
	u64 uj = unit.watts * (RAPL_FREE_NS / 1000);
	u128 used = unit.micro ? (u128)units << unit.exp : (u128)units * 1000000;

	PROVE(units >= 1 && units <= 0x7fffffff, "positive in 32 bits");
	PROVE(units == 1 || used <= (unit.micro ? uj : (u128)uj << unit.exp),
	      "no more than the highest power burns in that time");
}

/* ---- is it energy? ----------------------------------------------------- */

void judge(void)
{
	struct rapl_unit unit = any_unit();
	u64 mask = nondet_bool() ? RAPL_NARROW : RAPL_WIDE;
	u64 delta = nondet_u64() & mask, msr = nondet_u64() & mask, ns = nondet_u64();
	enum rapl_advance advance;

	/* A century */
	ASSUME(ns < 1ULL << 62);
	advance = rapl_judge(delta, msr, ns, nondet_u64(), unit, mask);
	PROVE(advance == RAPL_ADVANCE_OK || advance == RAPL_ADVANCE_BACKWARD ||
	      advance == RAPL_ADVANCE_RESET || advance == RAPL_ADVANCE_NARROW, "one of four");
	PROVE(advance != RAPL_ADVANCE_NARROW || mask == RAPL_WIDE,
	      "what has 32 bits is not found to have 32");
	PROVE(delta || advance == RAPL_ADVANCE_OK, "no advance is no reset");
}
