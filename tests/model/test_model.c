// SPDX-License-Identifier: GPL-2.0
/* Host tests of rapl_model.c */
#include "rapl_model.h"
#include "../unit/tap.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECOND	1000000000ULL

static void check_equal(uint64_t seen, uint64_t wanted, const char *what)
{
	TEST(seen == wanted, seen == wanted ? "%s" :
	     "%s: %" PRIu64 " (%#" PRIx64 "), expected %" PRIu64 " (%#" PRIx64 ")",
	     what, seen, seen, wanted, wanted);
}

/* The plugin's arguments, as QEMU hands them over: false and why, or true */
static bool read_config(struct rapl_config *cfg, unsigned int cpus, const char *args,
			char *err, size_t len)
{
	char buf[400], *a, *save = NULL;

	rapl_config_init(cfg);
	snprintf(buf, sizeof(buf), "%s", args);
	for (a = strtok_r(buf, " ", &save); a; a = strtok_r(NULL, " ", &save))
		if (!rapl_config_parse(cfg, a, err, len))
			return false;
	return rapl_config_finish(cfg, cpus, err, len);
}

/* The machine in question */
static struct rapl_model m;

static void machine(unsigned int cpus, const char *args)
{
	struct rapl_config cfg;
	char err[400];

	if (!read_config(&cfg, cpus, args, err, sizeof(err))) {
		printf("Bail out! %s\n", err);
		exit(1);
	}
	rapl_model_init(&m, &cfg);
}

static uint64_t read_msr(unsigned int cpu, uint32_t msr, uint64_t now)
{
	uint64_t v = 0xdeadbeefdeadbeefULL;

	if (rapl_model_read(&m, cpu, msr, now, &v) != RAPL_VALUE)
		return 0xbad;
	return v;
}

/* What an MSR says at a time; what package 0 has used by then in truth, in microjoule */
#define says(cpu, msr, now, wanted, what) check_equal(read_msr(cpu, msr, now), wanted, what)
#define used(domain, now, wanted, what) \
	check_equal(rapl_model_energy_uj(&m, 0, domain, now), wanted, what)

/* Each of @msrs, which end with 0, has this answer. */
static void check_answers(unsigned int cpu, enum rapl_answer wanted, const char *what,
			  const uint32_t *msrs)
{
	static const char *const names[] = {
		[RAPL_OTHER] = "other", [RAPL_VALUE] = "value", [RAPL_FAULT] = "fault",
	};
	uint64_t v;

	for (; *msrs; msrs++) {
		enum rapl_answer a = rapl_model_read(&m, cpu, *msrs, SECOND, &v);

		TEST(a == wanted, "%s: MSR %#x of cpu %u answers %s", what, *msrs, cpu, names[a]);
	}
}

#define ANSWERS(cpu, wanted, what, ...) \
	check_answers(cpu, wanted, what, (const uint32_t[]){ __VA_ARGS__, 0 })

static void test_units(void)
{
	unsigned int u;

	machine(1, "pkg0=64/32/8/2/1 tick=0");
	says(0, RAPL_MSR_UNIT, 5, 0xa0e03, "Intel's unit is 14 unless told");
	says(0, RAPL_MSR_PKG, SECOND, 64 << 14, "64 W for 1 s at 2^-14");
	says(0, RAPL_MSR_CORES, SECOND, 32 << 14, "cores: 639h");
	says(0, RAPL_MSR_RAM, SECOND, 8 << 14, "ram: 619h");
	says(0, RAPL_MSR_GPU, SECOND, 2 << 14, "gpu: 641h");
	says(0, RAPL_MSR_PSYS, SECOND, 1 << 14, "psys: 64Dh");
	says(0, RAPL_MSR_PKG, 0, 0, "nothing is used at time 0");

	for (u = 0; u < 32; u++) {
		char args[80];

		snprintf(args, sizeof(args), "pkg0=3 tick=0 unit=%u", u);
		machine(1, args);
		TEST(read_msr(0, RAPL_MSR_UNIT, 0) == (0xa0003 | u << 8) &&
		     read_msr(0, RAPL_MSR_PKG, SECOND / 2) ==
		     (uint32_t)((3ULL << u) / 2), "unit %u: 606h and 1.5 J", u);
	}

	machine(1, "pkg0=64/32/8/2/7 tick=0 ram_unit=16 psys_unit=0");
	says(0, RAPL_MSR_RAM, SECOND, 8 << 16, "fixed ram unit 2^-16");
	says(0, RAPL_MSR_PSYS, SECOND, 7, "fixed psys unit 1 J");
	says(0, RAPL_MSR_PSYS, SECOND - 1, 6, "a unit not yet full does not count");
	says(0, RAPL_MSR_PKG, SECOND, 64 << 14, "fixed units leave pkg alone");
	says(0, RAPL_MSR_UNIT, 0, 0xa0e03, "fixed units leave 606h alone");

	machine(1, "atom=1 pkg0=4/2 tick=0");
	says(0, RAPL_MSR_UNIT, 0, 0xa0503, "atom: unit 5 unless told");
	says(0, RAPL_MSR_PKG, SECOND, 4000000 / 32, "atom: 2^5 microjoule");
	says(0, RAPL_MSR_CORES, 3 * SECOND, 6000000 / 32, "atom: cores");
	machine(1, "atom=1 unit=3 pkg0=4/2/1 ram_unit=16 tick=0");
	says(0, RAPL_MSR_PKG, SECOND, 4000000 / 8, "atom: 2^3 microjoule");
	says(0, RAPL_MSR_RAM, SECOND, 1 << 16, "atom: a fixed ram unit is a power of two");
	/* 13 days: would be off by thousands of units if the unit were rounded */
	machine(1, "atom=1 unit=5 pkg0=3.2 tick=0");
	says(0, RAPL_MSR_PKG, 1123200 * SECOND, (uint32_t)(3200000ULL * 1123200 / 32),
	     "atom: no drift in 13 days");
}

