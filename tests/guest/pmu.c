// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks the PMU under test what no perf command asks: every errno of opening,
 * readers on other CPUs, many events at once, random attributes.  Where energy
 * is judged, the truth comes from the machine (the model's CPUID leaf), never
 * from the driver.
 */
#define _GNU_SOURCE
#include "bpf.h"
#include "random.h"
#include "truth.h"

#include <math.h>
#include <signal.h>
#include <sys/mman.h>

#define MAX_EVENTS	1024

static struct event events[MAX_EVENTS];
static unsigned int n_events;

static int topology(int cpu, const char *what)
{
	char buf[64];

	if (!read_line(buf, sizeof(buf), "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, what))
		die("CPU %d has no %s, is it offline?", cpu, what);
	return atoi(buf);
}

/*
 * The model's number of the package or die that has this CPU: it counts dies through, where
 * the kernel may begin again at 0 in each package.
 */
static int truth_package(int cpu)
{
	int package = topology(cpu, "physical_package_id"), last = 0, dies, i;
	char buf[64];

	for (i = 0; i < sysconf(_SC_NPROCESSORS_CONF); i++)
		if (read_line(buf, sizeof(buf),
			      "/sys/devices/system/cpu/cpu%d/topology/physical_package_id", i) &&
		    atoi(buf) > last)
			last = atoi(buf);
	dies = find_model().ecx / (last + 1);
	return dies > 1 ? package * dies + topology(cpu, "die_id") % dies : package;
}

/* What the model has to be asked for, to know what an event should have counted */
static unsigned int truth_index(const struct event *e)
{
	int package = truth_package(e->cpu);
	unsigned int cores = find_model().edx;
	const char *name = e->name + strlen("energy-");

	if (!strcmp(name, "core"))
		return truth_question(name, package * cores + topology(e->cpu, "core_id"));
	if (!strcmp(e->name, "update-time"))
		return truth_question("pkg", package);
	return truth_question(name, package);
}

/* Microjoule, or nanoseconds of a time */
static bool is_time(const struct event *e)
{
	return !strcmp(e->name, "update-time");
}

static uint64_t true_count(const struct event *e)
{
	uint64_t ns, uj = true_energy(e->truth, &ns);

	return is_time(e) ? ns : uj;
}

static struct event *add_event(const char *text)
{
	struct event *e = &events[n_events];

	if (n_events == MAX_EVENTS)
		die("more than %d events", MAX_EVENTS);
	*e = parse_event(text);
	e->attr.disabled = 1;
	n_events++;
	return e;
}

static uint64_t count(const struct event *e)
{
	uint64_t value;

	if (read(e->fd, &value, sizeof(value)) != sizeof(value))
		die("%s/%s: read: %s", e->pmu, e->name, strerror(errno));
	return value;
}

static void enable(const struct event *e)
{
	MUST(ioctl(e->fd, PERF_EVENT_IOC_ENABLE, 0));
}

/* The machine uses no energy meanwhile: nothing is lost between a count and its truth. */
static void hold_energy(bool hold)
{
	command_model(TRUTH_STOP, hold);
}

/* Enables all events that are open.  live: somebody else needs the energy meanwhile. */
static void begin_counting(bool live)
{
	struct event *e;

	if (!live)
		hold_energy(true);
	for (e = events; e < events + n_events; e++) {
		e->truth = truth_index(e);
		e->from = true_count(e);
		enable(e);
	}
	if (!live)
		hold_energy(false);
}

/* Says what all have counted since, and what is true; returns 1 if that is too far apart. */
static int end_counting(double tolerance, bool live)
{
	struct event *e;
	int bad = 0;

	if (!live)
		hold_energy(true);
	for (e = events; e < events + n_events; e++) {
		double joules = count(e) * e->scale * (is_time(e) ? 1e-9 : 1);
		double want = (true_count(e) - e->from) * (is_time(e) ? 1e-9 : 1e-6);
		double error = want ? (joules / want - 1) * 100 : joules ? INFINITY : 0;
		bool good = fabs(error) <= tolerance;

		printf("%s/%s@%d %.3f %s, truth %.3f, error %+.3f %%%s\n", e->pmu, e->name,
		       e->cpu, joules, is_time(e) ? "s" : "J", want, error,
		       good ? "" : "  <-- too much");
		bad |= !good;
	}
	if (!live)
		hold_energy(false);
	return bad;
}

/* Nothing may come between a count and its truth. */
static void be_urgent(void)
{
	struct sched_param param = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_FIFO, &param);
}

static void wait_file(const char *path)
{
	while (access(path, F_OK))
		wait_seconds(0.05);
}

/* Reads all events this often for so long.  Returns 1 if one of them goes back. */
static int watch_events(double seconds, double every)
{
	uint64_t last[MAX_EVENTS] = { 0 };
	double done;
	unsigned int i;
	int bad = 0;

	for (done = 0; done < seconds; done += every) {
		wait_seconds(every);
		for (i = 0; i < n_events; i++) {
			uint64_t now = count(&events[i]);

			if (now < last[i]) {
				printf("%s went back from %" PRIu64 " to %" PRIu64 "\n",
				       events[i].name, last[i], now);
				bad = 1;
			}
			last[i] = now;
		}
	}
	return bad;
}

/*
 * truth SECONDS TOLERANCE [live] [group] [read=SECONDS] [from=CPU] EVENT...
 * Counts all events over the same time, each beside the truth.  Between truth and enabling
 * no energy is used, unless live: two of these at once need it.  read= looks at them that
 * often on the way, from= does so from that CPU.  A file name (with a slash) in the place of
 * SECONDS: until there is such a file.
 */
static int cmd_truth(int argc, char **argv)
{
	bool group = false, live = false;
	double seconds, every = 0;
	unsigned int i;
	int a, bad = 0;

	seconds = atof(argv[0]);
	for (a = 2; a < argc; a++) {
		if (!strcmp(argv[a], "group"))
			group = true;
		else if (!strcmp(argv[a], "live"))
			live = true;
		else if (!strncmp(argv[a], "read=", 5))
			every = atof(argv[a] + 5);
		else if (!strncmp(argv[a], "from=", 5))
			pin_cpu(atoi(argv[a] + 5));
		else
			add_event(argv[a]);
	}
	be_urgent();
	for (i = 0; i < n_events; i++)
		open_event(&events[i], group && i ? events[0].fd : -1);
	begin_counting(live);
	if (every)
		bad = watch_events(seconds, every);
	else if (strchr(argv[0], '/'))
		wait_file(argv[0]);
	else
		wait_seconds(seconds);
	return bad | end_counting(atof(argv[1]), live);
}

/* What perf_event_open() said to an attribute: "ok" or the name of the errno */
static const char *errno_name(int err)
{
	return err ? strerrorname_np(err) : "ok";
}

/* open PMU CONFIG [cpu=N] [pid=N] [uid=N] [FIELD=VALUE...] */
static int cmd_open(int argc, char **argv)
{
	/* config3 and config4 are newer than some headers. */
	union {
		struct perf_event_attr attr;
		uint64_t words[144 / 8];
	} all = { .attr.size = sizeof(all.attr) };
#define attr	all.attr
	int cpu = 0, pid = -1, a, fd;

	attr.type = pmu_type(argv[0]);
	attr.config = strtoull(argv[1], NULL, 0);
	for (a = 2; a < argc; a++) {
		char *value = strchr(argv[a], '=');
		uint64_t v;

		if (!value)
			die("%s is not FIELD=VALUE", argv[a]);
		*value++ = 0;
		v = strtoull(value, NULL, 0);
#define FIELD(name) else if (!strcmp(argv[a], #name)) attr.name = v
		if (!strcmp(argv[a], "cpu"))
			cpu = atoi(value);
		else if (!strcmp(argv[a], "pid"))
			pid = !strcmp(value, "self") ? getpid() : atoi(value);
		else if (!strcmp(argv[a], "uid")) {
			if (setgid(v) || setuid(v))
				die("cannot become user %s", value);
		}
		FIELD(type);
		FIELD(config1);
		FIELD(config2);
		FIELD(sample_period);
		FIELD(sample_type);
		FIELD(read_format);
		FIELD(freq);
		FIELD(inherit);
		FIELD(pinned);
		FIELD(exclude_user);
		FIELD(exclude_kernel);
		FIELD(exclude_hv);
		FIELD(exclude_idle);
		FIELD(exclude_host);
		FIELD(exclude_guest);
		FIELD(exclude_callchain_kernel);
		FIELD(exclude_callchain_user);
		else if (!strcmp(argv[a], "config3") || !strcmp(argv[a], "config4")) {
			attr.size = sizeof(all);
			all.words[argv[a][6] == '3' ? 16 : 17] = v;
		} else
			die("unknown field %s", argv[a]);
	}
	fd = perf_open(&attr, pid, cpu, -1);
	printf("%s\n", errno_name(fd < 0 ? errno : 0));
	return 0;
#undef attr
}

/* hold SECONDS EVENT...: keep events open and enabled; says when they are */
static int cmd_hold(int argc, char **argv)
{
	int a;

	for (a = 1; a < argc; a++) {
		struct event *e = add_event(argv[a]);

		e->attr.disabled = 0;
		open_event(e, -1);
	}
	printf("open\n");
	wait_seconds(atof(argv[0]));
	return 0;
}

/* same EVENT EVENT: which CPU do they live on?  A group needs one for both. */
static int cmd_same(int argc, char **argv)
{
	struct event *a, *b;

	(void)argc;
	a = add_event(argv[0]);
	b = add_event(argv[1]);
	open_event(a, -1);
	b->fd = perf_open(&b->attr, -1, b->cpu, a->fd);
	printf("%s\n", b->fd < 0 ? errno_name(errno) : "ok");
	return 0;
}

/*
 * beside SECONDS TOLERANCE EVENT EVENT: two PMUs over the same time.  Read in
 * the order a b, b a, so that neither has the longer time.
 */
static int cmd_beside(int argc, char **argv)
{
	struct event *a, *b;
	double from_a, from_b, ja, jb, error;

	(void)argc;
	a = add_event(argv[2]);
	b = add_event(argv[3]);
	a->attr.disabled = b->attr.disabled = 0;
	open_event(a, -1);
	open_event(b, -1);
	from_a = count(a) * a->scale;
	from_b = count(b) * b->scale;
	wait_seconds(atof(argv[0]));
	jb = count(b) * b->scale - from_b;
	ja = count(a) * a->scale - from_a;
	error = (ja / jb - 1) * 100;
	printf("%s %.3f J, %s %.3f J, apart %+.3f %%\n", a->pmu, ja, b->pmu, jb, error);
	return !(fabs(error) <= atof(argv[1]));
}

/* ---- random attributes --------------------------------------------------- */

/* fuzz CALLS SEED PMU...: only errnos that perf_event_open(2) documents */
static int cmd_fuzz(int argc, char **argv)
{
	static const int allowed[] = {
		0, EINVAL, ENOENT, ENODEV, E2BIG, EBADF, EACCES, EPERM,
		EOPNOTSUPP, ENOSYS, EBUSY, ESRCH, EMFILE, ENOSPC, EOVERFLOW,
	};
	unsigned long calls, i, tally[256] = { 0 };
	unsigned int types[8], n = 0, j;
	int fds[32], a, bad = 0;

	calls = strtoul(argv[0], NULL, 0);
	seed = strtoull(argv[1], NULL, 0) | 1;
	for (a = 2; a < argc && n < 8; a++)
		types[n++] = pmu_type(argv[a]);
	memset(fds, -1, sizeof(fds));

	for (i = 0; i < calls; i++) {
		struct perf_event_attr attr = { .size = sizeof(attr) };
		unsigned int slot = rnd() % 32;
		int cpu = (int)(rnd() % 10) - 2, pid = -1, group = -1, fd;
		unsigned long flags = 0;

		attr.type = types[rnd() % n];
		attr.config = rnd() % 3 ? rnd() % 7 : rnd_value();
		if (!(rnd() % 4)) {
			unsigned char *bytes = (unsigned char *)&attr;
			unsigned int hits = 1 + rnd() % 4;

			/* past type, size and config */
			while (hits--)
				bytes[16 + rnd() % (sizeof(attr) - 16)] = rnd();
		}
		if (!(rnd() % 8))
			attr.config1 = rnd_value();
		if (!(rnd() % 8))
			attr.sample_period = rnd_value();
		if (!(rnd() % 16))
			attr.size = rnd_value();
		if (!(rnd() % 8))
			cpu = rnd();
		if (!(rnd() % 8))
			pid = rnd() % 2 ? 0 : getpid();
		if (!(rnd() % 3))
			group = fds[rnd() % 32];
		if (!(rnd() % 8))
			flags = rnd() % 16;
		/* Signals and breakpoints are not ours to be tested. */
		attr.sigtrap = 0;

		fd = syscall(SYS_perf_event_open, &attr, pid, cpu, group, flags);
		if (fd < 0) {
			tally[errno & 255]++;
			continue;
		}
		tally[0]++;
		if (fds[slot] >= 0)
			close(fds[slot]);
		fds[slot] = fd;
		if (!(rnd() % 2)) {
			uint64_t value[64];

			ioctl(fd, rnd() % 2 ? PERF_EVENT_IOC_DISABLE :
			      PERF_EVENT_IOC_RESET, rnd() % 2);
			if (read(fd, value, sizeof(value)) < 0)
				ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
		}
	}

	for (j = 0; j < 256; j++) {
		bool known = false;
		unsigned int k;

		if (!tally[j])
			continue;
		for (k = 0; k < sizeof(allowed) / sizeof(allowed[0]); k++)
			known |= allowed[k] == (int)j;
		printf("%s %lu%s\n", errno_name(j), tally[j], known ? "" : "  <-- not documented");
		bad |= !known;
	}
	return bad;
}

/* ---- CPUs that come and go ----------------------------------------------- */

/* A list such as 0,2-3 as the kernel prints it; false if there is no file. */
static bool read_cpus(cpu_set_t *set, const char *path)
{
	char buf[256], *text = buf;

	CPU_ZERO(set);
	if (!read_line(buf, sizeof(buf), "%s", path))
		return false;
	while (*text) {
		long from = strtol(text, &text, 10), to = from;

		if (*text == '-')
			to = strtol(text + 1, &text, 10);
		for (; from <= to; from++)
			CPU_SET(from, set);
		if (*text != ',')
			break;
		text++;
	}
	return true;
}

static bool set_online(int cpu, bool online)
{
	char path[64];
	FILE *f;
	bool good;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	f = fopen(path, "w");
	if (!f)
		return false;
	good = fputc('0' + online, f) != EOF;
	return !fclose(f) && good;
}

/*
 * storm ROUNDS SEED [pause=SECONDS] [keep=CPU]... CPU...
 * Turns one of the CPUs off or on in each round, and pauses.  Those of keep= may go, too,
 * but never all of them at once.  In the end all are on.
 */
static int cmd_storm(int argc, char **argv)
{
	int cpus[64], n = 0, a, i, bad = 0, kept = 0;
	bool off[64] = { false }, keep[64] = { false };
	unsigned long rounds, r, done = 0, all_off = 0;
	double pause = 0;

	rounds = strtoul(argv[0], NULL, 0);
	seed = strtoull(argv[1], NULL, 0) | 1;
	for (a = 2; a < argc && n < 64; a++) {
		if (!strncmp(argv[a], "pause=", 6)) {
			pause = atof(argv[a] + 6);
			continue;
		}
		keep[n] = !strncmp(argv[a], "keep=", 5);
		kept += keep[n];
		cpus[n] = atoi(argv[a] + (keep[n] ? 5 : 0));
		n++;
	}
	for (r = 0; r < rounds; r++) {
		int on = 0, kept_on = 0;

		for (i = 0; i < n; i++) {
			on += !off[i];
			kept_on += keep[i] && !off[i];
		}
		all_off += !on;
		i = rnd() % n;
		if (keep[i] && !off[i] && kept_on == 1)
			continue;
		if (!set_online(cpus[i], off[i])) {
			printf("CPU %d does not go %s: %s\n", cpus[i],
			       off[i] ? "on" : "off", strerror(errno));
			bad = 1;
			break;
		}
		off[i] = !off[i];
		done++;
		if (pause)
			wait_seconds(pause);
	}
	for (i = 0; i < n; i++)
		if (off[i] && !set_online(cpus[i], true))
			bad = 1;
	printf("%lu times off or on, %lu rounds with all of them off\n", done, all_off);
	return bad;
}

/*
 * mask PMU FILE CPU...
 * Watches the cpumask until the file is there.  The CPUs stand for packages
 * that always have one CPU online: of each of those exactly one CPU must be in
 * the mask, of the others no more than one, and all of them online.
 */
static int cmd_mask(int argc, char **argv)
{
	static int package[CPU_SETSIZE];
	bool always[64] = { false };
	unsigned long looks = 0, changes = 0;
	cpu_set_t before, mask, after, last;
	char path[128];
	int a, cpu, bad = 0;

	snprintf(path, sizeof(path), DEVICES "/%s/cpumask", argv[0]);
	read_cpus(&before, "/sys/devices/system/cpu/online");
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &before))
			package[cpu] = topology(cpu, "physical_package_id");
	for (a = 2; a < argc; a++)
		always[package[atoi(argv[a])] & 63] = true;
	CPU_ZERO(&last);

	while (access(argv[1], F_OK) && bad < 5) {
		int seen[64] = { 0 };

		read_cpus(&before, "/sys/devices/system/cpu/online");
		if (!read_cpus(&mask, path))
			die("there is no %s", path);
		read_cpus(&after, "/sys/devices/system/cpu/online");
		looks++;
		changes += !CPU_EQUAL(&mask, &last);
		last = mask;
		for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			if (!CPU_ISSET(cpu, &mask))
				continue;
			seen[package[cpu] & 63]++;
			if (!CPU_ISSET(cpu, &before) && !CPU_ISSET(cpu, &after)) {
				printf("CPU %d is in the mask and offline\n", cpu);
				bad++;
			}
		}
		for (a = 0; a < 64; a++) {
			if (seen[a] > 1 || (always[a] && !seen[a])) {
				printf("package %d has %d CPUs in the mask\n", a, seen[a]);
				bad++;
			}
		}
		wait_seconds(0.0005);
	}
	printf("looked at %lu times, seen to change %lu times\n", looks, changes);
	return bad || !looks;
}

