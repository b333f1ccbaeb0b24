/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Energy arithmetic of the RAPL counters: units, wraps, plausibility.
 *
 * Nothing in here calls the kernel, so tests/unit compiles the same file on
 * the host and checks it against exact arithmetic.
 *
 * A RAPL counter is 32 bits wide (SDM vol. 3B, "RAPL Interfaces"; AMD PPR,
 * MSRC001_029A/B) and wraps within seconds on a large machine.  It is extended
 * in software to a count of units that never goes back, and only the difference
 * of two such counts is ever turned into energy.  Those of AMD's Zen 4 and 5
 * are 64 bits wide, and wrap never.
 */
#ifndef RAPL_PMU_ENERGY_H
#define RAPL_PMU_ENERGY_H

#ifdef __KERNEL__
#include <linux/kernel.h>	/* min() and max(), also before 5.10 */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/types.h>
#else
#include "host.h"	/* tests/unit */
#endif

/*
 * Highest mean power that must be counted without loss: of a package, a die or
 * a platform, and of a core.  The timer and the test for a reset counter are
 * both derived from it.  That of a core is no larger than it must be, since its
 * timer wakes it up: 384 of them would wake up for nothing at all.
 */
#define RAPL_MAX_WATTS		10000
#define RAPL_MAX_CORE_WATTS	250

#define RAPL_NSEC_PER_SEC	1000000000ULL

/*
 * A counter moves in steps, of about 1 ms on hardware, and of 1 s where a
 * hypervisor feeds it (QEMU): energy appears at once that was used over a
 * while.  What the highest power burns in the longer of these is believed
 * however little time has gone by.  What it burns in a few of the shorter, 100
 * J of a package, is believed without a look at the clock.
 */
#define RAPL_STEP_NS		RAPL_NSEC_PER_SEC
#define RAPL_FREE_NS		(RAPL_NSEC_PER_SEC / 100)

/* The rise of power that is believed where a counter passed 0: rapl_judge() */
#define RAPL_RISE		4
#define RAPL_IDLE_SHARE		100

/*
 * A counter that is behind its last value by no more than the highest power
 * burns in this time, an update of the hardware, was read early and not reset:
 * 10 J of a package.
 */
#define RAPL_EARLY_NS		(RAPL_NSEC_PER_SEC / 1000)

/* perf counts energy in 2^-32 J, see events/energy-*.scale */
#define RAPL_API_SHIFT		32

/**
 * struct rapl_unit - what one step of a counter stands for
 * @exp:   exponent, 0 to 31 (0 to 20 if @micro)
 * @micro: false: 2^-exp J.  true: 2^exp microjoule, as on Silvermont and
 *         Airmont (SDM vol. 3B, MSR_RAPL_POWER_UNIT of these models)
 * @watts: highest mean power of what is counted, at least 1
 */
struct rapl_unit {
	u8 exp;
	bool micro;
	u16 watts;
};

/**
 * rapl_unit_valid() - can this unit be computed with?
 * @unit: unit
 *
 * Return: true if @unit is in the range the functions below are exact for.
 */
static inline bool rapl_unit_valid(struct rapl_unit unit)
{
	return unit.exp <= (unit.micro ? 20 : 31);
}

/**
 * rapl_energy() - energy of a number of units
 * @units: extended count of units
 * @unit:  what one unit is; must be valid
 *
 * Exact for powers of two.  2^exp uJ is 2^(exp + 26) / 15625 API units, which
 * is rounded down here, but always from the whole count: the differences of
 * successive results add up to the result for the sum, so nothing drifts.
 *
 * Return: energy in 2^-32 J, modulo 2^64.
 */
static inline u64 rapl_energy(u64 units, struct rapl_unit unit)
{
	unsigned int shift;

	if (!unit.micro)
		return units << (RAPL_API_SHIFT - unit.exp);

	shift = unit.exp + 26;
	return ((units / 15625) << shift) +
	       (((units % 15625) << shift) / 15625);
}