static void test_wrap(void)
{
	machine(1, "pkg0=64 tick=0 start=0xffffff00");
	says(0, RAPL_MSR_PKG, 0, 0xffffff00, "start value");
	says(0, RAPL_MSR_RAM, 0, 0xffffff00, "start value of every counter");
	/* 64 W * 2^14: one unit each 953.67 ns */
	says(0, RAPL_MSR_PKG, 243188, 0xffffffff, "last value before the wrap");
	says(0, RAPL_MSR_PKG, 244141, 0, "wraps to 0 at 2^32");
	says(0, RAPL_MSR_PKG, SECOND, (64 << 14) - 0x100, "goes on after the wrap");

	machine(1, "pkg0=8000 unit=16 tick=0");
	says(0, RAPL_MSR_PKG, 40 * SECOND, (uint32_t)(320000ULL << 16),
	     "8 kW at 2^-16 for 40 s wraps 4 times");
	used(RAPL_PKG, 40 * SECOND, 320000000000ULL, "truth does not wrap");
	machine(1, "pkg0=1000000 unit=31 tick=0 wave=square:100:100:1");
	used(RAPL_PKG, 86400 * SECOND, 100ULL * 1000000 * 86400 * 1000000,
	     "1 MW times 100 for a day");
	says(0, RAPL_MSR_PKG, 86400 * SECOND, (uint32_t)((100ULL * 1000000 * 86400) << 31),
	     "and its counter");

	machine(1, "pkg0=64 tick=0 high=0xabcd1234 start=0xffffffff");
	says(0, RAPL_MSR_PKG, 0, 0xabcd1234ffffffffULL, "garbage in the upper half");
	says(0, RAPL_MSR_PKG, SECOND, 0xabcd123400000000ULL | ((64 << 14) - 1),
	     "garbage takes no carry");
	says(0, RAPL_MSR_UNIT, SECOND, 0xa0e03, "no garbage in the unit register");

	machine(1, "pkg0=64 tick=0 high=5 start=0xffffffff wide=1");
	says(0, RAPL_MSR_PKG, SECOND, 0x600000000ULL + (64 << 14) - 1, "a wide counter carries");
	rapl_model_reset(&m, SECOND);
	says(0, RAPL_MSR_PKG, 2 * SECOND, 64 << 14, "and is reset as a whole");
}

static void test_tick(void)
{
	machine(2, "pkg0=64 tick=1000000");
	says(0, RAPL_MSR_PKG, 999999, 0, "no update before the first tick");
	says(0, RAPL_MSR_PKG, 1000000, 1048, "update at the tick");
	says(0, RAPL_MSR_PKG, 1999999, 1048, "same value until the next");
	used(RAPL_PKG, 1999999, 127999, "truth has no tick");
	machine(2, "pkg0=64");
	says(0, RAPL_MSR_PKG, 976561, 0, "default tick: 1/1024 s");
	says(0, RAPL_MSR_PKG, 976562, 1023, "default tick: update");

	machine(2, "pkg0=64 tick=0 skew=1000000");
	says(0, RAPL_MSR_PKG, SECOND, 64 << 14, "skew: even CPUs are right");
	says(1, RAPL_MSR_PKG, SECOND + 1000000, 64 << 14, "skew: odd CPUs are behind");
	says(1, RAPL_MSR_PKG, 500000, 0, "skew: not before power-on");

	machine(1, "pkg0=64 tick=0 late=3000000000 start=7");
	says(0, RAPL_MSR_PKG, 3 * SECOND - 1, 7, "late: nothing until then");
	says(0, RAPL_MSR_PKG, 4 * SECOND, 7 + (64 << 14), "late: from there on");
}

/* What a reader without pause would see of a machine's updates */
static void check_jitter(const char *args, double mean, double sd, double max)
{
	double at = 0, sum = 0, squares = 0, longest = 0, is, was;
	unsigned int i, n = RAPL_UPDATES, apart = 0;
	uint64_t now = 0;

	machine(1, args);
	for (i = 0; i < n; i++) {
		double x;

		now = m.updates[i + 1];
		x = now - at;
		at = now;
		sum += x;
		squares += x * x;
		if (x > longest)
			longest = x;
		/* just before it, and then */
		is = read_msr(0, RAPL_MSR_STAMPED, now) >> 32;
		was = read_msr(0, RAPL_MSR_STAMPED, now - 1) >> 32;
		apart += is != now / 10 || was != m.updates[i] / 10;
		apart += (uint32_t)read_msr(0, RAPL_MSR_STAMPED, now) !=
			 (uint32_t)(((rapl_u128)now * 64 << 14) / SECOND);
	}
	sum /= n;
	squares = sqrt(squares / n - sum * sum);
	TEST(fabs(sum / mean - 1) < 0.001 && fabs(squares / sd - 1) < 0.02 &&
	     fabs(longest - max) < 100, "%s: mean %.0f, standard deviation %.0f, longest %.0f ns",
	     args, sum, squares, longest);
	TEST(!apart, "%s: energy and time change at the update and together", args);
	TEST(read_msr(0, RAPL_MSR_STAMPED, 3 * now + 5) >> 32 == 3 * now / 10,
	     "%s: and so on", args);
}

