// SPDX-License-Identifier: GPL-2.0
#include "rapl_model.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * Everything is in integers: microwatt, femtoseconds, and their product
 * zeptojoule (10^-21 J) in 128 bits. The limits below keep the product under
 * 2^127 for three years of guest time.
 */
#define MAX_UWATT	1000000000000ULL	/* 1 MW */
#define MAX_FACTOR	100000000ULL		/* wave: 100 times */
#define MAX_PERCENT	1000
#define MAX_PERIOD_NS	100000000000000ULL	/* 100000 s */
#define MILLION		1000000ULL
#define ZJ_PER_UJ	1000000000000000ULL
#define FS_PER_NS	MILLION
#define ZJ_PER_J	((rapl_u128)ZJ_PER_UJ * MILLION)

static const char *const domain_names[RAPL_REGISTERS] = {
	"pkg", "cores", "ram", "gpu", "psys", "unit", "stamped",
};

/*
 * Intervals between updates as others measured them, 10,000 on each machine: mean,
 * standard deviation and longest, in ns.
 */
static const struct jitter {
	const char *name;
	uint64_t mean, sd, max;
} jitters[] = {
	{ "broadwell-ep", 1000900, 42000, 1200000 },
	{ "icelake-sp", 999800, 270000, 2830000 },
	{ "knl", 1001000, 28000, 1100000 },
	{ "zen2", 1000000, 3200, 1170000 },
};

static const char *const stamp_names[] = {
	[RAPL_STAMP_NONE] = "none", [RAPL_STAMP_STILL] = "still",
	[RAPL_STAMP_PKG] = "pkg", [RAPL_STAMP_PSYS] = "psys",
};

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

/* ---- arguments ---- */

void rapl_config_init(struct rapl_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->packages = 1;
	cfg->threads = 1;
	cfg->uwatt[0][RAPL_PKG] = 65 * MILLION;
	cfg->uwatt[0][RAPL_CORES] = 45 * MILLION;
	cfg->uwatt[0][RAPL_RAM] = 5 * MILLION;
	cfg->unit = RAPL_NO_UNIT;
	cfg->says_unit = RAPL_NO_UNIT;
	cfg->filter = RAPL_NO_UNIT;
	cfg->ram_unit = RAPL_NO_UNIT;
	cfg->psys_unit = RAPL_NO_UNIT;
	/* 1/1024 s: "about 1 ms" of SDM vol. 3B, 15.10.1 */
	cfg->tick_ns = 976562;
	cfg->amd_bit = true;
	cfg->seed = 1;
}

__attribute__((format(printf, 3, 4)))
static bool fail(char *err, size_t errlen, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
	return false;
}

/* Digits in base 10, or 16 after 0x; the whole text, nothing else. */
static bool parse_number(const char *s, uint64_t max, uint64_t *out)
{
	char *end;

	/* strtoull() would take a sign and blanks */
	if (!isxdigit((unsigned char)*s))
		return false;
	errno = 0;
	*out = strtoull(s, &end, strncasecmp(s, "0x", 2) ? 10 : 16);
	return !*end && !errno && *out <= max;
}

static bool parse_flag(const char *s, bool *out)
{
	if (!strcmp(s, "1") || !strcmp(s, "on"))
		*out = true;
	else if (!strcmp(s, "0") || !strcmp(s, "off"))
		*out = false;
	else
		return false;
	return true;
}

/*
 * A decimal with up to 6 digits after the point, in millionths; stops at the
 * first other character and returns it, NULL if there is no number.
 */
static const char *parse_micro(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0, scale = MILLION;
	bool digits = false;

	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (*s - '0') * MILLION;
		if (v > max)
			return NULL;
		digits = true;
	}
	if (*s == '.') {
		for (s++; *s >= '0' && *s <= '9'; s++) {
			scale /= 10;
			if (!scale)
				return NULL;
			v += (*s - '0') * scale;
			digits = true;
		}
	}
	if (!digits || v > max)
		return NULL;
	*out = v;
	return s;
}

static bool parse_watts(uint64_t *uwatt, const char *s)
{
	uint64_t w[RAPL_DOMAINS] = { 0 };
	unsigned int d;

	for (d = 0; d < RAPL_DOMAINS; d++) {
		s = parse_micro(s, MAX_UWATT, &w[d]);
		if (!s)
			return false;
		if (!*s)
			break;
		if (*s != '/')
			return false;
		s++;
	}
	if (d == RAPL_DOMAINS)
		return false;
	memcpy(uwatt, w, sizeof(w));
	return true;
}

/* W[:W...] */
static bool parse_work(struct rapl_config *cfg, const char *s)
{
	unsigned int class;

	memset(cfg->work_uwatt, 0, sizeof(cfg->work_uwatt));
	for (class = 0; class < RAPL_CLASSES; class++) {
		s = parse_micro(s, MAX_UWATT, &cfg->work_uwatt[class]);
		if (!s)
			return false;
		if (*s != ':')
			return !*s;
		s++;
	}
	return false;
}