/*
 * churn PMU FILE SEED CPU...
 * Opens, reads and closes events on these CPUs, online or not, until the file
 * is there.  Nothing but success and ENODEV may come of it.
 */
static int cmd_churn(int argc, char **argv)
{
	unsigned long good = 0, gone = 0, dead = 0, other = 0;
	struct perf_event_attr attr = { .size = sizeof(attr) };
	int n = argc - 3;

	attr.type = pmu_type(argv[0]);
	attr.config = strcmp(argv[0], "power_core") ? 2 : 1;
	seed = strtoull(argv[2], NULL, 0) | 1;
	while (access(argv[1], F_OK)) {
		int cpu = atoi(argv[3 + rnd() % n]);
		int fd = perf_open(&attr, -1, cpu, -1);
		uint64_t value;

		if (fd >= 0) {
			/* End of file: it went down with its CPU. */
			if (read(fd, &value, sizeof(value)) == sizeof(value))
				good++;
			else
				dead++;
			close(fd);
		} else if (errno == ENODEV) {
			gone++;
		} else {
			if (!other++)
				printf("CPU %d: %s\n", cpu, errno_name(errno));
		}
		wait_seconds(0.0005);
	}
	printf("%lu opened, %lu ENODEV, %lu died at once, %lu other errors\n",
	       good, gone, dead, other);
	return !good || other;
}

