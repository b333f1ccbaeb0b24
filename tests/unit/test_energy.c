// SPDX-License-Identifier: GPL-2.0-only
/*
 * rapl_pmu/energy.h against arithmetic in 128 bits.
 */
#include <stdint.h>
#include <stdlib.h>

#include "host.h"
#include "tap.h"
#include "../../rapl_pmu/energy.h"

__extension__ typedef unsigned __int128 u128;

/* Units of a package */
#define JOULE(exp)	{ exp, false, RAPL_MAX_WATTS }
#define MICRO(exp)	{ exp, true, RAPL_MAX_WATTS }

/* 2^-32 J of so many units, by the definition of the unit */
static u64 exact(u64 units, struct rapl_unit unit)
{
	if (unit.micro)
		return ((u128)units << (32 + unit.exp)) / 1000000;
	return (u128)units << (32 - unit.exp);
}

static u64 seed = 0x9e3779b97f4a7c15;

static u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void test_units(void)
{
	unsigned int exp, micro, bad;

	for (micro = 0; micro < 2; micro++) {
		for (exp = 0; exp < 32; exp++) {
			struct rapl_unit unit = { exp, micro, RAPL_MAX_WATTS };
			int i;

			if (!rapl_unit_valid(unit))
				continue;
			bad = 0;
			for (i = 0; i < 10000; i++) {
				/* 128 bits hold 2^62 units of 2^20 uJ */
				u64 units = rnd() >> (2 + rnd() % 62);

				bad += rapl_energy(units, unit) != exact(units, unit);
			}
			TEST(!bad, "energy in %s%u, 10000 values",
			     micro ? "uJ, exponent " : "J, exponent -", exp);
		}
	}
	TEST(!rapl_unit_valid((struct rapl_unit)MICRO(21)) &&
	     !rapl_unit_valid((struct rapl_unit)JOULE(32)),
	     "units out of range are refused");
}

/* The sum over many small steps is the energy of the whole way. */
static void test_drift(void)
{
	static const struct rapl_unit units[] = {
		MICRO(5), MICRO(3), JOULE(14), JOULE(16),
	};
	unsigned int i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		u64 count = rnd() >> 20, first = count, sum = 0;
		u64 whole;
		int j;

		for (j = 0; j < 1000000; j++) {
			u64 next = count + rnd() % 4000;

			sum += rapl_energy(next, units[i]) -
			       rapl_energy(count, units[i]);
			count = next;
		}
		whole = exact(count, units[i]) - exact(first, units[i]);
		TEST(sum == whole, "no drift in a million steps, exponent %u%s",
		     units[i].exp, units[i].micro ? " uJ" : "");
	}
}

static void test_extend(void)
{
	u64 count = 0xfffffff0, truth = count;
	unsigned int bad = 0;
	int i;

	TEST(rapl_extend(5, 5, RAPL_NARROW) == 5, "no advance");
	TEST(rapl_extend(0xffffffff, 0, RAPL_NARROW) == 0x100000000ULL, "wrap by one");
	TEST(rapl_extend(0x1fffffff0ULL, 0x10, RAPL_NARROW) == 0x200000010ULL,
	     "wrap with an upper half");
	TEST(rapl_extend(0x100000000ULL, 0xffffffff, RAPL_NARROW) == 0x1ffffffffULL,
	     "an advance of 2^32 - 1 units");
	TEST(rapl_extend(0, 0x80000000, RAPL_NARROW) == 0x80000000ULL,
	     "an advance of 2^31 units is not negative");

	for (i = 0; i < 1000000; i++) {
		truth += (u32)rnd();
		count = rapl_extend(count, (u32)truth, RAPL_NARROW);
		bad += count != truth;
	}
	TEST(!bad, "a million advances of up to 2^32 - 1");
}