static bool parse_wave(struct rapl_config *cfg, const char *s)
{
	enum rapl_wave wave;
	uint64_t lo, hi, period_us;

	if (!strcmp(s, "const")) {
		cfg->wave = RAPL_CONST;
		return true;
	}
	if (!strncmp(s, "square:", 7)) {
		wave = RAPL_SQUARE;
		s += 7;
	} else if (!strncmp(s, "ramp:", 5)) {
		wave = RAPL_RAMP;
		s += 5;
	} else {
		return false;
	}
	s = parse_micro(s, MAX_FACTOR, &lo);
	if (!s || *s != ':')
		return false;
	s = parse_micro(s + 1, MAX_FACTOR, &hi);
	if (!s || *s != ':')
		return false;
	s = parse_micro(s + 1, MAX_PERIOD_NS / 1000, &period_us);
	if (!s || *s || !period_us)
		return false;
	cfg->wave = wave;
	cfg->wave_lo = lo;
	cfg->wave_hi = hi;
	cfg->wave_ns = period_us * 1000;
	return true;
}

/* Of the first @n letters; @most if there is no such among the first @most */
static unsigned int find_name(const char *s, size_t n, unsigned int most)
{
	unsigned int d;

	/* AMD's register is called core, Intel's cores */
	if (n == 4 && !strncmp(s, "core", 4))
		return RAPL_CORES;
	for (d = 0; d < most; d++)
		if (strlen(domain_names[d]) == n && !strncmp(s, domain_names[d], n))
			break;
	return d;
}

static bool parse_names(unsigned int *mask, const char *s, unsigned int most)
{
	unsigned int m = 0;

	while (*s) {
		size_t n = strcspn(s, "+");
		unsigned int d = find_name(s, n, most);

		if (d == most)
			return false;
		m |= 1U << d;
		s += n;
		if (*s == '+' && !*++s)
			return false;
	}
	if (!m)
		return false;
	*mask = m;
	return true;
}

/* DOMAIN:SECONDS:RAW */
static bool parse_jump(struct rapl_config *cfg, const char *s)
{
	size_t n = strcspn(s, ":");
	uint64_t us, raw;

	cfg->jump = find_name(s, n, RAPL_DOMAINS);
	if (cfg->jump == RAPL_DOMAINS || !s[n])
		return false;
	s = parse_micro(s + n + 1, MAX_PERIOD_NS / 1000, &us);
	if (!s || *s != ':' || !us || !parse_number(s + 1, UINT32_MAX, &raw))
		return false;
	cfg->jump_ns = us * 1000;
	cfg->jump_raw = raw;
	return true;
}

/* A machine's name, or SD:MAX around the mean that tick= says */
static bool parse_jitter(struct rapl_config *cfg, const char *s)
{
	const uint64_t most = 1000000000;
	char sd[16];
	size_t n = strcspn(s, ":");
	unsigned int i;

	for (i = 0; i < LENGTH(jitters); i++) {
		if (strcmp(s, jitters[i].name))
			continue;
		cfg->tick_ns = jitters[i].mean;
		cfg->jitter_sd_ns = jitters[i].sd;
		cfg->jitter_max_ns = jitters[i].max;
		return true;
	}
	if (!s[n] || n >= sizeof(sd))
		return false;
	memcpy(sd, s, n);
	sd[n] = 0;
	return parse_number(sd, most, &cfg->jitter_sd_ns) && cfg->jitter_sd_ns &&
		parse_number(s + n + 1, most, &cfg->jitter_max_ns) && cfg->jitter_max_ns;
}

static bool parse_stamp(struct rapl_config *cfg, const char *s)
{
	unsigned int i;

	for (i = 0; i < LENGTH(stamp_names); i++) {
		if (strcmp(s, stamp_names[i]))
			continue;
		cfg->stamp = i;
		return true;
	}
	return false;
}

/* "pkg3" with prefix "pkg" -> 3; -1 if the name is something else. */
static int package_suffix(const char *name, size_t len, const char *prefix)
{
	size_t n = strlen(prefix);
	int k = 0;

	if (len <= n || len > n + 2 || strncmp(name, prefix, n))
		return -1;
	for (; n < len; n++) {
		if (name[n] < '0' || name[n] > '9')
			return -1;
		k = k * 10 + name[n] - '0';
	}
	return k;
}

