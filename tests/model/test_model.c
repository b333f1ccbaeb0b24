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

/* "cpus arg arg ..." */
static struct rapl_model make_model(unsigned int cpus, const char *args)
{
	struct rapl_config cfg;
	struct rapl_model m;
	char err[400], buf[400], *a, *save = NULL;

	rapl_config_init(&cfg);
	snprintf(buf, sizeof(buf), "%s", args);
	for (a = strtok_r(buf, " ", &save); a; a = strtok_r(NULL, " ", &save))
		if (!rapl_config_parse(&cfg, a, err, sizeof(err))) {
			printf("Bail out! %s\n", err);
			exit(1);
		}
	if (!rapl_config_finish(&cfg, cpus, err, sizeof(err))) {
		printf("Bail out! %s\n", err);
		exit(1);
	}
	rapl_model_init(&m, &cfg);
	return m;
}

static uint64_t read_msr(const struct rapl_model *m, unsigned int cpu, uint32_t msr, uint64_t now)
{
	uint64_t v = 0xdeadbeefdeadbeefULL;

	if (rapl_model_read(m, cpu, msr, now, &v) != RAPL_VALUE)
		return 0xbad;
	return v;
}

static const char *answer_name(enum rapl_answer a)
{
	return a == RAPL_OTHER ? "other" : a == RAPL_VALUE ? "value" : "fault";
}

static void check_answer(const struct rapl_model *m, unsigned int cpu,
			 uint32_t msr, enum rapl_answer wanted, const char *what)
{
	uint64_t v;
	enum rapl_answer a = rapl_model_read(m, cpu, msr, SECOND, &v);

	TEST(a == wanted, "%s: MSR %#x of cpu %u answers %s", what, msr, cpu, answer_name(a));
}

static void test_units(void)
{
	struct rapl_model m = make_model(1, "pkg0=64/32/8/2/1 tick=0");
	unsigned int u;

	check_equal(read_msr(&m, 0, RAPL_MSR_UNIT, 5), 0xa0e03, "Intel's unit is 14 unless told");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), 64 << 14, "64 W for 1 s at 2^-14");
	check_equal(read_msr(&m, 0, RAPL_MSR_CORES, SECOND), 32 << 14, "cores: 639h");
	check_equal(read_msr(&m, 0, RAPL_MSR_RAM, SECOND), 8 << 14, "ram: 619h");
	check_equal(read_msr(&m, 0, RAPL_MSR_GPU, SECOND), 2 << 14, "gpu: 641h");
	check_equal(read_msr(&m, 0, RAPL_MSR_PSYS, SECOND), 1 << 14, "psys: 64Dh");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 0), 0, "nothing is used at time 0");

	for (u = 0; u < 32; u++) {
		char args[80];

		snprintf(args, sizeof(args), "pkg0=3 tick=0 unit=%u", u);
		m = make_model(1, args);
		TEST(read_msr(&m, 0, RAPL_MSR_UNIT, 0) == (0xa0003 | u << 8) &&
		     read_msr(&m, 0, RAPL_MSR_PKG, SECOND / 2) ==
		     (uint32_t)((3ULL << u) / 2), "unit %u: 606h and 1.5 J", u);
	}

	m = make_model(1, "pkg0=64/32/8/2/7 tick=0 ram_unit=16 psys_unit=0");
	check_equal(read_msr(&m, 0, RAPL_MSR_RAM, SECOND), 8 << 16, "fixed ram unit 2^-16");
	check_equal(read_msr(&m, 0, RAPL_MSR_PSYS, SECOND), 7, "fixed psys unit 1 J");
	check_equal(read_msr(&m, 0, RAPL_MSR_PSYS, SECOND - 1), 6, "a unit not yet full does not count");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), 64 << 14, "fixed units leave pkg alone");
	check_equal(read_msr(&m, 0, RAPL_MSR_UNIT, 0), 0xa0e03, "fixed units leave 606h alone");

	m = make_model(1, "atom=1 pkg0=4/2 tick=0");
	check_equal(read_msr(&m, 0, RAPL_MSR_UNIT, 0), 0xa0503, "atom: unit 5 unless told");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), 4000000 / 32, "atom: 2^5 microjoule");
	check_equal(read_msr(&m, 0, RAPL_MSR_CORES, 3 * SECOND), 6000000 / 32, "atom: cores");
	m = make_model(1, "atom=1 unit=3 pkg0=4/2/1 ram_unit=16 tick=0");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), 4000000 / 8, "atom: 2^3 microjoule");
	check_equal(read_msr(&m, 0, RAPL_MSR_RAM, SECOND), 1 << 16, "atom: a fixed ram unit is a power of two");
	/* 13 days: would be off by thousands of units if the unit were rounded */
	m = make_model(1, "atom=1 unit=5 pkg0=3.2 tick=0");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 1123200 * SECOND),
		    (uint32_t)(3200000ULL * 1123200 / 32), "atom: no drift in 13 days");
}