static void test_stamp(void)
{
	uint64_t first;

	machine(2, "pkg0=64/32/8/2/16 tick=1000000 stamp=pkg high=0xdead");
	says(0, RAPL_MSR_STAMPED, 999999, 0, "stamp: nothing before the first update");
	says(0, RAPL_MSR_STAMPED, 5999999, 500000ULL << 32 | 5242,
	     "stamp: energy and time of the last update");
	says(0, RAPL_MSR_PKG, 5999999, 0xdeadULL << 32 | 5242, "stamp: 611h is as ever");
	says(0, RAPL_MSR_PSYS, 5999999, 0xdeadULL << 32 | 1310, "stamp=pkg: none in 64Dh");
	says(0, RAPL_MSR_STAMPED, 43 * SECOND, (4300000000ULL - (1ULL << 32)) << 32 |
	     (uint32_t)(43 * 64 << 14), "stamp: wraps after 42.9 s");
	machine(2, "pkg0=64/32/8/2/16 tick=1000000 stamp=psys skew=2000000");
	says(0, RAPL_MSR_PSYS, 5999999, 500000ULL << 32 | 1310, "stamp=psys: 64Dh, too");
	says(1, RAPL_MSR_STAMPED, 5999999, 300000ULL << 32 | 3145, "stamp: of the CPU's own update");
	machine(1, "pkg0=64 tick=1000000 stamp=pkg stamp_start=0xffffffff start=7");
	says(0, RAPL_MSR_STAMPED, SECOND, 99999999ULL << 32 | (7 + (64 << 14)), "stamp: start values");
	rapl_model_reset(&m, SECOND + 500000);
	says(0, RAPL_MSR_STAMPED, SECOND + 900000, 0, "stamp: a reset sets it back");
	says(0, RAPL_MSR_STAMPED, 2 * SECOND, 99950000ULL << 32 | (uint32_t)(63.968 * (1 << 14)),
	     "stamp: and it goes on from there");
	machine(1, "pkg0=64 tick=1000000 stamp=pkg");
	rapl_model_factor(&m, 1500000, 200);
	says(0, RAPL_MSR_STAMPED, 1600000, 100000ULL << 32 | 1048,
	     "stamp: of an update before the power changed");
	rapl_model_factor(&m, 2250000, 0);
	rapl_model_factor(&m, 2500000, 500);
	says(0, RAPL_MSR_STAMPED, 2750000, 200000ULL << 32 | 2621, "stamp: and before two changes");
	says(0, RAPL_MSR_STAMPED, 3000000, 300000ULL << 32 | 5767, "stamp: and behind them");
	machine(1, "pkg0=64 tick=1000000 stamp=pkg late=3000000000");
	says(0, RAPL_MSR_STAMPED, 3 * SECOND - 1, 0, "stamp: not before the feed");
	says(0, RAPL_MSR_STAMPED, 4 * SECOND, 100000000ULL << 32 | 64 << 14, "stamp: but then");
	machine(1, "pkg0=64 tick=1000000 stamp=still stamp_start=5");
	says(0, RAPL_MSR_STAMPED, SECOND, 5ULL << 32 | 64 << 14, "stamp=still: its time does not move");
	machine(1, "pkg0=64 tick=1000000");
	ANSWERS(0, RAPL_FAULT, "no stamp", RAPL_MSR_STAMPED);
	machine(2, "packages=2 stamp=pkg absent1=stamped");
	ANSWERS(0, RAPL_VALUE, "absent1=stamped", RAPL_MSR_STAMPED);
	ANSWERS(1, RAPL_FAULT, "absent1=stamped", RAPL_MSR_STAMPED);

	check_jitter("pkg0=64 stamp=pkg jitter=broadwell-ep", 1000900, 42000, 1200000);
	check_jitter("pkg0=64 stamp=pkg jitter=icelake-sp", 999800, 270000, 2830000);
	check_jitter("pkg0=64 stamp=pkg jitter=knl", 1001000, 28000, 1100000);
	check_jitter("pkg0=64 stamp=pkg jitter=zen2", 1000000, 3200, 1170000);
	check_jitter("pkg0=64 stamp=pkg tick=20000 jitter=4000:45000", 20000, 4000, 45000);
	machine(1, "jitter=icelake-sp");
	first = m.updates[77];
	machine(1, "jitter=icelake-sp");
	check_equal(m.updates[77], first, "the same seed, the same updates");
	machine(1, "jitter=icelake-sp seed=2");
	TEST(m.updates[77] != first, "another seed, other updates");
	machine(1, "pkg0=64 jitter=icelake-sp");
	used(RAPL_PKG, 5000001, 320000, "truth has no jitter");
}