/* Arguments that are a number, a flag, one of two words or a text: what they set, and how */
static const struct argument {
	const char *name;
	enum { NUMBER32, NUMBER64, FLAG, WORD, TEXT } kind;
	size_t at;			/* in struct rapl_config */
	uint64_t min, max;
	const char *no, *yes;		/* WORD: these stand for 0 and 1 */
	const char *takes;		/* for the user */
} arguments[] = {
#define AT(member) offsetof(struct rapl_config, member)
	{ "vendor", WORD, AT(vendor), .no = "intel", .yes = "amd", .takes = "intel or amd" },
	{ "packages", NUMBER32, AT(packages), 1, RAPL_MAX_PACKAGES, .takes = "a number from 1 to 16" },
	{ "threads", NUMBER32, AT(threads), 1, 8,
	  .takes = "the threads of a core, a number from 1 to 8" },
	{ "unit", NUMBER32, AT(unit), 0, 31, .takes = "the energy status unit, 0 to 31" },
	{ "says_unit", NUMBER32, AT(says_unit), 0, 31, .takes = "the energy status unit, 0 to 31" },
	{ "ram_unit", NUMBER32, AT(ram_unit), 0, 31, .takes = "N for a unit of 2^-N J, 0 to 31" },
	{ "psys_unit", NUMBER32, AT(psys_unit), 0, 31, .takes = "N for a unit of 2^-N J, 0 to 31" },
	{ "atom", FLAG, AT(atom), .takes = "0 or 1" },
	{ "start", NUMBER32, AT(start), 0, UINT32_MAX, .takes = "a counter value of 32 bits" },
	{ "high", NUMBER32, AT(high), 0, UINT32_MAX, .takes = "a value of 32 bits" },
	{ "wide", FLAG, AT(wide), .takes = "0 or 1" },
	{ "filter", NUMBER32, AT(filter), 0, 1, .takes = "0 or 1" },
	{ "limit", NUMBER32, AT(limit), 1, 3000, .takes = "the package's watts, 1 to 3000" },
	{ "ram_limit", NUMBER32, AT(ram_limit), 1, 3000, .takes = "the DRAM's watts, 1 to 3000" },
	{ "fault", WORD, AT(fault_zero), .no = "gp", .yes = "zero", .takes = "gp or zero" },
	{ "zero", FLAG, AT(zero), .takes = "0 or 1" },
	{ "tick", NUMBER64, AT(tick_ns), 0, 10000000000ULL,
	  .takes = "nanoseconds between counter updates, 0 to 10000000000" },
	{ "seed", NUMBER64, AT(seed), 0, UINT64_MAX, .takes = "a number of 64 bits" },
	{ "stamp_start", NUMBER32, AT(stamp_start), 0, UINT32_MAX,
	  .takes = "a time of 32 bits in steps of 10 ns" },
	{ "skew", NUMBER64, AT(skew_ns), 0, 1000000000ULL,
	  .takes = "nanoseconds that odd CPUs read behind even ones, 0 to 1000000000" },
	{ "late", NUMBER64, AT(late_ns), 0, 1000000000000ULL,
	  .takes = "nanoseconds before the counters start to count, 0 to 1000000000000" },
	{ "s3", WORD, AT(s3_reset), .no = "keep", .yes = "reset", .takes = "keep or reset" },
	{ "bit", FLAG, AT(amd_bit), .takes = "0 or 1" },
	{ "truth", TEXT, AT(truth), .takes = "a file name" },
	{ "access", TEXT, AT(access), .takes = "a file name" },
};

static bool parse_argument(const struct argument *a, const char *v, struct rapl_config *cfg)
{
	void *at = (char *)cfg + a->at;
	uint64_t n;

	switch (a->kind) {
	case NUMBER32:
	case NUMBER64:
		if (!parse_number(v, a->max, &n) || n < a->min)
			return false;
		if (a->kind == NUMBER32)
			*(unsigned int *)at = n;
		else
			*(uint64_t *)at = n;
		return true;
	case FLAG:
		return parse_flag(v, at);
	case WORD:
		*(unsigned int *)at = !strcmp(v, a->yes);
		return !strcmp(v, a->yes) || !strcmp(v, a->no);
	case TEXT:
		*(const char **)at = v;
		return *v;
	}
	return false;
}