static void test_wrap(void)
{
	struct rapl_model m = make_model(1, "pkg0=64 tick=0 start=0xffffff00");

	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 0), 0xffffff00, "start value");
	check_equal(read_msr(&m, 0, RAPL_MSR_RAM, 0), 0xffffff00, "start value of every counter");
	/* 64 W * 2^14: one unit each 953.67 ns */
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 243188), 0xffffffff, "last value before the wrap");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 244141), 0, "wraps to 0 at 2^32");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), (64 << 14) - 0x100, "goes on after the wrap");

	m = make_model(1, "pkg0=8000 unit=16 tick=0");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 40 * SECOND),
		    (uint32_t)(320000ULL << 16), "8 kW at 2^-16 for 40 s wraps 4 times");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 40 * SECOND), 320000000000ULL,
		    "truth does not wrap");
	m = make_model(1, "pkg0=1000000 unit=31 tick=0 wave=square:100:100:1");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 86400 * SECOND),
		    100ULL * 1000000 * 86400 * 1000000, "1 MW times 100 for a day");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 86400 * SECOND),
		    (uint32_t)((100ULL * 1000000 * 86400) << 31), "and its counter");

	m = make_model(1, "pkg0=64 tick=0 high=0xabcd1234 start=0xffffffff");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 0), 0xabcd1234ffffffffULL, "garbage in the upper half");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), 0xabcd123400000000ULL | ((64 << 14) - 1),
		    "garbage takes no carry");
	check_equal(read_msr(&m, 0, RAPL_MSR_UNIT, SECOND), 0xa0e03, "no garbage in the unit register");

	m = make_model(1, "pkg0=64 tick=0 high=5 start=0xffffffff wide=1");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), 0x600000000ULL + (64 << 14) - 1,
		    "a wide counter carries");
	rapl_model_reset(&m, SECOND);
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 2 * SECOND), 64 << 14, "and is reset as a whole");
}

static void test_tick(void)
{
	struct rapl_model m = make_model(2, "pkg0=64 tick=1000000");

	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 999999), 0, "no update before the first tick");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 1000000), 1048, "update at the tick");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 1999999), 1048, "same value until the next");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 1999999), 127999, "truth has no tick");
	m = make_model(2, "pkg0=64");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 976561), 0, "default tick: 1/1024 s");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 976562), 1023, "default tick: update");

	m = make_model(2, "pkg0=64 tick=0 skew=1000000");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), 64 << 14, "skew: even CPUs are right");
	check_equal(read_msr(&m, 1, RAPL_MSR_PKG, SECOND + 1000000), 64 << 14, "skew: odd CPUs are behind");
	check_equal(read_msr(&m, 1, RAPL_MSR_PKG, 500000), 0, "skew: not before power-on");

	m = make_model(1, "pkg0=64 tick=0 late=3000000000 start=7");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 3 * SECOND - 1), 7, "late: nothing until then");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 4 * SECOND), 7 + (64 << 14), "late: from there on");
}

