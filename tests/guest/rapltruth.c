// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's way to the truth of the RAPL model (tests/model/rapl_plugin.c),
 * by CPUID leaves that only the model answers: needs no privilege, no driver,
 * no file.
 */
#include <cpuid.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LEAF_TRUTH	0x52415000
#define LEAF_COMMAND	0x52415001
#define SIGNATURE	0x4c504152	/* "RAPL" */
#define AT_RESET	0x40000000U
#define CORE		0x80000000U
#define DOMAINS		5

enum { MARK = 1, RESET, FACTOR, STOP };

static const char *const names[DOMAINS] = { "pkg", "cores", "ram", "gpu", "psys" };

struct regs {
	unsigned int eax, ebx, ecx, edx;
};

static unsigned int packages, cores, amd;

static struct regs ask_model(unsigned int leaf, unsigned int ecx)
{
	struct regs r;

	__cpuid_count(leaf, ecx, r.eax, r.ebx, r.ecx, r.edx);
	return r;
}

static void find_model(void)
{
	struct regs r = ask_model(LEAF_TRUTH, 0xffffffff);

	if (r.eax != SIGNATURE || r.ebx != 1) {
		fprintf(stderr, "rapltruth: this machine has no RAPL model: start QEMU with -plugin librapl.so\n");
		exit(2);
	}
	packages = r.ecx;
	cores = r.ecx * r.edx;
	amd = ask_model(LEAF_TRUTH, 0xfffffffe).ecx & 1;
}

/* Microjoule; *ns (if wanted) is the model's time of exactly this energy. */
static uint64_t ask_energy(unsigned int what, uint64_t *ns)
{
	struct regs r = ask_model(LEAF_TRUTH, what);

	if (ns)
		*ns = (uint64_t)r.ecx << 32 | r.ebx;
	return (uint64_t)r.edx << 32 | r.eax;
}

static void print_micro(FILE *f, uint64_t v)
{
	fprintf(f, "%" PRIu64 ".%06" PRIu64, v / 1000000, v % 1000000);
}

/* Domains of all packages, then cores: all that can be asked for, by index. */
static unsigned int n_items(void)
{
	return packages * DOMAINS + (amd ? cores : 0);
}

static unsigned int item_question(unsigned int i)
{
	if (i < packages * DOMAINS)
		return (i / DOMAINS) << 8 | i % DOMAINS;
	return CORE | (i - packages * DOMAINS);
}

/* "0 pkg", or "3 core" with the core's global number */
static void print_item(FILE *f, unsigned int i)
{
	if (i < packages * DOMAINS)
		fprintf(f, "%u %s", i / DOMAINS, names[i % DOMAINS]);
	else
		fprintf(f, "%u core", i - packages * DOMAINS);
}

static int print_table(void)
{
	unsigned int resets = ask_model(LEAF_TRUTH, 0xfffffffe).eax;
	unsigned int i;

	printf("# package domain joules seconds joules_at_last_reset; resets=%u\n", resets);
	for (i = 0; i < n_items(); i++) {
		uint64_t ns, uj = ask_energy(item_question(i), &ns);

		print_item(stdout, i);
		putchar(' ');
		print_micro(stdout, uj);
		putchar(' ');
		print_micro(stdout, ns / 1000);
		putchar(' ');
		print_micro(stdout, ask_energy(item_question(i) | AT_RESET, NULL));
		putchar('\n');
	}
	return 0;
}

static unsigned long to_number(const char *text, unsigned long max, const char *what)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 0);
	if (errno || end == text || *end || v > max || *text == '-') {
		fprintf(stderr, "rapltruth: %s is no %s from 0 to %lu\n", text, what, max);
		exit(2);
	}
	return v;
}

static unsigned int to_question(const char *number, const char *name)
{
	unsigned int d;

	if (!strcmp(name, "core")) {
		if (!cores) {
			fprintf(stderr, "rapltruth: the model has no cores\n");
			exit(2);
		}
		return CORE | to_number(number, cores - 1, "core");
	}
	for (d = 0; d < DOMAINS; d++)
		if (!strcmp(name, names[d]))
			return to_number(number, packages - 1, "package") << 8 | d;
	fprintf(stderr, "rapltruth: %s is no domain: pkg cores ram gpu psys core\n", name);
	exit(2);
}

static int send_command(unsigned int command, unsigned int value)
{
	if (ask_model(LEAF_COMMAND, command | value << 8).eax != 1) {
		fprintf(stderr, "rapltruth: the model refused command %u with value %u\n",
			command, value);
		return 1;
	}
	return 0;
}

/*
 * Truth of a sleep. As a pulse, energy is used during the sleep only, so that
 * whoever measures around it must get exactly this, however long its own start
 * and end take.
 */