bool rapl_config_parse(struct rapl_config *cfg, const char *arg, char *err, size_t errlen)
{
	const char *eq = strchr(arg, '=');
	const char *v = eq ? eq + 1 : "";
	size_t len = eq ? (size_t)(eq - arg) : strlen(arg);
	const char *takes = NULL, *end;
	unsigned int i;
	bool good;
	int k;

#define NAME(s) (len == strlen(s) && !strncmp(arg, s, len))

	if (!eq)
		return fail(err, errlen, "%s has no value: write %s=VALUE", arg, arg);
	k = package_suffix(arg, len, "pkg");
	if (k < 0)
		k = package_suffix(arg, len, "absent");
	if (k >= RAPL_MAX_PACKAGES)
		return fail(err, errlen, "%s names package %d: the highest possible is %.*s%d", arg, k,
			    *arg == 'p' ? 3 : 6, arg, RAPL_MAX_PACKAGES - 1);

	if (k >= 0 && *arg == 'p') {
		takes = "watts as PKG/CORES/RAM/GPU/PSYS, at most 1000000 each with 6 decimals, missing ones are 0";
		good = parse_watts(cfg->uwatt[k], v);
		cfg->has_uwatt[k] = true;
	} else if (k >= 0 || NAME("absent")) {
		takes = "registers joined by +, of pkg cores ram gpu psys core unit stamped";
		good = parse_names(k >= 0 ? &cfg->absent[k] : &cfg->absent_all, v, RAPL_REGISTERS);
		if (k >= 0)
			cfg->has_absent[k] = true;
	} else if (NAME("still")) {
		takes = "counters joined by +, of pkg cores ram gpu psys core";
		good = parse_names(&cfg->still, v, RAPL_DOMAINS);
	} else if (NAME("jump")) {
		takes = "DOMAIN:SECONDS:RAW, of pkg cores ram gpu psys core";
		good = parse_jump(cfg, v);
	} else if (NAME("core")) {
		takes = "the watts of one core, at most 1000000 with 6 decimals";
		end = parse_micro(v, MAX_UWATT, &cfg->core_uwatt);
		good = end && !*end;
		cfg->has_core = true;
	} else if (NAME("work")) {
		takes = "watts of a CPU that runs code of class 0:1:2:3, at most 1000000 each with 6 decimals, missing ones are 0";
		good = parse_work(cfg, v);
		cfg->has_work = true;
	} else if (NAME("wave")) {
		takes = "const, square:LO:HI:SECONDS or ramp:LO:HI:SECONDS with factors LO and HI up to 100";
		good = parse_wave(cfg, v);
	} else if (NAME("jitter")) {
		takes = "broadwell-ep, icelake-sp, knl, zen2 or SD:MAX, nanoseconds up to 1000000000";
		good = parse_jitter(cfg, v);
	} else if (NAME("stamp")) {
		takes = "none, still, pkg or psys";
		good = parse_stamp(cfg, v);
	}
	for (i = 0; !takes && i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		if (!NAME(arguments[i].name))
			continue;
		takes = arguments[i].takes;
		good = parse_argument(&arguments[i], v, cfg);
	}
	if (!takes)
		return fail(err, errlen,
			    "%.*s is no argument of this plugin: it knows vendor packages threads pkgK core work wave unit says_unit ram_unit psys_unit atom start high wide absent absentK still jump filter limit ram_limit fault zero tick jitter seed stamp stamp_start skew late s3 bit truth access",
			    (int)len, arg);
	return good || fail(err, errlen, "%s is not valid: %.*s= takes %s", arg, (int)len, arg, takes);
}

bool rapl_config_finish(struct rapl_config *cfg, unsigned int cpus, char *err, size_t errlen)
{
	unsigned int k;

	if (!cpus || cpus % (cfg->packages * cfg->threads))
		return fail(err, errlen,
			    "%u vCPUs cannot be split into packages=%u of cores with threads=%u: make them match -smp",
			    cpus, cfg->packages, cfg->threads);
	for (k = cfg->packages; k < RAPL_MAX_PACKAGES; k++)
		if (cfg->has_uwatt[k] || cfg->has_absent[k])
			return fail(err, errlen,
				    "%s%u= is given, but packages=%u ends at package %u",
				    cfg->has_uwatt[k] ? "pkg" : "absent", k,
				    cfg->packages, cfg->packages - 1);
	if (cfg->vendor == RAPL_INTEL && cfg->has_core)
		return fail(err, errlen,
			    "core= is for vendor=amd: Intel counts all cores of a package together, use pkgK=PKG/CORES");
	if (cfg->vendor == RAPL_AMD && cfg->atom)
		return fail(err, errlen, "atom=1 is for vendor=intel");
	if (cfg->vendor == RAPL_AMD && cfg->stamp)
		return fail(err, errlen, "stamp= is for vendor=intel: AMD has no such register");
	if (cfg->has_work && (cfg->late_ns || cfg->skew_ns))
		return fail(err, errlen, "work= does not go together with late= or skew=");
	if (cfg->jitter_max_ns && (cfg->tick_ns < 100 || cfg->jitter_max_ns <= cfg->tick_ns ||
				   cfg->jitter_sd_ns > cfg->tick_ns / 2))
		return fail(err, errlen,
			    "jitter= does not fit tick=%llu: SD is at most half of it, MAX more than it",
			    (unsigned long long)cfg->tick_ns);

	cfg->cpus = cpus;
	cfg->cpus_per_package = cpus / cfg->packages;
	cfg->cores_per_package = cfg->cpus_per_package / cfg->threads;
	if (cfg->unit == RAPL_NO_UNIT)
		cfg->unit = cfg->atom ? 5 : cfg->vendor == RAPL_AMD ? 16 : 14;
	if (cfg->says_unit == RAPL_NO_UNIT)
		cfg->says_unit = cfg->unit;
	for (k = 0; k < cfg->packages; k++) {
		if (!cfg->has_uwatt[k])
			memcpy(cfg->uwatt[k], cfg->uwatt[0], sizeof(cfg->uwatt[0]));
		cfg->absent[k] |= cfg->absent_all;
	}
	if (cfg->has_core)
		for (k = 0; k < cfg->packages; k++)
			cfg->uwatt[k][RAPL_CORES] =
				cfg->core_uwatt * cfg->cores_per_package;
	return true;
}

/* ---- time ---- */

/* splitmix64: evenly from 0 (never) to 1 */
static double evenly(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return ((z ^ z >> 31) >> 11) * 0x1p-53 + 0x1p-54;
}