/* ---- everything at once -------------------------------------------------- */

/* Reads the first event as fast as it can.  Returns 1 if the count goes back. */
static int read_from(int cpu, time_t end)
{
	uint64_t last = 0, now;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	while (time(NULL) < end) {
		/* The CPU may be offline now and then: run elsewhere meanwhile. */
		if (sched_getcpu() != cpu)
			sched_setaffinity(0, sizeof(set), &set);
		now = count(&events[0]);
		if (now < last)
			return 1;
		last = now;
	}
	return 0;
}

/* A process for each of these CPUs that reads from there */
static void start_readers(char **cpus, int n, time_t end)
{
	while (n--)
		if (!MUST(fork()))
			_exit(read_from(atoi(cpus[n]), end));
}

static int wait_readers(void)
{
	int status, bad = 0;

	while (wait(&status) > 0) {
		if (status)
			printf("a reader saw the count go back\n");
		bad |= !!status;
	}
	return bad;
}

/*
 * hammer SECONDS TOLERANCE EVENT CPU...: one event, read as fast as possible
 * from each of these CPUs, while this process starts and stops a second
 * event of the same counter.  Every reader must see it grow only.
 */
static int cmd_hammer(int argc, char **argv)
{
	struct event other;
	time_t end;

	open_event(add_event(argv[2]), -1);
	other = events[0];
	open_event(&other, -1);
	begin_counting(true);
	end = time(NULL) + atoi(argv[0]);
	start_readers(argv + 3, argc - 3, end);
	/*
	 * perf takes all events of the CPU off and on again to enable one: without a
	 * pause the readers would seldom find one that is on.
	 */
	while (time(NULL) < end) {
		enable(&other);
		count(&other);
		ioctl(other.fd, PERF_EVENT_IOC_DISABLE, 0);
		wait_seconds(0.02);
	}
	return wait_readers() | end_counting(atof(argv[1]), true);
}