static void test_packages(void)
{
	unsigned int cpu;

	machine(8, "packages=2 pkg0=64/32 pkg1=128/16 tick=0");
	for (cpu = 0; cpu < 8; cpu++)
		TEST(rapl_model_package(&m, cpu) == cpu / 4 &&
		     read_msr(cpu, RAPL_MSR_PKG, SECOND) == (cpu < 4 ? 64 : 128) << 14,
		     "cpu %u reads its own package's counter", cpu);
	machine(6, "packages=3 pkg0=64/32 pkg2=10 tick=0");
	says(3, RAPL_MSR_PKG, SECOND, 64 << 14, "pkg0 is the default of the rest");
	says(5, RAPL_MSR_PKG, SECOND, 10 << 14, "pkg2 has its own");
	says(5, RAPL_MSR_CORES, SECOND, 0, "watts left out are 0");
	machine(2, "");
	used(RAPL_PKG, SECOND, 65000000, "65 W unless told");
	used(RAPL_CORES, SECOND, 45000000, "45 W cores unless told");
	machine(2, "pkg0=0.000001/1.5/.25/2./0 tick=0");
	used(RAPL_PKG, SECOND, 1, "watts: 6 decimals");
	used(RAPL_CORES, SECOND, 1500000, "watts: 1.5");
	used(RAPL_RAM, SECOND, 250000, "watts: .25");
	used(RAPL_GPU, SECOND, 2000000, "watts: 2.");
}

static void test_amd(void)
{
	unsigned int cpu;

	machine(8, "vendor=amd packages=2 threads=2 pkg0=64/24 pkg1=32/8 tick=0");
	says(0, RAPL_MSR_AMD_UNIT, 0, 0xa1003, "AMD's unit is 16 unless told");
	says(0, RAPL_MSR_AMD_PKG, SECOND, 64 << 16, "AMD: package 0");
	says(7, RAPL_MSR_AMD_PKG, SECOND, 32 << 16, "AMD: package 1");
	for (cpu = 0; cpu < 8; cpu++)
		TEST(rapl_model_core(&m, cpu) == cpu / 2 &&
		     read_msr(cpu, RAPL_MSR_AMD_CORE, SECOND) ==
		     (cpu < 4 ? 12 : 4) << 16, "AMD: cpu %u reads its core", cpu);
	check_equal(rapl_model_core_uj(&m, 1, SECOND), 12000000, "AMD: truth of core 1");
	check_equal(rapl_model_core_uj(&m, 3, SECOND), 4000000, "AMD: truth of core 3");
	ANSWERS(0, RAPL_FAULT, "AMD has no Intel registers",
		RAPL_MSR_UNIT, RAPL_MSR_PKG, RAPL_MSR_PSYS);
	machine(8, "vendor=amd packages=2 core=2.5 pkg0=64/24 tick=0 unit=14");
	says(7, RAPL_MSR_AMD_CORE, SECOND, 5 << 13, "AMD: core= watts");
	check_equal(rapl_model_energy_uj(&m, 1, RAPL_CORES, SECOND), 10000000,
		    "AMD: the cores' sum");
	says(0, RAPL_MSR_AMD_UNIT, 0, 0xa0e03, "AMD: unit=14");
	machine(2, "vendor=amd absent=core");
	ANSWERS(0, RAPL_FAULT, "absent=core", RAPL_MSR_AMD_CORE);
	ANSWERS(0, RAPL_VALUE, "absent=core", RAPL_MSR_AMD_PKG, RAPL_MSR_AMD_UNIT);
}

static void test_absent(void)
{
	static const uint32_t all[] = {
		RAPL_MSR_UNIT, RAPL_MSR_PKG, RAPL_MSR_RAM, RAPL_MSR_CORES, RAPL_MSR_GPU,
		RAPL_MSR_STAMPED, RAPL_MSR_PSYS, RAPL_MSR_AMD_UNIT, RAPL_MSR_AMD_CORE, RAPL_MSR_AMD_PKG,
	};
	static const uint32_t others[] = { 0, 0x605, 0x607, 0x613, 0x640,
		0x64c, 0x64e, 0xc0010298, 0xc001029c, 0xc0000080 };
	unsigned int i;
	uint64_t v;

	machine(4, "packages=2 absent=ram+gpu absent1=psys");
	ANSWERS(0, RAPL_VALUE, "absent=ram+gpu", RAPL_MSR_PKG, RAPL_MSR_CORES, RAPL_MSR_UNIT);
	ANSWERS(0, RAPL_FAULT, "absent=ram+gpu", RAPL_MSR_RAM);
	ANSWERS(3, RAPL_FAULT, "absent=ram+gpu", RAPL_MSR_GPU);
	ANSWERS(1, RAPL_VALUE, "absent1=psys", RAPL_MSR_PSYS);
	ANSWERS(2, RAPL_FAULT, "absent1=psys", RAPL_MSR_PSYS);
	ANSWERS(0, RAPL_FAULT, "Intel has no AMD registers",
		RAPL_MSR_AMD_UNIT, RAPL_MSR_AMD_CORE, RAPL_MSR_AMD_PKG);
	machine(1, "absent=unit");
	ANSWERS(0, RAPL_FAULT, "absent=unit", RAPL_MSR_UNIT);
	ANSWERS(0, RAPL_VALUE, "absent=unit", RAPL_MSR_PKG);

	machine(1, "absent=pkg+cores fault=zero start=77 high=5");
	ANSWERS(0, RAPL_VALUE, "fault=zero", RAPL_MSR_PKG);
	says(0, RAPL_MSR_PKG, SECOND, 0, "fault=zero: absent reads 0");
	TEST(read_msr(0, RAPL_MSR_RAM, SECOND) != 0, "fault=zero: present does not");

	machine(1, "zero=1 absent=pkg start=77 high=5");
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		v = 1;
		TEST(rapl_model_read(&m, 0, all[i], SECOND, &v) == RAPL_VALUE && !v,
		     "zero=1: MSR %#x reads 0", all[i]);
		TEST(rapl_model_is_msr(all[i]), "MSR %#x is a RAPL register", all[i]);
	}
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		TEST(!rapl_model_is_msr(others[i]) &&
		     rapl_model_read(&m, 0, others[i], SECOND, &v) == RAPL_OTHER,
		     "MSR %#x is left to QEMU", others[i]);
}