/*
 * A round of intervals: most are near the mean and few far off, as in what was
 * measured (two-sided exponential), one is the longest and none shorter than a
 * twentieth of the mean.  To have exactly the standard deviation that is asked for,
 * cut ends and all, they are stretched a few times.
 */
static void draw_updates(struct rapl_model *m)
{
	const double mean = m->cfg.tick_ns, sd = m->cfg.jitter_sd_ns;
	const double low = mean / 20 - mean, high = m->cfg.jitter_max_ns - mean;
	static double x[RAPL_UPDATES];
	uint64_t state = m->cfg.seed;
	unsigned int i, turn;
	/* somewhere in the middle */
	const unsigned int longest = evenly(&state) * RAPL_UPDATES;
	double at = 0;

	for (i = 0; i < RAPL_UPDATES; i++) {
		double u = 2 * evenly(&state) - 1;

		x[i] = (u < 0 ? log(1 + u) : -log(1 - u)) * sd;
	}
	for (turn = 0; turn < 100; turn++) {
		double sum = 0, squares = 0, shift, stretch;

		x[longest] = high;
		for (i = 0; i < RAPL_UPDATES; i++)
			sum += x[i];
		shift = sum / RAPL_UPDATES;
		for (i = 0; i < RAPL_UPDATES; i++)
			squares += (x[i] - shift) * (x[i] - shift);
		stretch = sd / sqrt(squares / RAPL_UPDATES);
		for (i = 0; i < RAPL_UPDATES; i++) {
			x[i] = (x[i] - shift) * stretch;
			if (x[i] < low)
				x[i] = low;
			if (x[i] > high)
				x[i] = high;
		}
	}
	x[longest] = high;
	for (i = 0; i < RAPL_UPDATES; i++) {
		m->updates[i] = at + .5;
		at += mean + x[i];
	}
	m->updates[RAPL_UPDATES] = at + .5;
}

/* When the counters last changed */
static uint64_t last_update(const struct rapl_model *m, uint64_t now)
{
	uint64_t round = m->updates[RAPL_UPDATES], rest;
	unsigned int from = 0, to = RAPL_UPDATES;

	if (!m->cfg.tick_ns)
		return now;
	if (!m->cfg.jitter_max_ns)
		return now - now % m->cfg.tick_ns;
	rest = now % round;
	while (to - from > 1) {
		unsigned int i = (from + to) / 2;

		if (m->updates[i] <= rest)
			from = i;
		else
			to = i;
	}
	return now - rest + m->updates[from];
}

/* ---- what the CPUs run ---- */

static void init_work(struct rapl_model *m)
{
	const size_t cpus = m->cfg.cpus;
	rapl_u128 *zj = calloc((RAPL_NOTES + 1) * cpus, sizeof(*zj));
	unsigned int i;

	m->running = calloc(cpus, sizeof(*m->running));
	if (!zj || !m->running)
		abort();
	for (i = 0; i < cpus; i++)
		m->running[i] = RAPL_ASLEEP;
	for (i = 0; i < RAPL_NOTES; i++)
		m->notes[i].zj = zj + i * cpus;
	m->reset_zj = zj + RAPL_NOTES * cpus;
	m->n_notes = 1;			/* nothing at power-on */
}

static const struct rapl_note *last_note(const struct rapl_model *m)
{
	return &m->notes[(m->n_notes - 1) % RAPL_NOTES];
}

/* What a CPU has used since the last note */
static rapl_u128 since_note_zj(const struct rapl_model *m, unsigned int cpu, uint64_t now)
{
	const struct rapl_note *last = last_note(m);

	if (m->stopped || m->running[cpu] == RAPL_ASLEEP || now <= last->ns)
		return 0;
	return (rapl_u128)(now - last->ns) * FS_PER_NS * m->cfg.work_uwatt[m->running[cpu]] *
		m->percent / 100;
}

/* Before anything changes that the energy depends on */
static void note_work(struct rapl_model *m, uint64_t now)
{
	const struct rapl_note *last = last_note(m);
	struct rapl_note *note = &m->notes[m->n_notes % RAPL_NOTES];
	unsigned int cpu;

	for (cpu = 0; cpu < m->cfg.cpus; cpu++) {
		rapl_u128 more = since_note_zj(m, cpu, now);

		note->zj[cpu] = last->zj[cpu] + more;
		if (more)
			m->class_zj[rapl_model_package(m, cpu)][m->running[cpu]] += more;
	}
	note->ns = now > last->ns ? now : last->ns;
	m->n_notes++;
}

void rapl_model_run(struct rapl_model *m, unsigned int cpu, unsigned int class, uint64_t now)
{
	note_work(m, now);
	m->running[cpu] = class;
}

uint64_t rapl_model_class_uj(const struct rapl_model *m, unsigned int package,
			     unsigned int class, uint64_t now)
{
	rapl_u128 zj = m->class_zj[package][class];
	unsigned int cpu;

	for (cpu = 0; cpu < m->cfg.cpus; cpu++)
		if (rapl_model_package(m, cpu) == package && m->running[cpu] == class)
			zj += since_note_zj(m, cpu, now);
	return zj / ZJ_PER_UJ;
}

