// SPDX-License-Identifier: GPL-2.0-only
/*
 * energy-window - what a package uses in a short time, for example in a function
 *
 *	gcc -O2 -o energy-window energy-window.c -lm
 *	./energy-window CPU MICROSECONDS [COUNT]
 *
 * measures a busy loop of so many microseconds on CPU, COUNT times.  Take begin() and
 * end() into your program; they want rapl_pmu on a processor with power/update-time/,
 * and as root, or with kernel.perf_event_paranoid at 0 or less.
 *
 * The counter of energy moves about once a millisecond, and not at our times: two
 * readings have an update more or less than the window between them.  But each comes
 * with the time of its update.  So what was used between two updates is exact, and what
 * lies between an update and the window's end is the mean power there times its length.
 * Only that power is assumed, to be what it was in the time before.
 *
 * A window of less than 2 ms may have no update inside.  Such a one begins behind an
 * update and ends before one: it is waited for, outside the window.
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MS	(1. / 1000)
#define US	(MS / 1000)
#define NS	(US / 1000)

/* Seconds and joules, doubles: 2^53 ns are 104 days */
struct point {
	double time, energy;
};

struct window {
	int fd;
	double scale[2];	/* to J and s */
	/*
	 * The counter's clock is not ours: ours is ahead by something between these.  Each
	 * update that we see come tells, as it is between two readings.
	 */
	double ahead_low, ahead_high, ahead_at;
	struct point outside;	/* where the time outside of windows began */
	double watts;		/* the mean power outside */
	struct point first;	/* the update before the window, or the end of another one */
	double begin;		/* the window's begin, by the counter's clock */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec + t.tv_nsec * NS;
}

/* The same by the counter's clock */
static double counter_now(const struct window *w)
{
	return now() - (w->ahead_low + w->ahead_high) / 2;
}

static struct point reading(const struct window *w)
{
	unsigned long long group[3];

	if (read(w->fd, group, sizeof(group)) != sizeof(group)) {
		perror("read");
		exit(1);
	}
	return (struct point){ group[2] * w->scale[1], group[1] * w->scale[0] };
}

/* Wait for the next update, by looking. */
static struct point next_update(struct window *w)
{
	double before, after = now();
	struct point p = reading(w), next;

	do {
		before = after;
		after = now();
		next = reading(w);
	} while (next.time == p.time);
	/* It came after the reading before, and before this one was over. */
	w->ahead_low = fmax(w->ahead_low, before - next.time);
	w->ahead_high = fmin(w->ahead_high, now() - next.time);
	/* Clocks part by some millionths: then only the newest counts. */
	if (w->ahead_low > w->ahead_high) {
		w->ahead_low = before - next.time;
		w->ahead_high = now() - next.time;
	}
	w->ahead_at = after;
	return next;
}

/*
 * The time since the last window ends here: what was its power?  Where it began is only
 * as good as that window's end: in too short a time that would be a large error of power.
 */
static void outside_ends(struct window *w, struct point p)
{
	if (p.time - w->outside.time > 10 * MS)
		w->watts = (p.energy - w->outside.energy) / (p.time - w->outside.time);
}

static int event_of(const char *name, struct window *w, unsigned int nr, int cpu, int leader)
{
	static const char dir[] = "/sys/bus/event_source/devices/power";
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.read_format = PERF_FORMAT_GROUP,
	};
	unsigned long long config;
	char path[128];
	FILE *f;
	int fd = -1;

	snprintf(path, sizeof(path), "%s/type", dir);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%u", &attr.type) != 1) {
		fprintf(stderr, "there is no PMU power: modprobe rapl_pmu\n");
		exit(1);
	}
	fclose(f);
	snprintf(path, sizeof(path), "%s/events/%s", dir, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "event=%llx", &config) != 1) {
		fprintf(stderr, "there is no power/%s/: no stamped energy here\n", name);
		exit(1);
	}
	attr.config = config;
	fclose(f);
	snprintf(path, sizeof(path), "%s/events/%s.scale", dir, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%lf", &w->scale[nr]) != 1) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	fclose(f);
	fd = syscall(SYS_perf_event_open, &attr, -1, cpu, leader, 0);
	if (fd < 0) {
		perror("perf_event_open");
		exit(1);
	}
	return fd;
}

/* The package of CPU, from now on */
static void window_open(struct window *w, int cpu)
{
	int i;

	memset(w, 0, sizeof(*w));
	w->fd = event_of("energy-pkg", w, 0, cpu, -1);
	event_of("update-time", w, 1, cpu, w->fd);
	w->scale[1] *= NS;	/* it is in ns */
	w->ahead_low = -INFINITY;
	w->ahead_high = INFINITY;
	w->outside = next_update(w);
	for (i = 0; i < 30; i++)
		w->first = next_update(w);
	outside_ends(w, w->first);
}

/*
 * The window begins: if it is a short one, behind an update; else just so, but for one
 * of them a second, to see how far the clocks are apart.
 */
static void begin(struct window *w, bool is_short)
{
	bool wait = is_short || now() - w->ahead_at > 1;

	w->first = wait ? next_update(w) : reading(w);
	/* No update since the last window: that was its last one. */
	if (w->first.time < w->outside.time)
		w->first = w->outside;
	outside_ends(w, w->first);
	w->begin = counter_now(w);
}

/* Joules since begin(), NAN if there was no update */
static double end(struct window *w, bool is_short)
{
	double over = counter_now(w), joules, watts;
	struct point last = is_short ? next_update(w) : reading(w);

	joules = last.energy - w->first.energy - w->watts * (w->begin - w->first.time);
	if (is_short) {
		/* What came after it is not the window's. */
		w->outside = last;
		return joules - w->watts * (last.time - over);
	}
	if (last.time <= w->begin)
		return NAN;
	/* After the last update it went on like that. */
	watts = joules / (last.time - w->begin);
	joules = watts * (over - w->begin);
	w->outside.time = over;
	w->outside.energy = last.energy + watts * (over - last.time);
	return joules;
}

int main(int argc, char **argv)
{
	double seconds, joules, until;
	struct window w;
	cpu_set_t set;
	long count;
	int cpu;

	if (argc < 3 || argc > 4 || atof(argv[2]) <= 0) {
		fprintf(stderr, "usage: energy-window CPU MICROSECONDS [COUNT]\n");
		return 2;
	}
	cpu = atoi(argv[1]);
	seconds = atof(argv[2]) * US;
	count = argc == 4 ? atol(argv[3]) : 1;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		perror("sched_setaffinity");
		return 1;
	}
	window_open(&w, cpu);
	while (count-- > 0) {
		begin(&w, seconds < 5 * MS);
		for (until = now() + seconds; now() < until;)
			;
		joules = end(&w, seconds < 5 * MS);
		printf("%.6f J, %.3f W\n", joules, joules / seconds);
	}
	return 0;
}
