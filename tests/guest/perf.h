/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs here share: commands, calls that must not fail, perf events.
 */
#ifndef TESTS_GUEST_PERF_H
#define TESTS_GUEST_PERF_H

#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEVICES		"/sys/bus/event_source/devices"

struct event {
	char pmu[64];
	char name[64];
	int cpu;
	int fd;
	double scale;
	struct perf_event_attr attr;
	/* pmu.c: what to ask the RAPL model for, and its first answer, in uJ */
	unsigned int truth;
	uint64_t from;
};

__attribute__((noreturn, format(printf, 1, 2)))
static inline void die(const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static inline long must(long result, const char *what)
{
	if (result < 0)
		die("%s: %s", what, strerror(errno));
	return result;
}

/* The result of a system call that must not fail */
#define MUST(call) must(call, #call)

struct command {
	const char *name, *takes;	/* arguments: [those that may be missing], more... */
	int (*run)(int argc, char **argv);
};

/* Do so many arguments fit @takes? */
static inline bool fits(const char *takes, int argc)
{
	const char *word;

	for (word = takes; *word; word += strspn(word, " ")) {
		argc -= *word != '[';
		word += strcspn(word, " ");
	}
	return !argc || (argc > 0 && (strchr(takes, '[') || strstr(takes, "...")));
}

/* The command that argv[1] names, of a table that ends with an empty one */
static inline int run_command(const struct command *commands, int argc, char **argv)
{
	const struct command *c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (c = commands; argc > 1 && c->name; c++) {
		if (strcmp(argv[1], c->name))
			continue;
		if (!fits(c->takes, argc - 2))
			die("%s %s", c->name, c->takes);
		return c->run(argc - 2, argv + 2);
	}
	fprintf(stderr, "commands:\n");
	for (c = commands; c->name; c++)
		fprintf(stderr, "%s %s\n", c->name, c->takes);
	return 2;
}

__attribute__((format(printf, 3, 4)))
static inline bool read_line(char *buf, size_t len, const char *format, ...)
{
	char path[256];
	va_list ap;
	FILE *f;

	va_start(ap, format);
	vsnprintf(path, sizeof(path), format, ap);
	va_end(ap);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(buf, len, f))
		buf[0] = 0;
	fclose(f);
	buf[strcspn(buf, "\n")] = 0;
	return true;
}

static inline void wait_seconds(double seconds)
{
	struct timespec t = { seconds, (seconds - (time_t)seconds) * 1e9 };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static inline void pin_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %d: %s", cpu, strerror(errno));
}

static inline unsigned int pmu_type(const char *pmu)
{
	char buf[64];

	if (!read_line(buf, sizeof(buf), DEVICES "/%s/type", pmu))
		die("there is no PMU %s", pmu);
	return strtoul(buf, NULL, 10);
}

/* PMU/EVENT@CPU */
static inline struct event parse_event(const char *text)
{
	struct event e = { .fd = -1, .attr.size = sizeof(e.attr) };
	char buf[128];

	if (sscanf(text, "%63[^/]/%63[^@]@%d", e.pmu, e.name, &e.cpu) != 3)
		die("an event is PMU/EVENT@CPU, not %s", text);
	e.attr.type = pmu_type(e.pmu);
	if (!read_line(buf, sizeof(buf), DEVICES "/%s/events/%s", e.pmu, e.name))
		die("PMU %s has no event %s", e.pmu, e.name);
	if (sscanf(buf, "event=%" SCNx64, (uint64_t *)&e.attr.config) != 1)
		die("%s/%s: cannot parse %s", e.pmu, e.name, buf);
	if (!read_line(buf, sizeof(buf), DEVICES "/%s/events/%s.scale", e.pmu, e.name))
		die("%s/%s has no scale", e.pmu, e.name);
	e.scale = strtod(buf, NULL);
	return e;
}

static inline int perf_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group)
{
	return syscall(SYS_perf_event_open, attr, pid, cpu, group, 0);
}

static inline int open_event(struct event *e, int group)
{
	e->fd = perf_open(&e->attr, -1, e->cpu, group);
	if (e->fd < 0)
		die("%s/%s on CPU %d: %s", e->pmu, e->name, e->cpu, strerror(errno));
	return e->fd;
}

#endif /* TESTS_GUEST_PERF_H */