/* A program that reads element 0 of a map of perf events so often: its fd. */
static int bpf_reader(int map, unsigned int times)
{
	const struct bpf_insn read_it[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_perf_event_read },
	};
	const unsigned int n = sizeof(read_it) / sizeof(read_it[0]);
	struct bpf_insn code[64 * n + 1];
	unsigned int i;

	for (i = 0; i < times; i++)
		memcpy(code + i * n, read_it, sizeof(read_it));
	code[i * n] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	return BPF(BPF_PROG_LOAD, .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		   .insns = (uintptr_t)code, .insn_cnt = times * n + 1,
		   .license = (uintptr_t)"GPL");
}

static int bpf_map_of(const struct event *e)
{
	int map = bpf_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4);
	uint32_t value = e->fd;

	bpf_element(BPF_MAP_UPDATE_ELEM, map, &value);
	return map;
}

/* Runs it once, by hand.  Did the program get an errno (or else the low half of a count)? */
static bool bpf_run_fails(int program)
{
	union bpf_attr attr = { .test.prog_fd = program };

	MUST(syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)));
	return (int32_t)attr.test.retval < 0 && (int32_t)attr.test.retval >= -4095;
}

/*
 * bpf SECONDS TOLERANCE EVENT CPU...: one event, read by a BPF program on its
 * own CPU, which takes no lock of perf's, and by read() from each of CPU...: both
 * at once may not count the same energy twice.  A second event of the counter,
 * which nobody reads meanwhile, must have counted the same to the last unit.
 */