/**
 * rapl_energy_uj() - energy of a number of units
 * @units: extended count of units
 * @unit:  what one unit is; must be valid
 *
 * Return: energy in microjoule, rounded down, for up to 2^43 J.
 */
static inline u64 rapl_energy_uj(u64 units, struct rapl_unit unit)
{
	if (unit.micro)
		return units << unit.exp;
	return mul_u64_u64_shr(units, 1000000, unit.exp);
}

/* The bits that a counter has */
#define RAPL_NARROW	((u64)U32_MAX)
#define RAPL_WIDE	U64_MAX

/**
 * rapl_extend() - carry a counter on into 64 bits
 * @units: extended count at an earlier time
 * @raw:   the counter now, in the numbering of @units
 * @mask:  its bits
 *
 * Return: the extended count now, if less than one wrap lies between.
 */
static inline u64 rapl_extend(u64 units, u64 raw, u64 mask)
{
	return units + ((raw - units) & mask);
}

/**
 * rapl_wrap_ns() - how soon a counter can wrap
 * @unit: unit of the counter; must be valid
 *
 * Return: time in ns in which the highest power burns 2^32 units.
 */
static inline u64 rapl_wrap_ns(struct rapl_unit unit)
{
	if (unit.micro)
		return (1ULL << (32 + unit.exp)) * 1000 / unit.watts;

	return (1ULL << (32 - unit.exp)) * RAPL_NSEC_PER_SEC / unit.watts;
}

/**
 * rapl_timer_ns() - how often a counter must be looked at
 * @unit: unit of the counter; must be valid
 *
 * A quarter of the shortest wrap time leaves room for a timer that is late, and
 * for telling a reset from energy: 65 s for a core of AMD's.  Never more than
 * one wake-up a second.
 *
 * Return: period in ns, at least one second.
 */
static inline u64 rapl_timer_ns(struct rapl_unit unit)
{
	u64 ns = rapl_wrap_ns(unit) / 4;

	return ns < RAPL_NSEC_PER_SEC ? RAPL_NSEC_PER_SEC : ns;
}

/**
 * rapl_free_units() - advance that needs no look at the clock
 * @unit: unit of the counter; must be valid
 *
 * Return: what the highest power burns in RAPL_FREE_NS, in units, at least 1.
 */
static inline u32 rapl_free_units(struct rapl_unit unit)
{
	u64 uj = unit.watts * (RAPL_FREE_NS / 1000);
	u64 units;

	if (unit.micro)
		units = uj >> unit.exp;
	else
		units = (uj << unit.exp) / 1000000;

	if (!units)
		return 1;
	return units > 0x7fffffff ? 0x7fffffff : units;
}

/* What an advance of a counter turns out to be. */
enum rapl_advance {
	RAPL_ADVANCE_OK,	/* energy */
	RAPL_ADVANCE_BACKWARD,	/* an early sample: nothing happened */
	RAPL_ADVANCE_RESET,	/* the counter was set back: start anew */
	RAPL_ADVANCE_NARROW,	/* only its low half counts, and has wrapped */
};

/* Units in 2^32 ns: how fast a counter moves */
#define RAPL_PACE_UNKNOWN	0ULL

/**
 * rapl_pace() - how fast a counter moved
 * @units: advance
 * @ns:    time that it took
 *
 * Return: units in 2^32 ns; %RAPL_PACE_UNKNOWN if they do not fit.
 */
static inline u64 rapl_pace(u64 units, u64 ns)
{
	if (units > U32_MAX)
		return RAPL_PACE_UNKNOWN;
	return div64_u64(units << 32, ns | 1) | 1;
}

/* Does the highest power burn so many units in @ns?  @wrap: rapl_wrap_ns() */
static inline bool rapl_explains(u64 units, u64 ns, u64 wrap)
{
	u64 wraps = units >> 32;

	return wraps <= div64_u64(ns, wrap) &&
	       wraps * wrap + mul_u64_u32_shr(wrap, units, 32) <= ns;
}

