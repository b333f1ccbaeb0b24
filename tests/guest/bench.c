// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures once what one operation costs, on a machine whose time is the number
 * of instructions (-icount shift=0,sleep=off).  The cases call it for each rival
 * in turns; tests/bench/run judges.
 *
 * A sample is the mean over a number of operations that is small against the
 * time between two ticks of the kernel, so that ticks fall into few samples and
 * the median sees none of them.
 */
#define _GNU_SOURCE
#include "perf.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define MAX_GROUP	16
#define MAX_EVENTS	4096

/*
 * Nanoseconds.  With -icount the TSC counts instructions and is read without
 * the kernel, whatever clock source that one has chosen.
 */
static uint64_t now_ns(void)
{
#ifdef __x86_64__
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
#else
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
#endif
}

/* ---- operations ---------------------------------------------------------- */

struct op {
	const char *name;
	const char *takes;
	void (*prepare)(int argc, char **argv);
	void (*run)(void);
};

static struct event event;
static int fd = -1;
static off_t offset;
static size_t length;
static uint64_t buffer[8 + 2 * MAX_GROUP];

static void run_getppid(void)
{
	syscall(SYS_getppid);
}

/* read EVENT...: several are one group, read by its leader */
static void prepare_read(int argc, char **argv)
{
	int i, one;

	length = sizeof(buffer[0]);
	for (i = 0; i < argc; i++) {
		event = parse_event(argv[i]);
		if (argc > 1 && !i)
			event.attr.read_format = PERF_FORMAT_GROUP;
		one = open_event(&event, i ? fd : -1);
		if (!i)
			fd = one;
	}
	if (argc > 1)
		length = (1 + argc) * sizeof(buffer[0]);
}

static void run_read(void)
{
	if (read(fd, buffer, sizeof(buffer)) != (ssize_t)length)
		die("read: %s", strerror(errno));
}

static void prepare_event(int argc, char **argv)
{
	(void)argc;
	event = parse_event(argv[0]);
}

static void run_open(void)
{
	close(open_event(&event, -1));
}

static void prepare_toggle(int argc, char **argv)
{
	prepare_event(argc, argv);
	event.attr.disabled = 1;
	fd = open_event(&event, -1);
}

static void run_toggle(void)
{
	MUST(ioctl(fd, PERF_EVENT_IOC_ENABLE, 0));
	MUST(ioctl(fd, PERF_EVENT_IOC_DISABLE, 0));
}

/* as much as LENGTH at most */
static void prepare_pread(int argc, char **argv)
{
	(void)argc;
	fd = must(open(argv[0], O_RDONLY), argv[0]);
	offset = strtoull(argv[1], NULL, 0);
	length = strtoull(argv[2], NULL, 0);
	if (length > sizeof(buffer))
		die("at most %zu bytes", sizeof(buffer));
}

static void run_pread(void)
{
	if (pread(fd, buffer, length, offset) <= 0)
		die("pread: %s", strerror(errno));
}

#ifdef __aarch64__
#include <linux/kvm.h>

static int vm = -1;
static unsigned long number;

/* A VM that never runs; for check, the number of the extension */
static void prepare_kvm(int argc, char **argv)
{
	struct kvm_vcpu_init init = { 0 };
	int kvm = MUST(open("/dev/kvm", O_RDWR | O_CLOEXEC));

	number = argc ? strtoul(argv[0], NULL, 0) : 0;
	vm = MUST(ioctl(kvm, KVM_CREATE_VM, 0));
	fd = MUST(ioctl(vm, KVM_CREATE_VCPU, 0));
	MUST(ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init));
	init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
	MUST(ioctl(fd, KVM_ARM_VCPU_INIT, &init));
}

static void run_get(void)
{
	struct kvm_mp_state state;

	MUST(ioctl(fd, KVM_GET_MP_STATE, &state));
}

static void set_state(unsigned int value)
{
	struct kvm_mp_state state = { value };

	MUST(ioctl(fd, KVM_SET_MP_STATE, &state));
}

static void run_runnable(void)
{
	set_state(KVM_MP_STATE_RUNNABLE);
}

static void run_stopped(void)
{
	set_state(KVM_MP_STATE_STOPPED);
}

static void run_check(void)
{
	MUST(ioctl(vm, KVM_CHECK_EXTENSION, number));
}
#endif

static const struct op ops[] = {
#ifdef __aarch64__
	{ "get", "", prepare_kvm, run_get },
	{ "runnable", "", prepare_kvm, run_runnable },
	{ "stopped", "", prepare_kvm, run_stopped },
	{ "check", "NUMBER", prepare_kvm, run_check },
#endif
	{ "getppid", "", NULL, run_getppid },
	{ "read", "EVENT...", prepare_read, run_read },
	{ "open", "EVENT", prepare_event, run_open },
	{ "toggle", "EVENT", prepare_toggle, run_toggle },
	{ "pread", "FILE OFFSET LENGTH", prepare_pread, run_pread },
};