/* The factor of the wave at a time, in plain floating point. */
static double wave_at(const struct rapl_config *cfg, double t)
{
	double lo = cfg->wave_lo / 1e6, hi = cfg->wave_hi / 1e6, p = cfg->wave_ns / 1e9;
	double x = fmod(t, p) / p;

	if (cfg->wave == RAPL_CONST)
		return 1;
	if (cfg->wave == RAPL_SQUARE)
		return x < .5 ? lo : hi;
	return lo + (hi - lo) * x;
}

/* The closed form against midpoint sums. */
static void test_waves(void)
{
	static const char *const waves[] = {
		"wave=const", "wave=square:0:2:1", "wave=square:0.5:1.5:0.01",
		"wave=square:3:0.25:7.7", "wave=ramp:0:2:1", "wave=ramp:2:0:1.3",
		"wave=ramp:0.1:1.9:0.05", "wave=ramp:1:1:3", "wave=square:0:0:1",
	};
	static const double ends[] = { 0.004, 0.5, 1, 1.75, 6.3, 20 };
	unsigned int w, e;

	for (w = 0; w < sizeof(waves) / sizeof(*waves); w++) {
		char args[100];
		double worst = 0;

		snprintf(args, sizeof(args), "pkg0=100 tick=0 %s", waves[w]);
		machine(1, args);
		for (e = 0; e < sizeof(ends) / sizeof(*ends); e++) {
			const int steps = 400000;
			double sum = 0, h = ends[e] / steps, seen;
			int i;

			for (i = 0; i < steps; i++)
				sum += wave_at(&m.cfg, (i + .5) * h) * h * 100;
			seen = rapl_model_energy_uj(&m, 0, RAPL_PKG, ends[e] * 1e9 + .5) / 1e6;
			if (fabs(seen - sum) > worst)
				worst = fabs(seen - sum);
		}
		/* a jump within a step: at most half a step's energy, each */
		TEST(worst < 0.02, "%s: worst difference from a sum over 400000 steps %g J",
		     waves[w], worst);
	}
	machine(1, "pkg0=100 tick=0 wave=square:0.5:1.5:2");
	used(RAPL_PKG, SECOND, 50000000, "square: first half is LO");
	used(RAPL_PKG, 2 * SECOND, 200000000, "square: second half is HI");
	used(RAPL_PKG, 2000000 * SECOND, 200000000000000ULL,
	     "square: exact after a million periods");
	machine(1, "pkg0=100 tick=0 wave=ramp:0:2:2");
	used(RAPL_PKG, SECOND, 50000000, "ramp: half a tooth");
	used(RAPL_PKG, 2 * SECOND, 200000000, "ramp: a tooth");
	used(RAPL_PKG, 3 * SECOND, 250000000, "ramp: starts again");
	machine(1, "pkg0=100 tick=0 wave=ramp:2:0:2");
	used(RAPL_PKG, SECOND, 150000000, "ramp: falling");
}

static void test_commands(void)
{
	machine(2, "pkg0=64/32 tick=0 start=1000");
	check_equal(m.resets, 0, "no reset yet");
	used(RAPL_PKG, RAPL_AT_RESET, 0, "no energy at a reset yet");
	rapl_model_reset(&m, 10 * SECOND);
	says(0, RAPL_MSR_PKG, 10 * SECOND, 0, "reset: counters are 0, not the start value");
	says(0, RAPL_MSR_PKG, 11 * SECOND, 64 << 14, "reset: counting from there");
	says(0, RAPL_MSR_CORES, 11 * SECOND, 32 << 14, "reset: every counter");
	used(RAPL_PKG, 11 * SECOND, 704000000, "reset: truth goes on");
	used(RAPL_PKG, RAPL_AT_RESET, 640000000, "reset: truth at the reset");
	check_equal(rapl_model_core_uj(&m, 1, RAPL_AT_RESET), 160000000,
		    "reset: truth of a core at the reset");
	rapl_model_reset(&m, 20 * SECOND);
	says(0, RAPL_MSR_PKG, 21 * SECOND, 64 << 14, "a second reset");
	check_equal(m.resets, 2, "two resets");
	machine(1, "pkg0=64 tick=1000000 start=1000");
	rapl_model_reset(&m, 10 * SECOND + 500000);
	says(0, RAPL_MSR_PKG, 10 * SECOND + 600000, 0, "reset between ticks: 0, not negative");
	says(0, RAPL_MSR_PKG, 10 * SECOND + 1000000, 524, "reset between ticks: then half a tick");

	machine(1, "pkg0=64 tick=0");
	TEST(rapl_model_factor(&m, SECOND, 300), "factor 300 %%");
	says(0, RAPL_MSR_PKG, SECOND, 64 << 14, "factor: no jump");
	says(0, RAPL_MSR_PKG, 2 * SECOND, 256 << 14, "factor: 300 %");
	says(0, RAPL_MSR_PKG, SECOND / 2, 64 << 14,
	     "factor: a time before the change reads as at the change");
	rapl_model_factor(&m, 2 * SECOND, 0);
	says(0, RAPL_MSR_PKG, 9 * SECOND, 256 << 14, "factor: 0 %");
	rapl_model_factor(&m, 9 * SECOND, 50);
	says(0, RAPL_MSR_PKG, 11 * SECOND, 320 << 14, "factor: 50 %");
	TEST(!rapl_model_factor(&m, 11 * SECOND, 1001), "factor 1001 %% is refused");
	says(0, RAPL_MSR_PKG, 13 * SECOND, 384 << 14, "factor: a refused one changes nothing");
	rapl_model_stop(&m, 13 * SECOND, true);
	used(RAPL_PKG, 99 * SECOND, 384000000, "stop: no energy");
	rapl_model_stop(&m, 99 * SECOND, false);
	used(RAPL_PKG, 101 * SECOND, 448000000, "go: with the factor of before");
	rapl_model_reset(&m, 101 * SECOND);
	rapl_model_factor(&m, 102 * SECOND, 100);
	says(0, RAPL_MSR_PKG, 103 * SECOND, 96 << 14, "reset and factor together");

	/* a change in the middle of a wave keeps its phase */
	machine(1, "pkg0=100 tick=0 wave=square:0:1:2");
	rapl_model_factor(&m, 3 * SECOND / 2, 200);
	used(RAPL_PKG, 2 * SECOND, 150000000, "factor within a wave");
	used(RAPL_PKG, 4 * SECOND, 350000000, "and its next period");
}