static void test_packages(void)
{
	struct rapl_model m = make_model(8, "packages=2 pkg0=64/32 pkg1=128/16 tick=0");
	unsigned int cpu;

	for (cpu = 0; cpu < 8; cpu++)
		TEST(rapl_model_package(&m, cpu) == cpu / 4 &&
		     read_msr(&m, cpu, RAPL_MSR_PKG, SECOND) == (cpu < 4 ? 64 : 128) << 14,
		     "cpu %u reads its own package's counter", cpu);
	m = make_model(6, "packages=3 pkg0=64/32 pkg2=10 tick=0");
	check_equal(read_msr(&m, 3, RAPL_MSR_PKG, SECOND), 64 << 14, "pkg0 is the default of the rest");
	check_equal(read_msr(&m, 5, RAPL_MSR_PKG, SECOND), 10 << 14, "pkg2 has its own");
	check_equal(read_msr(&m, 5, RAPL_MSR_CORES, SECOND), 0, "watts left out are 0");
	m = make_model(2, "");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, SECOND), 65000000, "65 W unless told");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_CORES, SECOND), 45000000, "45 W cores unless told");
	m = make_model(2, "pkg0=0.000001/1.5/.25/2./0 tick=0");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, SECOND), 1, "watts: 6 decimals");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_CORES, SECOND), 1500000, "watts: 1.5");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_RAM, SECOND), 250000, "watts: .25");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_GPU, SECOND), 2000000, "watts: 2.");
}

static void test_amd(void)
{
	struct rapl_model m = make_model(8, "vendor=amd packages=2 threads=2 pkg0=64/24 pkg1=32/8 tick=0");
	unsigned int cpu;

	check_equal(read_msr(&m, 0, RAPL_MSR_AMD_UNIT, 0), 0xa1003, "AMD's unit is 16 unless told");
	check_equal(read_msr(&m, 0, RAPL_MSR_AMD_PKG, SECOND), 64 << 16, "AMD: package 0");
	check_equal(read_msr(&m, 7, RAPL_MSR_AMD_PKG, SECOND), 32 << 16, "AMD: package 1");
	for (cpu = 0; cpu < 8; cpu++)
		TEST(rapl_model_core(&m, cpu) == cpu / 2 &&
		     read_msr(&m, cpu, RAPL_MSR_AMD_CORE, SECOND) ==
		     (cpu < 4 ? 12 : 4) << 16, "AMD: cpu %u reads its core", cpu);
	check_equal(rapl_model_core_uj(&m, 1, SECOND), 12000000, "AMD: truth of core 1");
	check_equal(rapl_model_core_uj(&m, 3, SECOND), 4000000, "AMD: truth of core 3");
	check_answer(&m, 0, RAPL_MSR_UNIT, RAPL_FAULT, "AMD has no Intel registers");
	check_answer(&m, 0, RAPL_MSR_PKG, RAPL_FAULT, "AMD has no Intel registers");
	check_answer(&m, 0, RAPL_MSR_PSYS, RAPL_FAULT, "AMD has no Intel registers");
	m = make_model(8, "vendor=amd packages=2 core=2.5 pkg0=64/24 tick=0 unit=14");
	check_equal(read_msr(&m, 7, RAPL_MSR_AMD_CORE, SECOND), 5 << 13, "AMD: core= watts");
	check_equal(rapl_model_energy_uj(&m, 1, RAPL_CORES, SECOND), 10000000, "AMD: the cores' sum");
	check_equal(read_msr(&m, 0, RAPL_MSR_AMD_UNIT, 0), 0xa0e03, "AMD: unit=14");
	m = make_model(2, "vendor=amd absent=core");
	check_answer(&m, 0, RAPL_MSR_AMD_CORE, RAPL_FAULT, "absent=core");
	check_answer(&m, 0, RAPL_MSR_AMD_PKG, RAPL_VALUE, "absent=core");
	check_answer(&m, 0, RAPL_MSR_AMD_UNIT, RAPL_VALUE, "absent=core");
}