/* Of one CPU, at a time; between two notes it used its energy evenly. */
static rapl_u128 cpu_zj(const struct rapl_model *m, unsigned int cpu, uint64_t now)
{
	const struct rapl_note *note, *next = NULL;
	uint64_t i = m->n_notes;

	for (;; next = note) {
		note = &m->notes[--i % RAPL_NOTES];
		if (note->ns <= now || !i || m->n_notes - i == RAPL_NOTES)
			break;
	}
	if (!next)
		return note->zj[cpu] + since_note_zj(m, cpu, now);
	if (now <= note->ns)
		return note->zj[cpu];
	return note->zj[cpu] +
		(next->zj[cpu] - note->zj[cpu]) / (next->ns - note->ns) * (now - note->ns);
}

/* Of n CPUs */
static rapl_u128 work_zj(const struct rapl_model *m, unsigned int first, unsigned int n,
			 uint64_t now)
{
	rapl_u128 zj = 0;

	if (!m->cfg.has_work)
		return 0;
	for (; n--; first++)
		zj += now == RAPL_AT_RESET ? m->reset_zj[first] : cpu_zj(m, first, now);
	return zj;
}

/* The CPUs whose work is in a package's domain */
static rapl_u128 package_work_zj(const struct rapl_model *m, unsigned int package,
				 enum rapl_domain domain, uint64_t now)
{
	const unsigned int n = m->cfg.cpus_per_package;

	if (domain == RAPL_RAM || domain == RAPL_GPU)
		return 0;
	return work_zj(m, package * n, n, now);
}

static rapl_u128 core_work_zj(const struct rapl_model *m, unsigned int core, uint64_t now)
{
	return work_zj(m, core * m->cfg.threads, m->cfg.threads, now);
}

/* ---- energy ---- */

void rapl_model_init(struct rapl_model *m, const struct rapl_config *cfg)
{
	memset(m, 0, sizeof(*m));
	m->cfg = *cfg;
	m->percent = 100;
	if (cfg->jitter_max_ns)
		draw_updates(m);
	if (cfg->has_work)
		init_work(m);
}

/* Integral of the wave's factor from 0 to t, in fs (millionths times ns). */
static rapl_u128 wave_integral(const struct rapl_config *cfg, uint64_t t)
{
	rapl_u128 lo = cfg->wave_lo, hi = cfg->wave_hi;
	uint64_t p = cfg->wave_ns, half = p / 2;
	rapl_u128 n, r, bend;

	if (cfg->wave == RAPL_CONST)
		return (rapl_u128)t * MILLION;

	n = t / p;
	r = t % p;
	if (cfg->wave == RAPL_SQUARE) {
		/* the first half of each period is LO */
		rapl_u128 whole = n * (lo * half + hi * (p - half));

		return whole + (r < half ? lo * r : lo * half + hi * (r - half));
	}
	/* a saw tooth from LO to HI */
	bend = (hi > lo ? hi - lo : lo - hi) * r * r / (2 * p);
	return n * (lo + hi) * p / 2 + lo * r + (hi > lo ? bend : -bend);
}

/* At @now, in a stretch of one factor that began with @base_fs at @since_ns */
static rapl_u128 stretch_fs(const struct rapl_model *m, rapl_u128 base_fs, uint64_t since_ns,
			    unsigned int percent, uint64_t now)
{
	return base_fs + (wave_integral(&m->cfg, now) - wave_integral(&m->cfg, since_ns)) *
			 percent / 100;
}

static rapl_u128 earlier_fs(const struct rapl_model *m, uint64_t now)
{
	const struct rapl_stretch *s = m->before;

	while (s < m->before + RAPL_STRETCHES - 1 && s->since_ns > now)
		s++;
	if (s->since_ns > now)
		return s->base_fs;
	return stretch_fs(m, s->base_fs, s->since_ns, s->percent, now);
}

static rapl_u128 effective_fs(const struct rapl_model *m, uint64_t now)
{
	if (now == RAPL_AT_RESET)
		return m->reset_fs;
	/*
	 * Without a stamp a counter that was updated before the last change of
	 * the factor shows what it had at that change: at most one tick too
	 * early.
	 */
	if (now < m->since_ns && m->cfg.stamp != RAPL_STAMP_NONE)
		return earlier_fs(m, now);
	if (m->stopped || now <= m->since_ns)
		return m->base_fs;
	return stretch_fs(m, m->base_fs, m->since_ns, m->percent, now);
}

static void fold_time(struct rapl_model *m, uint64_t now)
{
	if (m->cfg.has_work)
		note_work(m, now);
	if (now > m->since_ns) {
		memmove(m->before + 1, m->before, sizeof(m->before) - sizeof(m->before[0]));
		m->before[0] = (struct rapl_stretch){
			m->since_ns, m->base_fs, m->stopped ? 0 : m->percent,
		};
	}
	m->base_fs = effective_fs(m, now);
	if (now > m->since_ns)
		m->since_ns = now;
}