/* Counter and truth are two roundings of one number: never a unit apart. */
static void check_class(unsigned int package, unsigned int class, uint64_t now, uint64_t uj,
			const char *what)
{
	check_equal(rapl_model_class_uj(&m, package, class, now), uj, what);
}

/* What CPUs run has a power, added to that of their package. */
static void test_work(void)
{
	machine(4, "packages=2 pkg0=10/4/2 pkg1=20/4/2 tick=0 work=1:16:32.5");
	used(RAPL_PKG, SECOND, 10000000, "work: all are asleep at power-on");
	rapl_model_run(&m, 0, 1, SECOND);
	rapl_model_run(&m, 3, 2, SECOND);
	used(RAPL_PKG, 2 * SECOND, 36000000, "work: 16 W for a second");
	used(RAPL_CORES, 2 * SECOND, 24000000, "work: it is energy of cores");
	used(RAPL_RAM, 2 * SECOND, 4000000, "work: and not of memory");
	says(1, RAPL_MSR_PKG, 2 * SECOND, 36 << 14, "work: the register has it");
	says(2, RAPL_MSR_PKG, 2 * SECOND, (72 << 14) + (1 << 13), "work: of the other package");
	check_class(0, 1, 2 * SECOND, 16000000, "work: by class");
	check_class(1, 2, 2 * SECOND, 32500000, "work: by class and package");
	check_class(1, 1, 2 * SECOND, 0, "work: of a class that did not run there");
	rapl_model_run(&m, 1, 1, 2 * SECOND);
	rapl_model_run(&m, 0, RAPL_ASLEEP, 3 * SECOND);
	rapl_model_run(&m, 1, 0, 3 * SECOND);
	used(RAPL_PKG, 4 * SECOND, 89000000, "work: two CPUs, then one");
	check_class(0, 1, 4 * SECOND, 48000000, "work: a class on two CPUs");
	says(0, RAPL_MSR_PKG, 5 * SECOND / 2, (25 + 16 + 16) << 14,
	     "work: a time before the last change has the energy of that time");
	rapl_model_stop(&m, 4 * SECOND, true);
	rapl_model_run(&m, 0, 2, 5 * SECOND);
	used(RAPL_PKG, 6 * SECOND, 89000000, "work: none while stopped");
	rapl_model_stop(&m, 6 * SECOND, false);
	rapl_model_reset(&m, 7 * SECOND);
	used(RAPL_PKG, 8 * SECOND, 89000000 + 2 * 43500000, "work: truth goes on over a reset");
	used(RAPL_PKG, RAPL_AT_RESET, 89000000 + 43500000, "work: truth at the reset");
	says(0, RAPL_MSR_PKG, 8 * SECOND, 43 * (1 << 14) + (1 << 13), "work: the register starts anew");

	machine(4, "vendor=amd packages=1 threads=2 core=1 tick=1000000 work=0:1");
	rapl_model_run(&m, 3, 1, 500000);
	says(2, RAPL_MSR_AMD_CORE, 2 * SECOND + 999999, 262111, "work: in AMD's counter of its core, to the last tick");
	says(0, RAPL_MSR_AMD_CORE, 2 * SECOND, 2 << 16, "work: and not of the other");
}

static void test_agreement(void)
{
	static const char *const machines[] = {
		"pkg0=65.3 tick=0", "pkg0=9999.999999 tick=0 unit=16",
		"pkg0=0.7 tick=0 unit=10", "pkg0=3.3 tick=0 atom=1",
		"pkg0=141.1 tick=0 wave=ramp:0.2:2:0.7", "pkg0=5 tick=0 psys_unit=0 start=0xfffffff0",
	};
	static const double units[] = { 1. / 16384, 1. / 65536, 1. / 1024, 32e-6, 1. / 16384, 1. / 16384 };
	unsigned int i, k;
	uint64_t seed = 12345;

	for (i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		machine(1, machines[i]);
		uint32_t last = m.cfg.start;
		uint64_t t = 0;
		double sum = 0, worst = 0;

		for (k = 0; k < 20000; k++) {
			double truth;
			uint32_t raw;

			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			t += seed >> 38;	/* up to 67 ms */
			raw = read_msr(0, RAPL_MSR_PKG, t);
			sum += (uint32_t)(raw - last) * units[i];
			last = raw;
			truth = rapl_model_energy_uj(&m, 0, RAPL_PKG, t) / 1e6;
			if (fabs(truth - sum) > worst)
				worst = fabs(truth - sum);
		}
		TEST(worst < units[i] + 2e-6, "%s: 20000 readings in %.0f s stay within %.3g J of truth",
		     machines[i], t / 1e9, worst);
	}
}