static void test_absent(void)
{
	struct rapl_model m = make_model(4, "packages=2 absent=ram+gpu absent1=psys");
	static const uint32_t all[] = {
		RAPL_MSR_UNIT, RAPL_MSR_PKG, RAPL_MSR_RAM, RAPL_MSR_CORES, RAPL_MSR_GPU,
		RAPL_MSR_PSYS, RAPL_MSR_AMD_UNIT, RAPL_MSR_AMD_CORE, RAPL_MSR_AMD_PKG,
	};
	static const uint32_t others[] = { 0, 0x605, 0x607, 0x610, 0x612, 0x614, 0x61c, 0x640,
		0x64c, 0x64e, 0xc0010298, 0xc001029c, 0xc0000080 };
	unsigned int i;
	uint64_t v;

	check_answer(&m, 0, RAPL_MSR_PKG, RAPL_VALUE, "absent=ram+gpu");
	check_answer(&m, 0, RAPL_MSR_CORES, RAPL_VALUE, "absent=ram+gpu");
	check_answer(&m, 0, RAPL_MSR_UNIT, RAPL_VALUE, "absent=ram+gpu");
	check_answer(&m, 0, RAPL_MSR_RAM, RAPL_FAULT, "absent=ram+gpu");
	check_answer(&m, 3, RAPL_MSR_GPU, RAPL_FAULT, "absent=ram+gpu");
	check_answer(&m, 1, RAPL_MSR_PSYS, RAPL_VALUE, "absent1=psys");
	check_answer(&m, 2, RAPL_MSR_PSYS, RAPL_FAULT, "absent1=psys");
	check_answer(&m, 0, RAPL_MSR_AMD_UNIT, RAPL_FAULT, "Intel has no AMD registers");
	check_answer(&m, 0, RAPL_MSR_AMD_CORE, RAPL_FAULT, "Intel has no AMD registers");
	check_answer(&m, 0, RAPL_MSR_AMD_PKG, RAPL_FAULT, "Intel has no AMD registers");
	m = make_model(1, "absent=unit");
	check_answer(&m, 0, RAPL_MSR_UNIT, RAPL_FAULT, "absent=unit");
	check_answer(&m, 0, RAPL_MSR_PKG, RAPL_VALUE, "absent=unit");

	m = make_model(1, "absent=pkg+cores fault=zero start=77 high=5");
	check_answer(&m, 0, RAPL_MSR_PKG, RAPL_VALUE, "fault=zero");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), 0, "fault=zero: absent reads 0");
	TEST(read_msr(&m, 0, RAPL_MSR_RAM, SECOND) != 0, "fault=zero: present does not");

	m = make_model(1, "zero=1 absent=pkg start=77 high=5");
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
		struct rapl_model m;
		double worst = 0;

		snprintf(args, sizeof(args), "pkg0=100 tick=0 %s", waves[w]);
		m = make_model(1, args);
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
	{
		struct rapl_model m = make_model(1, "pkg0=100 tick=0 wave=square:0.5:1.5:2");

		check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, SECOND), 50000000, "square: first half is LO");
		check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 2 * SECOND), 200000000, "square: second half is HI");
		check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 2000000 * SECOND), 200000000000000ULL,
			    "square: exact after a million periods");
		m = make_model(1, "pkg0=100 tick=0 wave=ramp:0:2:2");
		check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, SECOND), 50000000, "ramp: half a tooth");
		check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 2 * SECOND), 200000000, "ramp: a tooth");
		check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 3 * SECOND), 250000000, "ramp: starts again");
		m = make_model(1, "pkg0=100 tick=0 wave=ramp:2:0:2");
		check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, SECOND), 150000000, "ramp: falling");
	}
}