static const struct op *find_op(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(ops[i].name, name))
			return &ops[i];
	die("there is no operation %s", name);
}

/*
 * Let the kernel finish what was begun before: the console prints, RCU frees
 * the events that were closed.  It costs no time, the machine skips idle time.
 */
static void settle(void)
{
	usleep(100000);
}

static double measure(const struct op *op, unsigned int n)
{
	uint64_t start;
	unsigned int i;

	settle();
	start = now_ns();
	for (i = 0; i < n; i++)
		op->run();
	return (double)(now_ns() - start) / n;
}

static void print_value(const char *name, const char *what, double value)
{
	printf("value %s%s %.1f\n", name, what, value);
}

/* NAME N [cpu=CPU] OP ARGUMENTS...: the operation, on its CPU and with full caches */
static const struct op *begin_op(int argc, char **argv, unsigned int *n)
{
	const struct op *op;
	int a = 2, cpu = 0;

	if (!strncmp(argv[a], "cpu=", 4))
		cpu = atoi(argv[a++] + 4);
	if (argc <= a)
		die("NAME N [cpu=CPU] OP [ARGUMENTS...]");
	*n = atoi(argv[1]);
	pin_cpu(cpu);
	op = find_op(argv[a++]);
	if (!fits(op->takes, argc - a))
		die("%s %s", op->name, op->takes);
	if (op->prepare)
		op->prepare(argc - a, argv + a);
	measure(op, *n);
	return op;
}

/* time NAME N [cpu=CPU] OP ARGUMENTS... */
static int cmd_time(int argc, char **argv)
{
	unsigned int n;
	const struct op *op = begin_op(argc, argv, &n);

	print_value(argv[0], "", measure(op, n));
	return 0;
}

/* ---- modules ------------------------------------------------------------- */

/* module NAME FILE MODULE [PARAMETERS]: NAME.load and NAME.unload */
static int cmd_module(int argc, char **argv)
{
	uint64_t t;
	int f;

	pin_cpu(0);
	f = must(open(argv[1], O_RDONLY | O_CLOEXEC), argv[1]);
	settle();
	t = now_ns();
	must(syscall(SYS_finit_module, f, argc > 3 ? argv[3] : "", 0), argv[1]);
	print_value(argv[0], ".load", now_ns() - t);
	settle();
	t = now_ns();
	MUST(syscall(SYS_delete_module, argv[2], O_NONBLOCK));
	print_value(argv[0], ".unload", now_ns() - t);
	return 0;
}

/* ---- processes ----------------------------------------------------------- */

/* CPU time of a command in ns; its output is of no interest. */
static double cpu_time(char **argv)
{
	struct rusage use;
	int status, null;
	pid_t pid = MUST(fork());

	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &use) != pid || status)
		die("%s ended with status %#x", argv[0], status);
	return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e9 +
	       (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e3;
}

/*
 * step NAME FEW MANY COMMAND...: the word @ of the command is replaced by FEW
 * and by MANY; what one of the steps in between costs.
 */
static int cmd_step(int argc, char **argv)
{
	double cost[2];
	int a, i;

	pin_cpu(0);
	for (i = 0; i < 2; i++) {
		char *command[64] = { NULL };

		for (a = 3; a < argc && a < 64; a++)
			command[a - 3] = strcmp(argv[a], "@") ? argv[a] : argv[1 + i];
		cost[i] = cpu_time(command);
	}
	print_value(argv[0], "", (cost[1] - cost[0]) / (atoi(argv[2]) - atoi(argv[1])));
	return 0;
}

/* ---- many events --------------------------------------------------------- */

static long memory_kb(const char *key)
{
	char line[128];
	long kb = -1;
	size_t len = strlen(key);
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, len) && line[len] == ':')
			kb = atol(line + len + 1);
	if (f)
		fclose(f);
	return kb;
}

/*
 * many NAME COUNT SECONDS EVENT: a group of COUNT times the same event, then idle
 * for so long while it runs.  As single events, each of them would make the core
 * of perf take down and set up all that are there.  NAME.toggle is the cost of
 * enabling and disabling the group, by event.
 */
static int cmd_many(int argc, char **argv)
{
	static int fds[MAX_EVENTS];
	struct rlimit files = { MAX_EVENTS + 64, MAX_EVENTS + 64 };
	unsigned int n, i;
	long slab;

	(void)argc;
	n = atoi(argv[1]);
	if (!n || n > MAX_EVENTS)
		die("1 to %d events", MAX_EVENTS);
	setrlimit(RLIMIT_NOFILE, &files);
	pin_cpu(0);
	event = parse_event(argv[3]);
	event.attr.disabled = 1;
	settle();
	slab = memory_kb("Slab");
	for (i = 0; i < n; i++) {
		fds[i] = open_event(&event, i ? fds[0] : -1);
		event.attr.disabled = 0;
	}
	print_value(argv[0], ".slab_kb", memory_kb("Slab") - slab);
	fd = fds[0];
	run_toggle();
	print_value(argv[0], ".toggle", measure(&(struct op) { .run = run_toggle }, 1) / n);
	MUST(ioctl(fd, PERF_EVENT_IOC_ENABLE, 0));
	sleep(atoi(argv[2]));
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	return 0;
}