/* Each of @args, which end with NULL, is refused with these words. */
static void check_refused(unsigned int cpus, const char *words, const char *const *args)
{
	struct rapl_config cfg;

	for (; *args; args++) {
		char err[400] = "";
		bool ok = read_config(&cfg, cpus, *args, err, sizeof(err));

		TEST(!ok && strstr(err, words) && !strchr(err, '\n'),
		     "refused: %.40s (%.100s)", *args, ok ? "but it was accepted" : err);
	}
}

#define REFUSED(cpus, words, ...) \
	check_refused(cpus, words, (const char *const[]){ __VA_ARGS__, NULL })

static void test_parser(void)
{

	REFUSED(1, "vendor= takes intel or amd", "vendor=via");
	REFUSED(1, "vendor has no value", "vendor");
	REFUSED(1, "packages= takes a number from 1 to 16", "packages=0");
	REFUSED(1, "from 1 to 16", "packages=17", "packages=two");
	REFUSED(3, "3 vCPUs cannot be split into packages=2", "packages=2");
	REFUSED(2, "threads=2", "packages=2 threads=2");
	REFUSED(0, "cannot be split", "");
	REFUSED(2, "threads= takes", "threads=0");
	REFUSED(1, "watts as PKG/CORES/RAM/GPU/PSYS", "pkg0=");
	REFUSED(1, "watts as", "pkg0=65/45/", "pkg0=1/2/3/4/5/6", "pkg0=-5", "pkg0=65W", "pkg0=.");
	REFUSED(1, "at most 1000000", "pkg0=1000001");
	REFUSED(1, "6 decimals", "pkg0=1.0000001");
	REFUSED(1, "pkg1= is given, but packages=1 ends at package 0", "pkg1=65");
	REFUSED(1, "absent3= is given, but packages=1", "absent3=ram");
	REFUSED(1, "the highest possible is pkg15", "pkg16=65");
	REFUSED(1, "pkg is no argument of this plugin", "pkg=65");
	REFUSED(1, " is no argument", "=1");
	REFUSED(1, "pkgx is no argument", "pkgx=65");
	REFUSED(1, "core= is for vendor=amd", "core=3");
	REFUSED(1, "the watts of one core", "core=3W");
	REFUSED(1, "watts of a CPU that runs code of class 0:1:2:3", "work=", "work=1:2:3:4:5",
		"work=1::2", "work=x");
	REFUSED(1, "work= does not go together with late= or skew=", "work=1 late=1", "work=1 skew=1");
	REFUSED(1, "const, square:LO:HI:SECONDS or ramp:LO:HI:SECONDS", "wave=sine:1:2:3");
	REFUSED(1, "square:LO:HI:SECONDS", "wave=square:1:2", "wave=square:1:2:0");
	REFUSED(1, "ramp:LO:HI:SECONDS", "wave=ramp:1:2:3:4");
	REFUSED(1, "factors LO and HI up to 100", "wave=ramp:1:101:1");
	REFUSED(1, "the energy status unit, 0 to 31", "unit=32");
	REFUSED(1, "0 to 31", "unit=-1", "unit=");
	REFUSED(1, "2^-N J, 0 to 31", "ram_unit=x", "psys_unit=0x");
	REFUSED(1, "0 or 1", "atom=yes", "zero=2", "bit=x");
	REFUSED(1, "atom=1 is for vendor=intel", "vendor=amd atom=1");
	REFUSED(1, "a counter value of 32 bits", "start=0x100000000");
	REFUSED(1, "a value of 32 bits", "high=4294967296");
	REFUSED(1, "registers joined by +", "absent=", "absent=ram+", "absent=+ram");
	REFUSED(1, "registers joined by +, of pkg cores ram gpu psys core unit stamped", "absent=dram");
	REFUSED(1, "the energy status unit", "says_unit=32");
	REFUSED(1, "counters joined by +", "still=", "still=unit", "still=ram+", "still=stamped");
	REFUSED(1, "DOMAIN:SECONDS:RAW", "jump=pkg", "jump=pkg:1", "jump=pkg:0:5", "jump=unit:1:5",
		"jump=pkg:1:x", "jump=pkg:1:0x100000000");
	REFUSED(1, "0 or 1", "filter=2");
	REFUSED(1, "watts, 1 to 3000", "limit=0", "limit=3001", "ram_limit=x");
	REFUSED(1, "gp or zero", "fault=einval");
	REFUSED(1, "nanoseconds between counter updates", "tick=1ms");
	REFUSED(1, "broadwell-ep, icelake-sp, knl, zen2 or SD:MAX", "jitter=zen5", "jitter=1000",
		"jitter=1000:", "jitter=:1000000", "jitter=0:1000000", "jitter=1:2000000000");
	REFUSED(1, "SD is at most half of it, MAX more than it", "jitter=600000:2000000",
		"jitter=1000:900000", "tick=0 jitter=10:100");
	REFUSED(1, "a number of 64 bits", "seed=x");
	REFUSED(1, "none, still, pkg or psys", "stamp=yes", "stamp=");
	REFUSED(1, "stamp= is for vendor=intel", "vendor=amd stamp=pkg");
	REFUSED(1, "steps of 10 ns", "stamp_start=-1");
	REFUSED(1, "0 to 1000000000", "skew=2000000000");
	REFUSED(1, "nanoseconds before the counters start", "late=soon");
	REFUSED(1, "keep or reset", "s3=maybe");
	REFUSED(1, "a file name", "truth=", "access=");
	REFUSED(1, "wattage is no argument of this plugin: it knows vendor packages", "wattage=5");
	REFUSED(1, "zer is no argument", "zer=1");

	machine(2, "zero=on atom=off start=0xFFffFF00 s3=reset bit=0 truth=/a=b access=c");
	TEST(m.cfg.zero && !m.cfg.atom && m.cfg.start == 0xffffff00 && m.cfg.s3_reset &&
	     !m.cfg.amd_bit, "on, off, hexadecimal, s3 and bit are read");
	TEST(!strcmp(m.cfg.truth, "/a=b") && !strcmp(m.cfg.access, "c"), "file names may contain =");
	machine(2, "start=4294967295 high=0xffffffff unit=31 tick=10000000000");
	TEST(m.cfg.start == UINT32_MAX && m.cfg.high == UINT32_MAX && m.cfg.unit == 31 &&
	     m.cfg.tick_ns == 10000000000ULL, "the greatest values are allowed");
}

