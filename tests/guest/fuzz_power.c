// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rapl_pmu can be asked by system calls, sysfs and CPUs that come and go, to be fuzzed:
 * fuzz_power SECONDS SEED [blind] [CORPUS].
 */
#define _GNU_SOURCE
#include "truth.h"
#include "fuzz.h"

#include <glob.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#define SLOTS		8
#define MAX_FILES	128

static int fds[SLOTS];
static void *maps[SLOTS];
static struct perf_event_attr attr;
static unsigned int power, n_cpus;
static char *files[MAX_FILES];
static unsigned int n_files;
/* the machine was, or which CPUs are online */
static bool changed;

static void clear_attr(void)
{
	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = power;
}

static void close_slot(unsigned int slot)
{
	if (maps[slot])
		munmap(maps[slot], 2 * getpagesize());
	maps[slot] = NULL;
	if (fds[slot] >= 0)
		close(fds[slot]);
	fds[slot] = -1;
}

static bool set_online(unsigned int cpu, bool on)
{
	char path[64];
	int fd, done;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return false;
	done = write(fd, on ? "1" : "0", 1);
	close(fd);
	return done == 1;
}

static void run_on(int cpu)
{
	cpu_set_t set;

	memset(&set, cpu < 0 ? 0xff : 0, sizeof(set));
	if (cpu >= 0)
		CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* ---- operations ---- */

/* A field of the attributes that the next events are opened with */
static void set_field(const struct op *op)
{
	static const size_t fields[] = {
		offsetof(struct perf_event_attr, config),
		offsetof(struct perf_event_attr, sample_period),
		offsetof(struct perf_event_attr, sample_type),
		offsetof(struct perf_event_attr, read_format),
		offsetof(struct perf_event_attr, read_format) + 8,	/* the bits */
		offsetof(struct perf_event_attr, wakeup_events),
		offsetof(struct perf_event_attr, config1),
		offsetof(struct perf_event_attr, config2),
		offsetof(struct perf_event_attr, branch_sample_type),
		offsetof(struct perf_event_attr, sample_regs_user),
		offsetof(struct perf_event_attr, clockid),
		offsetof(struct perf_event_attr, sample_max_stack),
	};

	memcpy((char *)&attr + fields[op->what % (sizeof(fields) / sizeof(fields[0]))],
	       &op->value, sizeof(op->value));
	/* Signals and breakpoints are not ours to be tested. */
	attr.sigtrap = 0;
}

static void other_attr(const struct op *op)
{
	switch (op->what % 3) {
	case 0: clear_attr(); break;
	case 1: attr.size = op->value; break;
	case 2: attr.type = op->more % 4 ? power + op->more % 4 - 1 : op->value; break;
	}
}

static void open_one(const struct op *op)
{
	int cpu = op->what % 4 ? op->what / 4 % (int)n_cpus : (int8_t)op->what / 4;
	int pid = op->more % 16 ? -1 : getpid();
	unsigned int slot = op->slot % SLOTS;
	struct perf_event_attr a = attr;
	int group = op->more % 3 ? -1 : fds[op->more / 3 % SLOTS];

	/* The code by itself, or whatever stands in the attributes */
	if (op->value)
		a.config = op->value & 0xff ? op->value : a.config;
	/* Others than ours count no faster than a machine without hardware can bear. */
	if (a.type != power) {
		a.type = PERF_TYPE_SOFTWARE;
		a.config = op->value % 2 ? PERF_COUNT_SW_DUMMY : PERF_COUNT_SW_CPU_CLOCK;
		a.sample_period = 1000000 + op->value % 1000000;
		a.freq = 0;
	}
	close_slot(slot);
	fds[slot] = syscall(SYS_perf_event_open, &a, pid, cpu, group, op->more / 32);
}

static void open_right(const struct op *op)
{
	struct perf_event_attr a = attr;
	struct op good = *op;

	clear_attr();
	attr.read_format = a.read_format;
	attr.disabled = a.disabled;
	good.what |= 1;
	/* alone, or in the group of one of the others */
	good.more = op->more % 3 ? 1 : 3 * (1 + op->more / 16 % SLOTS);
	good.value = op->value % 8 == 7 ? 0x10 : 1 + op->value % 8;
	open_one(&good);
	attr = a;
}

static void close_one(const struct op *op)
{
	close_slot(op->slot % SLOTS);
}

static void control(const struct op *op)
{
	int fd = fds[op->slot % SLOTS];
	uint64_t value = op->value;

	switch (op->what % 10) {
	case 0: case 1: ioctl(fd, PERF_EVENT_IOC_ENABLE, op->more % 4); break;
	case 2: case 3: ioctl(fd, PERF_EVENT_IOC_DISABLE, op->more % 4); break;
	case 4: ioctl(fd, PERF_EVENT_IOC_RESET, op->more % 4); break;
	case 5: ioctl(fd, PERF_EVENT_IOC_REFRESH, value); break;
	case 6: ioctl(fd, PERF_EVENT_IOC_PERIOD, &value); break;
	case 7: ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, fds[op->more % SLOTS]); break;
	case 8: ioctl(fd, PERF_EVENT_IOC_PAUSE_OUTPUT, op->more % 2); break;
	case 9: ioctl(fd, PERF_EVENT_IOC_MODIFY_ATTRIBUTES, &attr); break;
	}
}