/* ---- profile ------------------------------------------------------------- */

/*
 * The profile plugin (tests/model) counts each instruction by its address.  It
 * is asked by an instruction that does nothing without it; the symbols are known
 * only here, so addresses are turned into names here.
 */
#define PROFILE_SIGNATURE	0x464f5250

enum { PROFILE_HELLO, PROFILE_START, PROFILE_STOP, PROFILE_ENTRY };

static void ask_profile(uint64_t command, uint64_t arg, uint64_t *a, uint64_t *b)
{
#ifdef __x86_64__
	uint64_t ra = 0, rb = arg;

	__asm__ volatile("nopl 0x50524f46(%%rax)" : "+a" (ra), "+b" (rb)
			 : "c" (command) : "memory");
#else
	register uint64_t ra __asm__("x0") = 0;
	register uint64_t rb __asm__("x1") = arg;
	register uint64_t rc __asm__("x2") = command;

	__asm__ volatile("movz xzr, #0x5052, lsl #48" : "+r" (ra), "+r" (rb)
			 : "r" (rc) : "memory");
#endif
	*a = ra;
	*b = rb;
}

struct symbol {
	uint64_t address, count;
	char name[60];
};

static struct symbol *symbols;
static size_t n_symbols;

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static int by_count(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count;
}

static void read_symbols(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], name[256], module[64], type;
	size_t room = 0;

	if (!f)
		die("/proc/kallsyms: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		uint64_t address;
		int n = sscanf(line, "%" SCNx64 " %c %255s %63s", &address, &type,
			       name, module);

		/* '$': arm64's marks for code and data are no functions */
		if (n < 3 || !strchr("tTwW", type) || name[0] == '$')
			continue;
		if (n_symbols == room) {
			room = room ? 2 * room : 65536;
			symbols = realloc(symbols, room * sizeof(*symbols));
			if (!symbols)
				die("no memory for the symbols");
		}
		symbols[n_symbols].address = address;
		symbols[n_symbols].count = 0;
		snprintf(symbols[n_symbols].name, sizeof(symbols[0].name),
			 "%.40s%s%.17s", name, n == 4 ? " " : "",
			 n == 4 ? module : "");
		n_symbols++;
	}
	fclose(f);
	if (!n_symbols || !symbols[n_symbols / 2].address)
		die("/proc/kallsyms hides its addresses");
	qsort(symbols, n_symbols, sizeof(*symbols), by_address);
}

static struct symbol *find_symbol(uint64_t address)
{
	size_t lo = 0, hi = n_symbols;

	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;

		if (symbols[mid].address <= address)
			lo = mid;
		else
			hi = mid;
	}
	return &symbols[lo];
}

/*
 * profile NAME N [cpu=CPU] OP ARGUMENTS...: instructions of one operation, by
 * function.  The lowest of some short runs: no tick fell into that one.
 */
static int cmd_profile(int argc, char **argv)
{
	uint64_t a, b, i, user = 0, best = UINT64_MAX;
	const struct op *op;
	unsigned int n, tries;

	ask_profile(PROFILE_HELLO, 0, &a, &b);
	if (a != PROFILE_SIGNATURE)
		die("this machine has no profile plugin");
	read_symbols();
	op = begin_op(argc, argv, &n);
	for (tries = 0; tries < 8; tries++) {
		uint64_t total, entries;

		settle();
		ask_profile(PROFILE_START, 0, &a, &b);
		for (i = 0; i < n; i++)
			op->run();
		ask_profile(PROFILE_STOP, 0, &entries, &total);
		if (total >= best)
			continue;
		best = total;
		user = 0;
		for (i = 0; i < n_symbols; i++)
			symbols[i].count = 0;
		for (i = 0; i < entries; i++) {
			ask_profile(PROFILE_ENTRY, i, &a, &b);
			if (a >> 63)
				find_symbol(a)->count += b;
			else
				user += b;
		}
	}
	printf("profile %s total %.1f\n", argv[0], (double)best / n);
	printf("profile %s user %.1f\n", argv[0], (double)user / n);
	qsort(symbols, n_symbols, sizeof(*symbols), by_count);
	for (i = 0; i < n_symbols && symbols[i].count >= n / 2 + 1; i++)
		printf("profile %s %.1f %s\n", argv[0],
		       (double)symbols[i].count / n, symbols[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "time", "NAME N [cpu=CPU] OP [ARGUMENTS...]", cmd_time },
		{ "module", "NAME FILE MODULE [PARAMETERS]", cmd_module },
		{ "step", "NAME FEW MANY COMMAND...", cmd_step },
		{ "many", "NAME COUNT SECONDS EVENT", cmd_many },
		{ "profile", "NAME N [cpu=CPU] OP [ARGUMENTS...]", cmd_profile },
		{ 0 },
	};

	return run_command(commands, argc, argv);
}