static int run_seconds(const char *seconds, const char *file, bool pulse)
{
	FILE *f = stdout;
	uint64_t *uj, *ns;
	struct timespec t;
	unsigned int i;
	char *end;
	double s = strtod(seconds, &end);

	if (end == seconds || *end || !(s >= 0 && s <= 1e6)) {
		fprintf(stderr, "rapltruth: %s is no number of seconds from 0 to 1000000\n", seconds);
		return 2;
	}
	if (file) {
		f = fopen(file, "w");
		if (!f) {
			fprintf(stderr, "rapltruth: cannot write %s: %s\n", file, strerror(errno));
			return 1;
		}
	}
	uj = calloc(n_items(), sizeof(*uj));
	ns = calloc(n_items(), sizeof(*ns));
	if (!uj || !ns) {
		fprintf(stderr, "rapltruth: out of memory\n");
		return 1;
	}
	if (pulse && !(ask_model(LEAF_TRUTH, 0xfffffffe).ecx & 2)) {
		fprintf(stderr, "rapltruth: a pulse needs a machine without energy before it: run \"rapltruth stop\" first\n");
		return 1;
	}
	for (i = 0; i < n_items(); i++)
		uj[i] = ask_energy(item_question(i), &ns[i]);
	if (pulse && send_command(STOP, 0))
		return 1;
	t.tv_sec = s;
	t.tv_nsec = (s - t.tv_sec) * 1e9;
	while (nanosleep(&t, &t) && errno == EINTR)
		;
	if (pulse && send_command(STOP, 1))
		return 1;
	for (i = 0; i < n_items(); i++) {
		uint64_t end_ns, end_uj = ask_energy(item_question(i), &end_ns);

		uj[i] = end_uj - uj[i];
		ns[i] = end_ns - ns[i];
	}
	for (i = 0; i < n_items(); i++) {
		print_item(f, i);
		fputc(' ', f);
		print_micro(f, uj[i]);
		fputc(' ', f);
		print_micro(f, ns[i] / 1000);
		fputc('\n', f);
	}
	if (fflush(f) || ferror(f)) {
		fprintf(stderr, "rapltruth: cannot write %s: %s\n",
			file ? file : "the result", strerror(errno));
		return 1;
	}
	return 0;
}

static int print_usage(FILE *f, int status)
{
	fprintf(f,
		"rapltruth                      all: package domain joules seconds joules_at_last_reset\n"
		"rapltruth get N DOMAIN         joules of package N (or, with DOMAIN core, of core N)\n"
		"rapltruth at-reset N DOMAIN    the same at the last reset of the counters\n"
		"rapltruth time                 the model's time in seconds\n"
		"rapltruth resets               how often the counters were reset\n"
		"rapltruth run SECONDS [FILE]   sleep, then: package domain joules seconds (of the sleep)\n"
		"rapltruth pulse SECONDS [FILE] the same, but energy is used only in this sleep (after stop)\n"
		"rapltruth mark N               line \"mark:N\" in the host's truth log\n"
		"rapltruth reset                all counters go to 0\n"
		"rapltruth factor PERCENT       power from now on, in percent of the watts given\n"
		"rapltruth stop | go            no energy is used | is used again\n"
		"Domains: pkg cores ram gpu psys core\n");
	return status;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "-h") || !strcmp(verb, "--help"))
		return print_usage(stdout, 0);
	find_model();
	if (argc == 1)
		return print_table();
	if ((!strcmp(verb, "get") || !strcmp(verb, "at-reset")) && argc == 4) {
		unsigned int what = to_question(argv[2], argv[3]);

		print_micro(stdout, ask_energy(what | (*verb == 'a' ? AT_RESET : 0), NULL));
		putchar('\n');
		return 0;
	}
	if (!strcmp(verb, "time") && argc == 2) {
		uint64_t ns;

		ask_energy(0, &ns);
		print_micro(stdout, ns / 1000);
		putchar('\n');
		return 0;
	}
	if (!strcmp(verb, "resets") && argc == 2) {
		printf("%u\n", ask_model(LEAF_TRUTH, 0xfffffffe).eax);
		return 0;
	}
	if (!strcmp(verb, "run") && (argc == 3 || argc == 4))
		return run_seconds(argv[2], argv[3], false);
	if (!strcmp(verb, "pulse") && (argc == 3 || argc == 4))
		return run_seconds(argv[2], argv[3], true);
	if (!strcmp(verb, "mark") && argc == 3)
		return send_command(MARK, to_number(argv[2], 0xffffff, "mark"));
	if (!strcmp(verb, "reset") && argc == 2)
		return send_command(RESET, 0);
	if (!strcmp(verb, "factor") && argc == 3)
		return send_command(FACTOR, to_number(argv[2], 1000, "percentage"));
	if (!strcmp(verb, "stop") && argc == 2)
		return send_command(STOP, 1);
	if (!strcmp(verb, "go") && argc == 2)
		return send_command(STOP, 0);
	return print_usage(stderr, 2);
}
