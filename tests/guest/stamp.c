// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups of energy-pkg and update-time on a machine of constant power: whatever the
 * way to read them, energy over time must be that power, never off by an update.
 *
 * EVENTS are PMU/EVENT@CPU, or "clock": a software event.  One with "off:" before it
 * stays switched off.
 */
#define _GNU_SOURCE
#include "truth.h"

#include <math.h>
#include <sys/mman.h>

#define MAX_GROUP	8
#define PAGES		64

static struct event events[MAX_GROUP];
static unsigned int n_events, energy_at, time_at;

/* Of the machine, and the most that rounding to its units makes of it, in joules */
static double watts, limit;

/* What read() and samples give of a group */
struct group {
	uint64_t nr, values[MAX_GROUP];
};

static bool take_event(const char *text)
{
	struct event *e = &events[n_events];
	bool off = !strncmp(text, "off:", 4);

	if (off)
		text += 4;
	if (n_events == MAX_GROUP)
		die("more than %d events", MAX_GROUP);
	if (!strcmp(text, "clock")) {
		*e = (struct event){ .name = "clock" };
		e->attr.type = PERF_TYPE_SOFTWARE;
		e->attr.config = PERF_COUNT_SW_CPU_CLOCK;
		e->attr.size = sizeof(e->attr);
	} else if (!strchr(text, '@')) {
		return false;
	} else {
		*e = parse_event(text);
		if (!strcmp(e->name, "energy-pkg") && !off)
			energy_at = n_events;
		if (!strcmp(e->name, "update-time") && !off)
			time_at = n_events;
	}
	e->attr.disabled = off;
	e->attr.read_format = PERF_FORMAT_GROUP;
	n_events++;
	return true;
}

static void open_group(bool disabled)
{
	unsigned int i;

	if (energy_at == time_at)
		die("a group has energy-pkg and update-time");
	for (i = 0; i < n_events; i++)
		if (events[i].attr.type == PERF_TYPE_SOFTWARE)
			events[i].cpu = events[energy_at].cpu;
	events[0].attr.disabled = disabled;
	for (i = 0; i < n_events; i++)
		open_event(&events[i], i ? events[0].fd : -1);
}

static void set_power(const char *text)
{
	watts = atof(text);
	/* 2^-14 J at either end, and 10 ns */
	limit = 2. / 16384 + watts * 2e-8;
}

static struct group read_group(void)
{
	struct group g;

	if (read(events[0].fd, &g, sizeof(g)) != (ssize_t)(1 + n_events) * 8)
		die("read of the group: %s", strerror(errno));
	return g;
}

/* Readings, the updates seen among them, and those that are wrong */
static struct {
	unsigned long readings, updates, wrong;
	double worst;
} tally;

static void judge(const struct group *from, const struct group *to)
{
	double joules = (to->values[energy_at] - from->values[energy_at]) * 0x1p-32;
	double seconds = (to->values[time_at] - from->values[time_at]) * 1e-8;
	double error = fabs(joules - watts * seconds);
	static uint64_t last;

	tally.readings++;
	tally.updates += to->values[time_at] != last;
	last = to->values[time_at];
	if (error > tally.worst)
		tally.worst = error;
	if (!(error > limit))
		return;
	if (tally.wrong++ < 5)
		printf("reading %lu: %.6f J in %.8f s\n", tally.readings, joules, seconds);
}

static int verdict(const char *what)
{
	printf("%lu %s, %lu updates seen, %lu wrong, worst %.6f J, allowed %.6f J\n",
	       tally.readings, what, tally.updates, tally.wrong, tally.worst, limit);
	return tally.wrong || tally.updates < 10 || tally.updates * 1000 < tally.readings;
}