static void test_commands(void)
{
	struct rapl_model m = make_model(2, "pkg0=64/32 tick=0 start=1000");

	check_equal(m.resets, 0, "no reset yet");
	check_equal(rapl_model_reset_uj(&m, 0, RAPL_PKG), 0, "no energy at a reset yet");
	rapl_model_reset(&m, 10 * SECOND);
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 10 * SECOND), 0, "reset: counters are 0, not the start value");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 11 * SECOND), 64 << 14, "reset: counting from there");
	check_equal(read_msr(&m, 0, RAPL_MSR_CORES, 11 * SECOND), 32 << 14, "reset: every counter");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 11 * SECOND), 704000000, "reset: truth goes on");
	check_equal(rapl_model_reset_uj(&m, 0, RAPL_PKG), 640000000, "reset: truth at the reset");
	check_equal(rapl_model_core_reset_uj(&m, 1), 160000000, "reset: truth of a core at the reset");
	rapl_model_reset(&m, 20 * SECOND);
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 21 * SECOND), 64 << 14, "a second reset");
	check_equal(m.resets, 2, "two resets");
	m = make_model(1, "pkg0=64 tick=1000000 start=1000");
	rapl_model_reset(&m, 10 * SECOND + 500000);
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 10 * SECOND + 600000), 0,
		    "reset between ticks: 0, not negative");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 10 * SECOND + 1000000), 524, "reset between ticks: then half a tick");

	m = make_model(1, "pkg0=64 tick=0");
	TEST(rapl_model_factor(&m, SECOND, 300), "factor 300 %%");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND), 64 << 14, "factor: no jump");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 2 * SECOND), 256 << 14, "factor: 300 %");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, SECOND / 2), 64 << 14,
		    "factor: a time before the change reads as at the change");
	rapl_model_factor(&m, 2 * SECOND, 0);
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 9 * SECOND), 256 << 14, "factor: 0 %");
	rapl_model_factor(&m, 9 * SECOND, 50);
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 11 * SECOND), 320 << 14, "factor: 50 %");
	TEST(!rapl_model_factor(&m, 11 * SECOND, 1001), "factor 1001 %% is refused");
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 13 * SECOND), 384 << 14, "factor: a refused one changes nothing");
	rapl_model_stop(&m, 13 * SECOND, true);
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 99 * SECOND), 384000000, "stop: no energy");
	rapl_model_stop(&m, 99 * SECOND, false);
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 101 * SECOND), 448000000, "go: with the factor of before");
	rapl_model_reset(&m, 101 * SECOND);
	rapl_model_factor(&m, 102 * SECOND, 100);
	check_equal(read_msr(&m, 0, RAPL_MSR_PKG, 103 * SECOND), 96 << 14, "reset and factor together");

	/* a change in the middle of a wave keeps its phase */
	m = make_model(1, "pkg0=100 tick=0 wave=square:0:1:2");
	rapl_model_factor(&m, 3 * SECOND / 2, 200);
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 2 * SECOND), 150000000, "factor within a wave");
	check_equal(rapl_model_energy_uj(&m, 0, RAPL_PKG, 4 * SECOND), 350000000, "and its next period");
}