void rapl_model_reset(struct rapl_model *m, uint64_t now)
{
	m->reset_fs = effective_fs(m, now);
	m->reset_ns = now;
	if (m->cfg.has_work) {
		note_work(m, now);
		memcpy(m->reset_zj, last_note(m)->zj, m->cfg.cpus * sizeof(*m->reset_zj));
	}
	m->was_reset = true;
	m->resets++;
}

bool rapl_model_factor(struct rapl_model *m, uint64_t now, unsigned int percent)
{
	if (percent > MAX_PERCENT)
		return false;
	fold_time(m, now);
	m->percent = percent;
	return true;
}

void rapl_model_stop(struct rapl_model *m, uint64_t now, bool stop)
{
	fold_time(m, now);
	m->stopped = stop;
}

unsigned int rapl_model_package(const struct rapl_model *m, unsigned int cpu)
{
	unsigned int package = cpu / m->cfg.cpus_per_package;

	return package < m->cfg.packages ? package : m->cfg.packages - 1;
}

unsigned int rapl_model_core(const struct rapl_model *m, unsigned int cpu)
{
	return cpu / m->cfg.threads;
}

static uint64_t core_uwatt(const struct rapl_model *m, unsigned int package)
{
	if (m->cfg.has_core)
		return m->cfg.core_uwatt;
	return m->cfg.uwatt[package][RAPL_CORES] / m->cfg.cores_per_package;
}

uint64_t rapl_model_energy_uj(const struct rapl_model *m, unsigned int package,
			      enum rapl_domain domain, uint64_t now)
{
	return (effective_fs(m, now) * m->cfg.uwatt[package][domain] +
		package_work_zj(m, package, domain, now)) / ZJ_PER_UJ;
}

uint64_t rapl_model_core_uj(const struct rapl_model *m, unsigned int core, uint64_t now)
{
	return (effective_fs(m, now) * core_uwatt(m, core / m->cfg.cores_per_package) +
		core_work_zj(m, core, now)) / ZJ_PER_UJ;
}

/* ---- registers ---- */

/* Whole units in an energy of zeptojoule, modulo 2^64. */
static uint64_t whole_units(const struct rapl_config *cfg, enum rapl_domain domain, rapl_u128 zj)
{
	unsigned int unit = cfg->unit;
	bool atom = cfg->atom;

	if (domain == RAPL_RAM && cfg->ram_unit != RAPL_NO_UNIT) {
		unit = cfg->ram_unit;
		atom = false;
	} else if (domain == RAPL_PSYS && cfg->psys_unit != RAPL_NO_UNIT) {
		unit = cfg->psys_unit;
		atom = false;
	}
	if (atom)
		return zj / ((rapl_u128)ZJ_PER_UJ << unit);
	return ((zj / ZJ_PER_J) << unit) + ((zj % ZJ_PER_J) << unit) / ZJ_PER_J;
}

/* The update that a CPU sees now */
static uint64_t seen_update(const struct rapl_model *m, unsigned int cpu, uint64_t now)
{
	const uint64_t skew = m->cfg.skew_ns;

	if (skew && (cpu & 1))
		now -= now > skew ? skew : now;
	return last_update(m, now);
}

/* Its time as a register has it: like the counters it starts anew with a reset. */
static uint32_t stamp_value(const struct rapl_model *m, unsigned int cpu, uint64_t now)
{
	uint64_t zero = m->was_reset ? m->reset_ns : m->cfg.late_ns;

	now = seen_update(m, cpu, now);
	if (m->cfg.stamp == RAPL_STAMP_STILL || now < zero)
		now = zero;
	return (m->was_reset ? 0 : m->cfg.stamp_start) + (now - zero) / RAPL_STAMP_NS;
}

static uint64_t counter_value(const struct rapl_model *m, unsigned int cpu,
			      enum rapl_domain domain, bool core, uint64_t now)
{
	const struct rapl_config *cfg = &m->cfg;
	uint64_t raw = m->was_reset ? 0 : cfg->start;
	uint64_t high = (uint64_t)cfg->high << 32;
	unsigned int package = rapl_model_package(m, cpu);
	uint64_t uwatt = core ? core_uwatt(m, package) : cfg->uwatt[package][domain];
	rapl_u128 fs, zero, work, none = 0;

	now = seen_update(m, cpu, now);
	fs = effective_fs(m, now);
	/* What was used before the feed began, or before the reset, does not show. */
	zero = wave_integral(cfg, cfg->late_ns);
	if (zero < m->reset_fs)
		zero = m->reset_fs;
	/* the last update may have been just before the reset */
	fs -= fs > zero ? zero : fs;
	work = core ? core_work_zj(m, rapl_model_core(m, cpu), now) :
		      package_work_zj(m, package, domain, now);
	if (m->was_reset)
		none = core ? core_work_zj(m, rapl_model_core(m, cpu), RAPL_AT_RESET) :
			      package_work_zj(m, package, domain, RAPL_AT_RESET);
	work -= work > none ? none : work;
	if (!(cfg->still & 1U << domain))
		raw += whole_units(cfg, domain, fs * uwatt + work);
	if (cfg->jump_ns && cfg->jump == domain)
		raw += (now - (m->was_reset && now > m->reset_ns ? m->reset_ns : 0)) /
			cfg->jump_ns * cfg->jump_raw;
	if (cfg->wide)
		return (m->was_reset ? 0 : high) + raw;
	return high | (uint32_t)raw;
}