static int cmd_bpf(int argc, char **argv)
{
	unsigned long runs = 0, errors = 0;
	struct event *e, *quiet;
	uint64_t mine, its;
	time_t end;
	int prog, bad;

	e = add_event(argv[2]);
	quiet = add_event(argv[2]);
	open_event(e, -1);
	open_event(quiet, -1);
	prog = bpf_reader(bpf_map_of(e), 1);
	begin_counting(false);
	end = time(NULL) + atoi(argv[0]);
	start_readers(argv + 3, argc - 3, end);
	pin_cpu(e->cpu);
	while (time(NULL) < end) {
		errors += bpf_run_fails(prog);
		runs++;
	}
	bad = wait_readers();
	hold_energy(true);
	mine = count(e);
	its = count(quiet);
	hold_energy(false);
	printf("BPF read it %lu times\n", runs);
	if (!runs || errors > runs / 100) {
		printf("%lu of them failed\n", errors);
		bad = 1;
	}
	if (mine != its) {
		printf("%+.6f J beside an event that nobody read\n",
		       (double)(int64_t)(mine - its) * e->scale);
		bad = 1;
	}
	return bad | end_counting(atof(argv[1]), false);
}

/*
 * switch SECONDS EVENT CPU: one event that is on for 1 ms and off for 20, while a
 * BPF program on CPU reads it without pause, and another event keeps the counter
 * in use.  It must not have more than its windows had.
 */