/* Counter and truth are two roundings of one number: never a unit apart. */
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
		struct rapl_model m = make_model(1, machines[i]);
		uint32_t last = m.cfg.start;
		uint64_t t = 0;
		double sum = 0, worst = 0;

		for (k = 0; k < 20000; k++) {
			double truth;
			uint32_t raw;

			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			t += seed >> 38;	/* up to 67 ms */
			raw = read_msr(&m, 0, RAPL_MSR_PKG, t);
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

static void check_error(unsigned int cpus, const char *args, const char *wanted)
{
	struct rapl_config cfg;
	char err[400] = "", buf[400], *a, *save = NULL;
	bool ok = true;

	rapl_config_init(&cfg);
	snprintf(buf, sizeof(buf), "%s", args);
	for (a = strtok_r(buf, " ", &save); a && ok; a = strtok_r(NULL, " ", &save))
		ok = rapl_config_parse(&cfg, a, err, sizeof(err));
	if (ok)
		ok = rapl_config_finish(&cfg, cpus, err, sizeof(err));
	TEST(!ok && strstr(err, wanted) && !strchr(err, '\n'),
	     "refused: %.40s (%.100s)", args, ok ? "but it was accepted" : err);
}

static void test_parser(void)
{
	struct rapl_model m;

	check_error(1, "vendor=via", "vendor= takes intel or amd");
	check_error(1, "vendor", "vendor has no value");
	check_error(1, "packages=0", "packages= takes a number from 1 to 16");
	check_error(1, "packages=17", "from 1 to 16");
	check_error(1, "packages=two", "from 1 to 16");
	check_error(3, "packages=2", "3 vCPUs cannot be split into packages=2");
	check_error(2, "packages=2 threads=2", "threads=2");
	check_error(0, "", "cannot be split");
	check_error(2, "threads=0", "threads= takes");
	check_error(1, "pkg0=", "watts as PKG/CORES/RAM/GPU/PSYS");
	check_error(1, "pkg0=65/45/", "watts as");
	check_error(1, "pkg0=1/2/3/4/5/6", "watts as");
	check_error(1, "pkg0=-5", "watts as");
	check_error(1, "pkg0=65W", "watts as");
	check_error(1, "pkg0=1000001", "at most 1000000");
	check_error(1, "pkg0=1.0000001", "6 decimals");
	check_error(1, "pkg0=.", "watts as");
	check_error(1, "pkg1=65", "pkg1= is given, but packages=1 ends at package 0");
	check_error(1, "absent3=ram", "absent3= is given, but packages=1");
	check_error(1, "pkg16=65", "the highest possible is pkg15");
	check_error(1, "pkg=65", "pkg is no argument of this plugin");
	check_error(1, "pkgx=65", "pkgx is no argument");
	check_error(1, "core=3", "core= is for vendor=amd");
	check_error(1, "core=3W", "the watts of one core");
	check_error(1, "wave=sine:1:2:3", "const, square:LO:HI:SECONDS or ramp:LO:HI:SECONDS");
	check_error(1, "wave=square:1:2", "square:LO:HI:SECONDS");
	check_error(1, "wave=square:1:2:0", "square:LO:HI:SECONDS");
	check_error(1, "wave=ramp:1:101:1", "factors LO and HI up to 100");
	check_error(1, "wave=ramp:1:2:3:4", "ramp:LO:HI:SECONDS");
	check_error(1, "unit=32", "the energy status unit, 0 to 31");
	check_error(1, "unit=-1", "0 to 31");
	check_error(1, "unit=", "0 to 31");
	check_error(1, "ram_unit=x", "2^-N J, 0 to 31");
	check_error(1, "psys_unit=0x", "2^-N J, 0 to 31");
	check_error(1, "atom=yes", "0 or 1");
	check_error(1, "vendor=amd atom=1", "atom=1 is for vendor=intel");
	check_error(1, "start=0x100000000", "a counter value of 32 bits");
	check_error(1, "high=4294967296", "a value of 32 bits");
	check_error(1, "absent=", "registers joined by +");
	check_error(1, "absent=dram", "registers joined by +, of pkg cores ram gpu psys core unit");
	check_error(1, "absent=ram+", "registers joined by +");
	check_error(1, "absent=+ram", "registers joined by +");
	check_error(1, "fault=einval", "gp or zero");
	check_error(1, "zero=2", "0 or 1");
	check_error(1, "tick=1ms", "nanoseconds between counter updates");
	check_error(1, "skew=2000000000", "0 to 1000000000");
	check_error(1, "late=soon", "nanoseconds before the counters start");
	check_error(1, "s3=maybe", "keep or reset");
	check_error(1, "bit=x", "0 or 1");
	check_error(1, "truth=", "a file name");
	check_error(1, "access=", "a file name");
	check_error(1, "wattage=5", "wattage is no argument of this plugin: it knows vendor packages");
	check_error(1, "zer=1", "zer is no argument");
	check_error(1, "=1", " is no argument");

	m = make_model(2, "zero=on atom=off start=0xFFffFF00 s3=reset bit=0 truth=/a=b access=c");
	TEST(m.cfg.zero && !m.cfg.atom && m.cfg.start == 0xffffff00 && m.cfg.s3_reset &&
	     !m.cfg.amd_bit, "on, off, hexadecimal, s3 and bit are read");
	TEST(!strcmp(m.cfg.truth, "/a=b") && !strcmp(m.cfg.access, "c"), "file names may contain =");
	m = make_model(2, "start=4294967295 high=0xffffffff unit=31 tick=10000000000");
	TEST(m.cfg.start == UINT32_MAX && m.cfg.high == UINT32_MAX && m.cfg.unit == 31 &&
	     m.cfg.tick_ns == 10000000000ULL, "the greatest values are allowed");
}

int main(void)
{
	test_units();
	test_wrap();
	test_tick();
	test_packages();
	test_amd();
	test_absent();
	test_waves();
	test_commands();
	test_agreement();
	test_parser();
	return TEST_END();
}