struct rapl_register {
	uint32_t msr;
	enum rapl_vendor vendor;
	enum rapl_domain domain;
};

static const struct rapl_register *find_register(uint32_t msr)
{
	static const struct rapl_register registers[] = {
		{ RAPL_MSR_FILTER, RAPL_INTEL, RAPL_FILTER },
		{ RAPL_MSR_UNIT, RAPL_INTEL, RAPL_UNIT },
		{ RAPL_MSR_PKG_LIMIT, RAPL_INTEL, RAPL_PKG_LIMIT },
		{ RAPL_MSR_PKG_INFO, RAPL_INTEL, RAPL_PKG_INFO },
		{ RAPL_MSR_RAM_INFO, RAPL_INTEL, RAPL_RAM_INFO },
		{ RAPL_MSR_PKG, RAPL_INTEL, RAPL_PKG },
		{ RAPL_MSR_STAMPED, RAPL_INTEL, RAPL_STAMPED },
		{ RAPL_MSR_RAM, RAPL_INTEL, RAPL_RAM },
		{ RAPL_MSR_CORES, RAPL_INTEL, RAPL_CORES },
		{ RAPL_MSR_GPU, RAPL_INTEL, RAPL_GPU },
		{ RAPL_MSR_PSYS, RAPL_INTEL, RAPL_PSYS },
		{ RAPL_MSR_AMD_UNIT, RAPL_AMD, RAPL_UNIT },
		{ RAPL_MSR_AMD_CORE, RAPL_AMD, RAPL_CORES },
		{ RAPL_MSR_AMD_PKG, RAPL_AMD, RAPL_PKG },
	};
	unsigned int i;

	for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		if (registers[i].msr == msr)
			return &registers[i];
	return NULL;
}

bool rapl_model_is_msr(uint32_t msr)
{
	return find_register(msr);
}

/*
 * What stands beside the counters: watts in eighths, as the unit MSR says; the limit that
 * holds for long, switched on, and above it by a quarter the one for moments. Without its
 * argument a register is QEMU's.
 */
static bool read_beside(const struct rapl_config *cfg, enum rapl_domain domain, uint64_t *value)
{
	const uint64_t enabled = 1 << 15;

	switch (domain) {
	case RAPL_FILTER:
		*value = cfg->filter;
		return cfg->filter != RAPL_NO_UNIT;
	case RAPL_PKG_LIMIT:
		*value = (cfg->limit * 10ULL | enabled) << 32 | cfg->limit * 8ULL | enabled;
		return cfg->limit;
	case RAPL_PKG_INFO:
		*value = cfg->limit * 8ULL;
		return cfg->limit;
	default:
		*value = cfg->ram_limit * 8ULL << 32 | cfg->ram_limit * 8ULL;
		return cfg->ram_limit;
	}
}

enum rapl_answer rapl_model_read(const struct rapl_model *m, unsigned int cpu,
				 uint32_t msr, uint64_t now, uint64_t *value)
{
	const struct rapl_config *cfg = &m->cfg;
	const struct rapl_register *r = find_register(msr);
	unsigned int package = rapl_model_package(m, cpu);
	enum rapl_domain domain;

	if (!r)
		return RAPL_OTHER;
	if (r->domain >= RAPL_REGISTERS)
		return r->vendor == cfg->vendor && read_beside(cfg, r->domain, value) ?
			RAPL_VALUE : RAPL_OTHER;
	*value = 0;
	if (cfg->zero)
		return RAPL_VALUE;
	if (r->vendor != cfg->vendor || (cfg->absent[package] & (1U << r->domain)) ||
	    (r->domain == RAPL_STAMPED && !cfg->stamp))
		return cfg->fault_zero ? RAPL_VALUE : RAPL_FAULT;
	if (r->domain == RAPL_UNIT) {
		/*
		 * power 1/8 W (3), time 1/1024 s (10): what most machines
		 * say. The upper half is reserved and stays 0.
		 */
		*value = 0xa0003 | cfg->says_unit << 8;
		return RAPL_VALUE;
	}
	domain = r->domain == RAPL_STAMPED ? RAPL_PKG : r->domain;
	*value = counter_value(m, cpu, domain, msr == RAPL_MSR_AMD_CORE, now);
	if (r->domain == RAPL_STAMPED ||
	    (r->domain == RAPL_PSYS && cfg->stamp == RAPL_STAMP_PSYS))
		*value = (uint64_t)stamp_value(m, cpu, now) << 32 | (uint32_t)*value;
	return RAPL_VALUE;
}