static void test_periods(void)
{
	const struct rapl_unit amd = JOULE(16), intel = JOULE(14);
	const struct rapl_unit core = { 16, false, RAPL_MAX_CORE_WATTS };
	const struct rapl_unit psys = JOULE(0), slm = MICRO(5);
	unsigned int exp, bad = 0;

	/* 65536 J, 262144 J, 2^32 J and 137439 J at 10 kW */
	TEST(rapl_wrap_ns(amd) == 6553600000ULL, "wrap of 2^-16 J");
	TEST(rapl_wrap_ns(intel) == 26214400000ULL, "wrap of 2^-14 J");
	TEST(rapl_wrap_ns(psys) == 429496729600000ULL, "wrap of 1 J");
	TEST(rapl_wrap_ns(slm) == 13743895347ULL, "wrap of 32 uJ");

	TEST(rapl_timer_ns(amd) == 1638400000ULL, "period for 2^-16 J");
	TEST(rapl_timer_ns(intel) == 6553600000ULL, "period for 2^-14 J");
	for (exp = 0; exp < 32; exp++) {
		struct rapl_unit unit = JOULE(exp);

		bad += rapl_timer_ns(unit) < RAPL_NSEC_PER_SEC;
		/* Units as small as 2^-18 J leave a margin of two. */
		if (exp <= 16)
			bad += rapl_timer_ns(unit) * 2 > rapl_wrap_ns(unit);
	}
	TEST(!bad, "never more than one wake-up a second, and in time");

	TEST(rapl_timer_ns(core) == 65536000000ULL, "period of a core: 65 s");
	TEST(rapl_wrap_ns(core) == 262144000000ULL, "wrap of a core");
}

/* How an advance is judged */
#define IS(verdict, advance, name) TEST((advance) == RAPL_ADVANCE_##verdict, name)

/* One that did not pass 0, or of which nothing is known */
static enum rapl_advance judge(u32 delta, u64 ns, struct rapl_unit unit)
{
	return rapl_judge(delta, delta, ns, RAPL_PACE_UNKNOWN, unit, RAPL_NARROW);
}

static void test_judge(void)
{
	const struct rapl_unit unit = JOULE(16), joule = JOULE(0);
	const u64 sec = RAPL_NSEC_PER_SEC;
	unsigned int exp, bad = 0;

	IS(OK, judge(10000U << 16, sec, unit), "10 kW for a second is energy");
	IS(OK, judge(20000U << 16, sec, unit),
	   "so are two steps of a second in little more than one");
	IS(RESET, judge(20001U << 16, sec, unit), "more than that is a reset");
	IS(OK, judge(0xffffffff, 7 * sec, unit), "nearly a wrap in 7 s is energy");
	IS(BACKWARD, judge(-5U, sec, unit), "5 units back is an early sample");
	IS(BACKWARD, judge(-(10U << 16), 0, unit), "the furthest an early sample goes back: 10 J");
	IS(RESET, judge(-(10U << 16) - 1, 0, unit), "one unit further is a reset");
	TEST(judge(-10, 0, joule) == RAPL_ADVANCE_BACKWARD &&
	     judge(-11, 0, joule) == RAPL_ADVANCE_RESET,
	     "10 J where a unit is 1 J");
	IS(OK, judge(9999 << 16, 0, unit), "a second of 10 kW at once, as from a hypervisor");
	IS(RESET, judge(0x80000000, sec / 10, unit), "32 kJ in 0.1 s is a reset");

	/* What is believed without a clock would be believed with it. */
	for (exp = 0; exp < 32; exp++) {
		struct rapl_unit u = JOULE(exp);

		bad += judge(rapl_free_units(u), 0, u) != RAPL_ADVANCE_OK;
	}
	TEST(!bad, "free units need no clock, exponents 0 to 31");
	TEST(rapl_free_units(unit) == 100U << 16, "free units of 2^-16 J");
	TEST(rapl_free_units((struct rapl_unit)MICRO(5)) == 3125000, "free units of 32 uJ");
}

/* One that passed 0, after an interval at @pace, in a second */
static enum rapl_advance zero(u32 watts, u64 msr, u64 pace)
{
	return rapl_judge(watts << 16, msr, RAPL_NSEC_PER_SEC, pace,
			  (struct rapl_unit)JOULE(16), RAPL_NARROW);
}

/* Wrapped or reset to 0?  The interval before had 300 W. */
static void test_passed_zero(void)
{
	const u64 sec = RAPL_NSEC_PER_SEC, pace = rapl_pace(300 << 16, sec);
	const u64 none = rapl_pace(0, sec);

	IS(OK, zero(2300, 1, pace), "up to four times the power is a wrap");
	IS(RESET, zero(2500, 1, pace), "more was a reset");
	IS(OK, zero(2500, 1, RAPL_PACE_UNKNOWN), "or nobody knows");
	IS(OK, zero(2500, 2500 << 16, pace), "what did not pass 0 was none");
	IS(OK, zero(2500, 1300 << 16, pace), "nor what would have to have risen anyway");
	TEST(zero(790, 1, none) == RAPL_ADVANCE_OK &&
	     zero(810, 1, none) == RAPL_ADVANCE_RESET,
	     "an idle package may rise to 400 W");
}

