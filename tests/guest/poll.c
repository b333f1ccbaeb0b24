// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader as small programs have it: a loop that reads the energy of each package so many
 * times a second, by one of the ways that Linux has.  When it is told to end it prints what
 * each reading adds: "PACKAGE JOULES", a package being the argument's place.
 */
#define _GNU_SOURCE
#include "perf.h"

#include <fcntl.h>
#include <signal.h>

#define MAX_SOURCES	8
#define MAX_READINGS	100000

#define MSR_UNIT	0x606
#define MSR_PKG_ENERGY	0x611

struct source {
	int fd;
	off_t offset;
	bool text;		/* a file of sysfs */
	uint64_t range;		/* at which it begins at 0 again; 0: never */
	double scale;
	uint64_t last;
};

static struct source sources[MAX_SOURCES];
static double (*joules)[MAX_SOURCES];
static volatile sig_atomic_t over;

static void stop(int signal)
{
	(void)signal;
	over = 1;
}

static uint64_t read_source(const struct source *s)
{
	uint64_t value = 0;
	char buf[32];
	ssize_t n;

	if (s->text) {
		n = must(pread(s->fd, buf, sizeof(buf) - 1, 0), "read");
		buf[n] = 0;
		return strtoull(buf, NULL, 10);
	}
	if (s->offset)
		n = pread(s->fd, &value, sizeof(value), s->offset);
	else
		n = read(s->fd, &value, sizeof(value));
	if (n != sizeof(value))
		die("read: %s", strerror(errno));
	/* Above the counter of 32 bits an MSR may have anything. */
	return s->offset ? (uint32_t)value : value;
}

/* PMU/EVENT@CPU, the msr device of a CPU, or a powercap zone's energy_uj */
static struct source open_source(const char *text)
{
	struct source s = { 0 };
	struct event event;
	char line[64];
	uint64_t unit;

	if (text[0] != '/') {
		event = parse_event(text);
		s.fd = open_event(&event, -1);
		s.scale = event.scale;
		return s;
	}
	s.fd = must(open(text, O_RDONLY | O_CLOEXEC), text);
	if (!strncmp(text, "/dev/", 5)) {
		if (pread(s.fd, &unit, sizeof(unit), MSR_UNIT) != sizeof(unit))
			die("%s: %s", text, strerror(errno));
		s.offset = MSR_PKG_ENERGY;
		s.range = 1ULL << 32;
		s.scale = 1.0 / (1ULL << (unit >> 8 & 0x1f));
		return s;
	}
	if (!read_line(line, sizeof(line), "%.*s/max_energy_range_uj", (int)(strrchr(text, '/') - text), text))
		die("%s has no max_energy_range_uj beside it", text);
	s.text = true;
	s.range = strtoull(line, NULL, 10) + 1;
	s.scale = 1e-6;
	return s;
}

static double advance(struct source *s)
{
	uint64_t now = read_source(s), by = now - s->last;

	if (s->range && now < s->last)
		by += s->range;
	s->last = now;
	return by * s->scale;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	struct timespec next;
	int n = argc - 2, i;
	long ns, count, k;

	if (n < 1 || n > MAX_SOURCES || atoi(argv[1]) < 1)
		die("HZ SOURCE...: PMU/EVENT@CPU, /dev/cpu/N/msr, or an energy_uj of powercap");
	ns = 1000000000 / atoi(argv[1]);
	joules = calloc(MAX_READINGS, sizeof(*joules));
	if (!joules)
		die("no memory");
	for (i = 0; i < n; i++) {
		sources[i] = open_source(argv[i + 2]);
		sources[i].last = read_source(&sources[i]);
	}
	/* without SA_RESTART: who sleeps is woken up */
	MUST(sigaction(SIGTERM, &action, NULL));
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (count = 0; !over && count < MAX_READINGS; count++) {
		next.tv_nsec += ns;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		for (i = 0; i < n; i++)
			joules[count][i] = advance(&sources[i]);
	}
	for (k = 0; k < count; k++)
		for (i = 0; i < n; i++)
			printf("%d %.6f\n", i, joules[k][i]);
	return 0;
}