/* Machines on which something is wrong: what they say, and that the truth is another. */
static void test_faults(void)
{
	machine(1, "pkg0=64/32/8/2/1 tick=0 unit=14 says_unit=13");
	says(0, RAPL_MSR_UNIT, 0, 0xa0d03, "says_unit: 606h tells another unit");
	says(0, RAPL_MSR_PKG, SECOND, 64 << 14, "says_unit: the counter keeps its own");
	used(RAPL_PKG, SECOND, 64000000, "says_unit: so does the truth");

	machine(1, "pkg0=64/32/8 tick=0 start=0x1000 still=cores+ram");
	says(0, RAPL_MSR_CORES, 7 * SECOND, 0x1000, "still: cores stand");
	says(0, RAPL_MSR_RAM, 7 * SECOND, 0x1000, "still: ram stands");
	says(0, RAPL_MSR_PKG, SECOND, 0x1000 + (64 << 14), "still: the package does not");
	used(RAPL_CORES, SECOND, 32000000, "still: cores use energy all the same");
	rapl_model_reset(&m, SECOND);
	says(0, RAPL_MSR_CORES, 2 * SECOND, 0, "still: at 0 after a reset");
	machine(2, "vendor=amd core=4 pkg0=20 tick=0 start=5 still=core");
	says(1, RAPL_MSR_AMD_CORE, SECOND, 5, "still: AMD's cores");

	machine(1, "pkg0=64/32 tick=0 jump=pkg:2.5:0x10000000");
	says(0, RAPL_MSR_PKG, 2 * SECOND, 128 << 14, "jump: not yet");
	says(0, RAPL_MSR_PKG, 3 * SECOND, (192 << 14) + 0x10000000, "jump: once");
	says(0, RAPL_MSR_PKG, 5 * SECOND, (320 << 14) + 0x20000000, "jump: twice");
	says(0, RAPL_MSR_CORES, 5 * SECOND, 160 << 14, "jump: others stay");
	used(RAPL_PKG, 5 * SECOND, 320000000, "jump: so does the truth");
	rapl_model_reset(&m, 6 * SECOND);
	says(0, RAPL_MSR_PKG, 8 * SECOND, 128 << 14, "jump: counted from a reset");
	machine(1, "pkg0=64 tick=0 jump=pkg:1:0xffffffff");
	says(0, RAPL_MSR_PKG, SECOND, (64 << 14) - 1, "jump: back by one");

	machine(1, "");
	ANSWERS(0, RAPL_OTHER, "no limits, no filter", RAPL_MSR_FILTER, RAPL_MSR_PKG_LIMIT,
		RAPL_MSR_PKG_INFO, RAPL_MSR_RAM_INFO);
	machine(1, "limit=65 ram_limit=20 filter=1");
	says(0, RAPL_MSR_FILTER, 0, 1, "filter: on");
	says(0, RAPL_MSR_PKG_INFO, 0, 65 << 3, "limit: 614h in eighths of a watt");
	says(0, RAPL_MSR_PKG_LIMIT, 0, 0x828a00008000 + (65 << 3), "limit: 610h, enabled");
	says(0, RAPL_MSR_RAM_INFO, 0, 0xa0000000a0, "ram_limit: 61Ch");
	machine(1, "filter=0");
	says(0, RAPL_MSR_FILTER, 0, 0, "filter: off");
	machine(1, "vendor=amd limit=65 filter=1");
	ANSWERS(0, RAPL_OTHER, "AMD has none", RAPL_MSR_FILTER, RAPL_MSR_PKG_LIMIT);
}

int main(void)
{
	test_units();
	test_wrap();
	test_tick();
	test_stamp();
	test_packages();
	test_amd();
	test_absent();
	test_waves();
	test_commands();
	test_work();
	test_faults();
	test_agreement();
	test_parser();
	return TEST_END();
}