/* Said to be 64 bits wide */
static enum rapl_advance wide(u64 from, u64 to, u64 seconds)
{
	return rapl_judge(to - from, to, seconds * RAPL_NSEC_PER_SEC,
			  RAPL_PACE_UNKNOWN, (struct rapl_unit)JOULE(16),
			  RAPL_WIDE);
}

static void test_wide(void)
{
	const u64 day = 86400, kilojoule = 1000ULL << 16;

	IS(OK, wide(5, 5 + 300 * 86400 * kilojoule / 1000, day), "300 W for a day without a look");
	TEST(wide(5, 5 + 10 * 86400 * kilojoule, day) == RAPL_ADVANCE_OK &&
	     wide(5, 5 + 11 * 86400 * kilojoule, day) == RAPL_ADVANCE_RESET,
	     "10 kW for a day, but not 11");
	TEST(wide(300ULL << 32, 299ULL << 32, day) == RAPL_ADVANCE_RESET &&
	     wide(300ULL << 32, 100, 1) == RAPL_ADVANCE_RESET,
	     "what goes back in its upper half was reset");
	IS(BACKWARD, wide(300ULL << 32, (300ULL << 32) - 100, 1), "a little is an early sample");
	IS(NARROW, wide(0xffff0000, 0x10000, 1),
	   "a wrap of the low half without a carry: it has 32 bits");
	IS(NARROW, wide(0xabcd00000000 | 0xffff0000, 0xabcd00010000, 1),
	   "with garbage in the upper half, too");
	IS(RESET, wide(0x80000000, 0x10000, 1), "unless its low half is not plausible either");
}

/* Late by less than half a wrap, however often it wrapped */
static void test_stamp(void)
{
	unsigned int bad = 0, misfits = 0;
	int i;

	for (i = 0; i < 100000; i++) {
		u64 steps = rnd() >> (20 + rnd() % 40), late = rnd() % (1U << 31);

		bad += rapl_stamp_extend(steps, (steps + late) * RAPL_STAMP_NS) != steps;
		misfits += !rapl_stamp_fits(steps, (steps + late) * RAPL_STAMP_NS);
	}
	TEST(!bad, "a stamp's wraps are counted by the clock: %u of 100000 wrong", bad);
	TEST(!misfits, "and fit it");
	/* The clock may be some parts in 10,000 slow. */
	TEST(rapl_stamp_extend(5, (1ULL << 32) * RAPL_STAMP_NS / 10000 * 9997) == 5 + (1ULL << 32),
	     "a clock that is slow");
	TEST(rapl_stamp_extend(100, 0) == 100 && rapl_stamp_fits(100, 0), "a stamp ahead of it");
	TEST(rapl_stamp_fits(200000000, 0) && !rapl_stamp_fits(200000001, 0),
	     "by two seconds, no more");
}

static void test_microjoule(void)
{
	struct rapl_unit unit = { .exp = 14, .watts = 1 };

	TEST(rapl_energy_uj(1 << 14, unit) == 1000000, "2^-14 J: a joule in microjoule");
	TEST(rapl_energy_uj(1, unit) == 61, "a unit, rounded down");
	TEST(rapl_energy_uj(1ULL << 57, unit) == (1ULL << 43) * 1000000,
	     "beyond 64 bits on the way");
	unit.exp = 0;
	TEST(rapl_energy_uj(3, unit) == 3000000, "1 J");
	unit.exp = 31;
	TEST(rapl_energy_uj(U32_MAX, unit) == 1999999, "2^-31 J");
	unit.exp = 5;
	unit.micro = true;
	TEST(rapl_energy_uj(7, unit) == 224, "2^5 uJ");
}

int main(void)
{
	test_units();
	test_drift();
	test_extend();
	test_periods();
	test_judge();
	test_passed_zero();
	test_wide();
	test_stamp();
	test_microjoule();
	return TEST_END();
}