static void read_one(const struct op *op)
{
	uint64_t values[64];

	/* What comes of it is judged by others. */
	if (read(fds[op->slot % SLOTS], values, op->what % 4 ? sizeof(values) : op->value % 64) < 0)
		return;
}

static void map_one(const struct op *op)
{
	unsigned int slot = op->slot % SLOTS;
	void *map;

	if (maps[slot] || fds[slot] < 0)
		return;
	map = mmap(NULL, 2 * getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED, fds[slot], 0);
	if (map != MAP_FAILED)
		maps[slot] = map;
}

static void all_events(const struct op *op)
{
	prctl(op->what % 2 ? PR_TASK_PERF_EVENTS_ENABLE : PR_TASK_PERF_EVENTS_DISABLE);
}

static void move(const struct op *op)
{
	run_on(op->what % n_cpus);
}

static void switch_cpu(const struct op *op)
{
	changed = true;
	set_online(op->what % n_cpus, op->more % 3 == 0);
}

static void look_at_file(const struct op *op)
{
	char text[4096];
	int fd = open(files[op->what % n_files], O_RDONLY);

	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text)) < 0)
		text[0] = 0;
	close(fd);
}

static void write_file(const struct op *op)
{
	char text[32];
	int fd = open(files[op->what % n_files], O_WRONLY), n;

	if (fd < 0)
		return;
	n = snprintf(text, sizeof(text), "%lld", (long long)op->value);
	if (write(fd, text, n) < 0)
		text[0] = 0;
	close(fd);
}

static void wait_a_bit(const struct op *op)
{
	usleep(op->value % 5000);
}

/*
 * The machine uses more or less. A reset of its counters is left to other cases: a small one is
 * taken for an early sample for a second, in which what is used is not counted.
 */
static void turn_machine(const struct op *op)
{
	changed = true;
	command_model(TRUTH_FACTOR, op->value % 1000);
}

static const struct operation table[] = {
	{ "field", set_field, 30 },
	{ "attr", other_attr, 8 },
	{ "open", open_one, 30 },
	{ "event", open_right, 30 },
	{ "close", close_one, 8 },
	{ "control", control, 30 },
	{ "read", read_one, 25 },
	{ "map", map_one, 6 },
	{ "all", all_events, 4 },
	{ "move", move, 8 },
	{ "look", look_at_file, 10 },
	{ "write", write_file, 3 },
	{ "wait", wait_a_bit, 4 },
	{ "machine", turn_machine, 3 },
	{ "cpu", switch_cpu, 1 },
	{ 0 },
};

/* ---- the state of an input ---- */

static void before(void)
{
	clear_attr();
}

/*
 * Does the event of CONFIG count what DOMAIN uses, wherever it is read? In so short a time
 * that what the counters have not shown yet is up to a fifth.
 */
static bool counts_right(unsigned int config, unsigned int domain, unsigned int cpu)
{
	struct perf_event_attr a = { .size = sizeof(a), .type = power, .config = config, .disabled = 1 };
	unsigned int package = cpu * find_model().ecx / n_cpus, reader;
	int fd = perf_open(&a, -1, cpu, -1);
	uint64_t from, count;
	double want, got;
	bool good = fd >= 0;

	if (!good)
		printf("# event %u does not open on CPU %u: %s\n", config, cpu, strerror(errno));
	command_model(TRUTH_STOP, 1);
	from = true_energy(package << 8 | domain, NULL);
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	command_model(TRUTH_STOP, 0);
	usleep(10000);
	command_model(TRUTH_STOP, 1);
	want = true_energy(package << 8 | domain, NULL) - from;
	for (reader = 0; good && reader < n_cpus; reader++) {
		run_on(reader);
		good = read(fd, &count, sizeof(count)) == sizeof(count);
		got = count / 4294.967296;
		if (got > want / 2 && got < want * 1.5)
			continue;
		printf("# event %u of CPU %u, read on CPU %u: %.0f uJ, truth %.0f uJ\n", config, cpu,
		       reader, got, want);
		good = false;
	}
	run_on(-1);
	command_model(TRUTH_STOP, 0);
	if (fd >= 0)
		close(fd);
	return good;
}

static bool after(void)
{
	unsigned int i;
	bool good = true;

	for (i = 0; i < SLOTS; i++)
		close_slot(i);
	for (i = 1; i < n_cpus && changed; i++)
		set_online(i, true);
	run_on(-1);
	if (changed) {
		command_model(TRUTH_FACTOR, 100);
		/* until the counters show what was used before */
		usleep(2000);
	}
	for (i = 0; i < n_cpus && changed && good; i++)
		good = counts_right(2, 0, i) && counts_right(3, 2, i);
	changed = false;
	return good;
}

static void find_files(const char *pattern)
{
	glob_t found;
	size_t i;

	if (glob(pattern, 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc && n_files < MAX_FILES; i++)
		files[n_files++] = strdup(found.gl_pathv[i]);
	globfree(&found);
}

int main(int argc, char **argv)
{
	power = pmu_type("power");
	n_cpus = sysconf(_SC_NPROCESSORS_CONF);
	memset(fds, -1, sizeof(fds));
	find_files(DEVICES "/power/*");
	find_files(DEVICES "/power/*/*");
	find_files("/sys/module/rapl_pmu/parameters/*");
	find_files("/sys/class/hwmon/hwmon*/energy*");
	return fuzz(argc, argv, table, before, after);
}