/* rapl_judge() of a counter that is said to be 64 bits wide */
static inline enum rapl_advance rapl_judge_wide(u64 delta, u64 msr, u64 ns,
						u64 wrap)
{
	if (rapl_explains(delta, ns, wrap))
		return RAPL_ADVANCE_OK;
	if (rapl_explains(-delta, RAPL_EARLY_NS, wrap))
		return RAPL_ADVANCE_BACKWARD;
	/* It went back within its low half, and that is what a wrap does. */
	if ((msr - delta) >> 32 == msr >> 32 &&
	    rapl_explains((u32)delta, ns, wrap))
		return RAPL_ADVANCE_NARROW;
	return RAPL_ADVANCE_RESET;
}

/**
 * rapl_judge() - is an advance of the counter energy?
 * @delta: advance in units, modulo what its bits hold
 * @msr:   where the counter is now
 * @ns:    time it had, too long rather than too short
 * @pace:  how fast it moved in the interval before, or %RAPL_PACE_UNKNOWN
 * @unit:  what it counts
 * @mask:  its bits
 *
 * What the highest power does not explain was a reset.  What it does explain
 * and did not pass 0 on the way is energy.  What passed 0 has wrapped or was
 * reset to it, and the interval before tells which: it was a reset if the power
 * since then would have to be more than RAPL_RISE times what it was, and the
 * energy since a reset would not be more than twice.  An idle processor may
 * rise further: at least RAPL_IDLE_SHARE of the highest power is taken for what
 * it was.
 *
 * Return: what it is.
 */
static inline enum rapl_advance rapl_judge(u64 delta, u64 msr, u64 ns, u64 pace,
					   struct rapl_unit unit, u64 mask)
{
	u64 wrap = rapl_wrap_ns(unit), expected, idle;

	ns += RAPL_STEP_NS;
	if (mask == RAPL_WIDE)
		return rapl_judge_wide(delta, msr, ns, wrap);
	if (!rapl_explains(delta, ns, wrap))
		return rapl_explains(-delta & mask, RAPL_EARLY_NS, wrap) ?
			RAPL_ADVANCE_BACKWARD : RAPL_ADVANCE_RESET;
	if (msr >= delta || pace == RAPL_PACE_UNKNOWN)
		return RAPL_ADVANCE_OK;

	idle = rapl_pace(U32_MAX, wrap * RAPL_IDLE_SHARE);
	expected = mul_u64_u64_shr(max(pace, idle), ns, 32);
	if (delta / RAPL_RISE > expected && msr / 2 <= expected)
		return RAPL_ADVANCE_RESET;
	return RAPL_ADVANCE_OK;
}

/*
 * Some servers stamp each update of the package's energy with its time, in
 * steps of 10 ns and 32 bits: it wraps after 42.9 s.
 */
#define RAPL_STAMP_NS	10

/* Often enough to count the wraps without a clock */
#define RAPL_STAMP_TIMER_NS	(10 * RAPL_NSEC_PER_SEC)

/**
 * rapl_stamp_extend() - carry a stamp on into 64 bits
 * @steps: its advance, modulo 2^32
 * @ns:    time it had
 *
 * The stamp may be behind the clock by any time, where nothing is updated. The
 * clock only says how often it wrapped, to the nearest.
 *
 * Return: its advance.
 */
static inline u64 rapl_stamp_extend(u32 steps, u64 ns)
{
	u64 had = div64_u64(ns, RAPL_STAMP_NS);

	if (had <= steps)
		return steps;
	return steps + ((had - steps + (1ULL << 31)) & ~(u64)U32_MAX);
}

/**
 * rapl_stamp_fits() - does an advance of a stamp fit the clock?
 * @steps: what rapl_stamp_extend() said
 * @ns:    time it had since it was last seen to move
 *
 * It may be late by a step of the counter, and so may the clock's start have
 * been: so far it may seem to run ahead.
 *
 * Return: false if only a reset explains it.
 */
static inline bool rapl_stamp_fits(u64 steps, u64 ns)
{
	return steps <= div64_u64(ns + 2 * RAPL_STEP_NS, RAPL_STAMP_NS);
}

#endif /* RAPL_PMU_ENERGY_H */