/* read COUNT|FILE WATTS [every=SECONDS] EVENT...: so often, or until there is FILE */
static int cmd_read(int argc, char **argv)
{
	unsigned long n = strtoul(argv[0], NULL, 0);
	struct group first, now;
	double every = 0;
	int a;

	set_power(argv[1]);
	for (a = 2; a < argc; a++) {
		if (take_event(argv[a]))
			continue;
		if (strncmp(argv[a], "every=", 6))
			die("%s is no event", argv[a]);
		every = atof(argv[a] + 6);
	}
	open_group(false);
	first = read_group();
	do {
		if (every)
			wait_seconds(every);
		now = read_group();
		judge(&first, &now);
	} while (n ? --n : (unsigned long)!!access(argv[0], F_OK));
	return verdict("readings");
}

/* windows COUNT WATTS EVENT...: on and off; read when off, as perf stat does */
static int cmd_windows(int argc, char **argv)
{
	unsigned long n = strtoul(argv[0], NULL, 0), i;
	struct group before, after;
	int a;

	set_power(argv[1]);
	for (a = 2; a < argc; a++)
		if (!take_event(argv[a]))
			die("%s is no event", argv[a]);
	open_group(true);
	before = read_group();
	while (n--) {
		/* The leader takes the others with it, at once; PERF_IOC_FLAG_GROUP does not. */
		MUST(ioctl(events[0].fd, PERF_EVENT_IOC_ENABLE, 0));
		/* of different length */
		for (i = 0; i < n % 7 * 1000; i++)
			__asm__ volatile("");
		MUST(ioctl(events[0].fd, PERF_EVENT_IOC_DISABLE, 0));
		after = read_group();
		judge(&before, &after);
		before = after;
	}
	return verdict("windows");
}

/* samples SECONDS HZ WATTS clock EVENT...: the group as samples have it */
static int cmd_samples(int argc, char **argv)
{
	const size_t size = PAGES * 4096;
	struct perf_event_mmap_page *page;
	struct group first = { 0 };
	uint64_t head, tail = 0;
	double seconds = atof(argv[0]), done;
	unsigned char *data;
	int a;

	set_power(argv[2]);
	for (a = 3; a < argc; a++)
		if (!take_event(argv[a]))
			die("%s is no event", argv[a]);
	if (events[0].attr.type != PERF_TYPE_SOFTWARE)
		die("samples come of the event clock, which must be the first");
	events[0].attr.sample_period = 1000000000 / atoi(argv[1]);
	events[0].attr.sample_type = PERF_SAMPLE_READ;
	open_group(true);
	page = mmap(NULL, 4096 + size, PROT_READ | PROT_WRITE, MAP_SHARED, events[0].fd, 0);
	if (page == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	data = (unsigned char *)page + 4096;
	MUST(ioctl(events[0].fd, PERF_EVENT_IOC_ENABLE, 0));
	for (done = 0; done < seconds; done += 0.05) {
		wait_seconds(0.05);
		head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
		while (tail < head) {
			/* records are of eight bytes each, and may go round */
			union {
				struct perf_event_header header;
				uint64_t words[2 + MAX_GROUP];
			} r;
			unsigned int i;

			memcpy(&r, data + tail % size, 8);
			for (i = 1; i < r.header.size / 8 && i < 2 + MAX_GROUP; i++)
				memcpy(&r.words[i], data + (tail + 8 * i) % size, 8);
			tail += r.header.size;
			if (r.header.type != PERF_RECORD_SAMPLE || r.words[1] != n_events)
				continue;
			if (!first.nr)
				memcpy(&first, &r.words[1], sizeof(first));
			judge(&first, (struct group *)&r.words[1]);
		}
		__atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
	}
	return verdict("samples");
}

int main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "read", "COUNT|FILE WATTS [every=SECONDS] EVENT...", cmd_read },
		{ "windows", "COUNT WATTS EVENT...", cmd_windows },
		{ "samples", "SECONDS HZ WATTS EVENT...", cmd_samples },
		{ 0 },
	};

	return run_command(commands, argc, argv);
}