static int cmd_switch(int argc, char **argv)
{
	/* How often it was read, and how often that failed: the child's */
	unsigned long windows = 0, *reads;
	struct event *e, *busy;
	uint64_t allowed = 0;
	double joules;
	pid_t child;
	time_t end;
	int prog;

	(void)argc;
	e = add_event(argv[1]);
	busy = add_event(argv[1]);
	open_event(busy, -1);
	open_event(e, -1);
	enable(busy);
	prog = bpf_reader(bpf_map_of(e), 64);
	e->truth = truth_index(e);
	reads = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reads == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	child = MUST(fork());
	if (!child) {
		pin_cpu(atoi(argv[2]));
		for (;;) {
			reads[1] += bpf_run_fails(prog);
			reads[0] += 64;
		}
	}
	pin_cpu(e->cpu);
	for (end = time(NULL) + atoi(argv[0]); time(NULL) < end; windows++) {
		uint64_t from = true_energy(e->truth, NULL);

		enable(e);
		wait_seconds(0.001);
		ioctl(e->fd, PERF_EVENT_IOC_DISABLE, 0);
		allowed += true_energy(e->truth, NULL) - from;
		wait_seconds(0.02);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	joules = count(e) * e->scale;
	printf("%lu windows: %.3f J, allowed %.3f J; %lu reads, %lu times an error\n",
	       windows, joules, allowed * 1e-6, reads[0], reads[1]);
	/* Both are cut to their units in each window. */
	return !windows || !reads[0] || reads[1] || joules > allowed * 1e-6 + windows * 1e-4;
}

int main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "truth", "SECONDS TOLERANCE [live] [group] [read=S] [from=CPU] EVENT...", cmd_truth },
		{ "open", "PMU CONFIG [cpu=N] [pid=N] [uid=N] [FIELD=VALUE...]", cmd_open },
		{ "hold", "SECONDS EVENT...", cmd_hold },
		{ "same", "EVENT EVENT", cmd_same },
		{ "beside", "SECONDS TOLERANCE EVENT EVENT", cmd_beside },
		{ "fuzz", "CALLS SEED PMU...", cmd_fuzz },
		{ "hammer", "SECONDS TOLERANCE EVENT CPU...", cmd_hammer },
		{ "storm", "ROUNDS SEED [pause=S] [keep=CPU]... CPU...", cmd_storm },
		{ "mask", "PMU FILE CPU...", cmd_mask },
		{ "churn", "PMU FILE SEED CPU...", cmd_churn },
		{ "bpf", "SECONDS TOLERANCE EVENT CPU...", cmd_bpf },
		{ "switch", "SECONDS EVENT CPU", cmd_switch },
		{ 0 },
	};

	return run_command(commands, argc, argv);
}
