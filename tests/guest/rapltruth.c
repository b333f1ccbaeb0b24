// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the machine's RAPL model for true energy, and commands it.
 */
#define _GNU_SOURCE
#include "truth.h"

static void print_micro(FILE *f, uint64_t v)
{
	fprintf(f, "%" PRIu64 ".%06" PRIu64, v / 1000000, v % 1000000);
}

static unsigned long to_number(const char *text, unsigned long max, const char *what)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 0);
	if (errno || end == text || *end || v > max || *text == '-')
		die("%s is no %s from 0 to %lu", text, what, max);
	return v;
}

static int cmd_get(int argc, char **argv)
{
	struct regs model = find_model();
	unsigned int most = model.ecx, n;

	if (argc != 2)
		die("get N DOMAIN");
	if (!strcmp(argv[1], "core"))
		most *= model.edx;
	n = to_number(argv[0], most - 1, argv[1]);
	print_micro(stdout, true_energy(truth_question(argv[1], n), NULL));
	putchar('\n');
	return 0;
}

/* The question for the i-th of all: the domains of each package, then the cores */
static unsigned int item(unsigned int i, unsigned int domains)
{
	if (i < domains)
		return i / TRUTH_DOMAINS << 8 | i % TRUTH_DOMAINS;
	return TRUTH_CORE | (i - domains);
}

/*
 * Energy is used during the sleep only, so that whoever measures around it must get exactly
 * this, however long its own start and end take.
 */
static int cmd_pulse(int argc, char **argv)
{
	struct regs model = find_model(), more = ask_model(TRUTH_LEAF, 0xfffffffe);
	unsigned int domains = model.ecx * TRUTH_DOMAINS, i, n = domains;
	uint64_t *uj, *ns;
	unsigned long seconds;
	FILE *f;

	if (argc != 2)
		die("pulse SECONDS FILE");
	if (!(more.ecx & 2))
		die("a pulse needs a machine without energy before it: run \"rapltruth stop\" first");
	if (more.ecx & 1)
		n += model.ecx * model.edx;
	seconds = to_number(argv[0], 1000000, "number of seconds");
	f = fopen(argv[1], "w");
	uj = calloc(n, sizeof(*uj));
	ns = calloc(n, sizeof(*ns));
	if (!f || !uj || !ns)
		die("cannot write %s: %s", argv[1], strerror(errno));

	for (i = 0; i < n; i++)
		uj[i] = true_energy(item(i, domains), &ns[i]);
	command_model(TRUTH_STOP, 0);
	wait_seconds(seconds);
	command_model(TRUTH_STOP, 1);
	for (i = 0; i < n; i++) {
		uint64_t end_ns, end_uj = true_energy(item(i, domains), &end_ns);

		/* "0 pkg", or "3 core" with the core's global number */
		if (i < domains)
			fprintf(f, "%u %s ", i / TRUTH_DOMAINS, truth_names[i % TRUTH_DOMAINS]);
		else
			fprintf(f, "%u core ", i - domains);
		print_micro(f, end_uj - uj[i]);
		fputc(' ', f);
		print_micro(f, (end_ns - ns[i]) / 1000);
		fputc('\n', f);
	}
	if (fclose(f))
		die("cannot write %s: %s", argv[1], strerror(errno));
	return 0;
}

static const char usage[] =
	"usage: rapltruth COMMAND\n"
	"get N DOMAIN          joules of package N (or, with DOMAIN core, of core N)\n"
	"pulse SECONDS FILE    use energy in this sleep only (after stop), and write to FILE:\n"
	"                      package domain joules seconds\n"
	"mark N                line \"mark:N\" in the host's truth log\n"
	"reset                 all counters go to 0\n"
	"factor PERCENT        power from now on, in percent of the watts given\n"
	"stop | go             no energy is used | is used again\n"
	"Domains: pkg cores ram gpu psys core; get: work0 to work3, instructions of a class, too\n";

int main(int argc, char **argv)
{
	/* those that have a value take one up to max, the others none */
	static const struct {
		const char *name;
		unsigned int command, value, max;
	} commands[] = {
		{ "mark", TRUTH_MARK, 0, 0xffffff },
		{ "reset", TRUTH_RESET, 0, 0 },
		{ "factor", TRUTH_FACTOR, 0, 1000 },
		{ "stop", TRUTH_STOP, 1, 0 },
		{ "go", TRUTH_STOP, 0, 0 },
	};
	const char *name = argc > 1 ? argv[1] : "";
	unsigned int i;

	if (!strcmp(name, "-h") || !strcmp(name, "--help")) {
		fputs(usage, stdout);
		return 0;
	}
	if (!strcmp(name, "get"))
		return cmd_get(argc - 2, argv + 2);
	if (!strcmp(name, "pulse"))
		return cmd_pulse(argc - 2, argv + 2);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name) || argc != 2 + !!commands[i].max)
			continue;
		find_model();
		command_model(commands[i].command, commands[i].max ?
			      to_number(argv[2], commands[i].max, name) : commands[i].value);
		return 0;
	}
	fputs(usage, stderr);
	return 2;
}
