// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows of known energy: what two readings make of them, and what the example makes.
 * The machine uses LOW watts, and in the window HIGH percent of that.
 */
#define _GNU_SOURCE
#define main example_main
#include "../../rapl_pmu/examples/energy-window.c"
#undef main
#include "truth.h"

#include <sys/prctl.h>

static int compare(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static void wait_us(double us)
{
	struct timespec t = { us / 1e6, fmod(us, 1e6) * 1e3 };

	nanosleep(&t, NULL);
}

/* CPU US COUNT HIGH naive|stamped: RMS and 99 % of the errors, in percent of the truth */
static int cmd_windows(int argc, char **argv)
{
	double us = atof(argv[1]), sum = 0, *errors, joules;
	unsigned int n = atoi(argv[2]), high = atoi(argv[3]), i, missed = 0;
	bool naive = !strcmp(argv[4], "naive"), is_short = us < 5000;
	uint64_t from, truth;
	struct window w;

	errors = calloc(n, sizeof(*errors));
	if (argc != 5 || !errors || !n)
		die("CPU US COUNT HIGH naive|stamped, COUNT from 1");
	srand48(1);
	pin_cpu(atoi(argv[0]));
	MUST(prctl(PR_SET_TIMERSLACK, 1UL));
	window_open(&w, atoi(argv[0]));
	for (i = 0; i < n; i++) {
		wait_us(1000 + 4000 * drand48());
		if (naive)
			joules = reading(&w).energy;
		else
			begin(&w, is_short);
		from = true_energy(0, NULL);
		command_model(TRUTH_FACTOR, high);
		wait_us(us);
		command_model(TRUTH_FACTOR, 100);
		truth = true_energy(0, NULL) - from;
		if (naive)
			joules = reading(&w).energy - joules;
		else
			joules = end(&w, is_short);
		if (isnan(joules)) {
			missed++;
			continue;
		}
		errors[i - missed] = fabs(joules / (truth * 1e-6) - 1) * 100;
		sum += errors[i - missed] * errors[i - missed];
	}
	n -= missed;
	qsort(errors, n, sizeof(*errors), compare);
	printf("%s %.0f us: %u windows, %u without an update, rms %.4f p99 %.4f max %.4f percent\n",
	       argv[4], us, n, missed, sqrt(sum / n), errors[(size_t)(n * 0.99)], errors[n - 1]);
	return 0;
}

/* The example by itself */
static int cmd_example(int argc, char **argv)
{
	return example_main(argc + 1, argv - 1);
}

int main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "windows", "CPU US COUNT HIGH naive|stamped", cmd_windows },
		{ "example", "CPU MICROSECONDS [COUNT]", cmd_example },
		{ 0 },
	};

	return run_command(commands, argc, argv);
}
