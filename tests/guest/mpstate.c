// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small KVM client for arm64: creates VMs of a few vCPUs around a bare-metal
 * payload and looks at KVM_GET_MP_STATE, KVM_SET_MP_STATE and KVM_CAP_MP_STATE
 * from the outside. What it expects is written down here from the interface's
 * description, not taken from the module's sources. `mpstate help` lists what it
 * can do; every command says what it saw and exits non-zero on a surprise.
 */
#define _GNU_SOURCE
#include "perf.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define RUNNABLE	0u
#define HALTED		3u
#define STOPPED		5u
#define SUSPENDED	10u

#define CAP_MP_STATE	14
#define CAP_ARM_SYSTEM_SUSPEND	216

/* ---- the payload: one code path for all vCPUs, told apart by MPIDR ---- */

#define RAM_BASE	0x40000000ul
#define RAM_SIZE	0x10000ul
#define MAILBOX		0x8000ul	/* byte offset in RAM, as in the code below */
#define MMIO_ADDR	0x10000000ul	/* no memory there: a store exits */
#define MAX_VCPUS	8

enum order {
	CMD_NONE,
	CMD_LEAVE,	/* a PSCI call that need not come back */
	CMD_CALL,	/* a PSCI call that does */
	CMD_WFI,
	CMD_MMIO,
	CMD_TIMED,	/* W_REPEAT PSCI calls between two exits */
};

/* words of the mailbox, one column per vCPU */
enum word {
	W_BEAT		= 0x000,	/* heartbeat, counted in x21, stored each round */
	W_COMMAND	= 0x100,	/* enum order; cleared when done */
	W_X1		= 0x200,	/* arguments of a PSCI call */
	W_RESULT	= 0x300,	/* what PSCI answered */
	W_CONTEXT	= 0x400,	/* x0 at entry: CPU_ON's context id */
	W_ENTRIES	= 0x500,	/* how often the vCPU came in at the entry */
	W_FUNCTION	= 0x600,
	W_X2		= 0x700,
	W_X3		= 0x800,
	W_REPEAT	= 0x900,
};

__asm__(
	"	.section .rodata\n"
	"	.balign 8\n"
	"	.global payload\n"
	"payload:\n"
	"	adr	x20, payload\n"
	"	add	x20, x20, #0x8, lsl #12\n"	/* the mailbox */
	"	mrs	x19, mpidr_el1\n"
	"	and	x19, x19, #0xf\n"
	"	add	x20, x20, x19, lsl #3\n"
	"	str	x0, [x20, #0x400]\n"
	"	ldr	x1, [x20, #0x500]\n"
	"	add	x1, x1, #1\n"
	"	str	x1, [x20, #0x500]\n"
	"	ldr	x21, [x20]\n"
	"round:\n"
	"	add	x21, x21, #1\n"
	"	str	x21, [x20]\n"
	"	mov	x2, #64\n"
	"0:	subs	x2, x2, #1\n"
	"	b.ne	0b\n"
	"	ldr	x3, [x20, #0x100]\n"
	"	cbz	x3, round\n"
	"	cmp	x3, #1\n"
	"	b.eq	go\n"
	"	cmp	x3, #2\n"
	"	b.eq	call\n"
	"	cmp	x3, #3\n"
	"	b.eq	wait\n"
	"	cmp	x3, #5\n"
	"	b.eq	timed\n"
	"	cmp	x3, #4\n"
	"	b.ne	done\n"
	"mmio:\n"
	"	movz	x1, #0x1000, lsl #16\n"
	"1:	str	x21, [x1]\n"
	"	add	x21, x21, #1\n"
	"	ldr	x3, [x20, #0x100]\n"
	"	cbnz	x3, 1b\n"
	"	mov	x0, xzr\n"
	"	b	done\n"
	"wait:\n"
	"	wfi\n"
	"	mov	x0, xzr\n"
	"	b	done\n"
	"timed:\n"				/* between two exits */
	"	movz	x6, #0x1000, lsl #16\n"
	"	ldr	x4, [x20, #0x900]\n"
	"	str	x21, [x6]\n"
	"2:	ldr	x0, [x20, #0x600]\n"
	"	ldr	x1, [x20, #0x200]\n"
	"	ldr	x2, [x20, #0x700]\n"
	"	ldr	x3, [x20, #0x800]\n"
	"	hvc	#0\n"
	"	subs	x4, x4, #1\n"
	"	b.ne	2b\n"
	"	str	x21, [x6]\n"
	"	b	done\n"
	"go:\n"
	"	str	xzr, [x20, #0x100]\n"
	"call:\n"
	"	ldr	x0, [x20, #0x600]\n"
	"	ldr	x1, [x20, #0x200]\n"
	"	ldr	x2, [x20, #0x700]\n"
	"	ldr	x3, [x20, #0x800]\n"
	"	hvc	#0\n"
	"done:\n"
	"	str	x0, [x20, #0x300]\n"
	"	dmb	sy\n"
	"	str	xzr, [x20, #0x100]\n"
	"	b	round\n"
	"payload_end:\n"
	"	.global payload_end\n"
	"	.text\n");

extern const char payload[], payload_end[];

/* ---- small things ---- */

static int surprises;

static void __attribute__((format(printf, 2, 3)))
expect(int good, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs(good ? "  as expected: " : "  SURPRISE: ", stdout);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!good)
		surprises++;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static int sleep_ms(int ms)
{
	wait_seconds(ms / 1000.0);
	return ms;
}

static const char *state_name(unsigned int state)
{
	switch (state) {
	case RUNNABLE:	return "RUNNABLE";
	case HALTED:	return "HALTED";
	case STOPPED:	return "STOPPED";
	case SUSPENDED:	return "SUSPENDED";
	}
	return "other";
}

/* ---- the VM ---- */

struct vcpu {
	int fd;
	int id;
	struct kvm_run *run;
	pthread_t thread;
	int started;
	_Atomic int stop;	/* the thread shall leave KVM_RUN for good */
	_Atomic int exit_reason;
	_Atomic int event;	/* type of the last KVM_EXIT_SYSTEM_EVENT */
	_Atomic unsigned long exits;
	uint64_t exit_at[2];	/* ns, of the last two exits by a store */
};

struct vm {
	int kvm, fd, n;
	size_t run_size;
	volatile uint64_t *mail;
	char *ram;
	struct kvm_vcpu_init init;
	struct vcpu vcpu[MAX_VCPUS];
};

static void *must_map(size_t size, int flags, int fd)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);

	if (memory == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	return memory;
}

static void create_vm(struct vm *vm, int n)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = RAM_BASE,
		.memory_size = RAM_SIZE,
	};
	int i;

	memset(vm, 0, sizeof(*vm));
	vm->kvm = MUST(open("/dev/kvm", O_RDWR | O_CLOEXEC));
	vm->fd = MUST(ioctl(vm->kvm, KVM_CREATE_VM, 0ul));
	vm->ram = must_map(RAM_SIZE, MAP_ANONYMOUS, -1);
	memcpy(vm->ram, payload, payload_end - payload);
	vm->mail = (volatile uint64_t *)(vm->ram + MAILBOX);
	region.userspace_addr = (uintptr_t)vm->ram;
	MUST(ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	MUST(ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, &vm->init));
	vm->init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	vm->run_size = MUST(ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0ul));

	vm->n = n;
	for (i = 0; i < n; i++) {
		struct vcpu *v = &vm->vcpu[i];

		v->id = i;
		v->fd = MUST(ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)i));
		v->run = must_map(vm->run_size, 0, v->fd);
	}
}

static void init_vcpu(struct vm *vm, int i, int off)
{
	struct kvm_vcpu_init init = vm->init;

	if (off)
		init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
	MUST(ioctl(vm->vcpu[i].fd, KVM_ARM_VCPU_INIT, &init));
}

/* As every VMM does at both ends: the first on, the rest off. */
static void init_boot(struct vm *vm)
{
	int i;

	for (i = 0; i < vm->n; i++)
		init_vcpu(vm, i, i > 0);
}

#define REG_CORE(name) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | \
			KVM_REG_ARM_CORE_REG(name))

static void set_reg(struct vcpu *v, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	MUST(ioctl(v->fd, KVM_SET_ONE_REG, &reg));
}

static void set_entry(struct vcpu *v, uint64_t context)
{
	set_reg(v, REG_CORE(regs.pc), RAM_BASE);
	set_reg(v, REG_CORE(regs.regs[0]), context);
}

/*
 * Both wait for vcpu->mutex, which KVM_RUN holds (also while the vCPU is off):
 * keep the thread out of the guest meanwhile. 0 or errno.
 */
static int state_ioctl(struct vcpu *v, unsigned long request, struct kvm_mp_state *mp)
{
	int err;

	if (v->started) {
		v->run->immediate_exit = 1;
		pthread_kill(v->thread, SIGUSR1);
	}
	err = ioctl(v->fd, request, mp) ? errno : 0;
	if (v->started)
		v->run->immediate_exit = 0;
	return err;
}

static int get_state(struct vcpu *v, unsigned int *state)
{
	struct kvm_mp_state mp = { 0xdeadbeef };
	int err = state_ioctl(v, KVM_GET_MP_STATE, &mp);

	if (!err)
		*state = mp.mp_state;
	return err;
}

static int set_state(struct vcpu *v, unsigned int state)
{
	struct kvm_mp_state mp = { state };

	return state_ioctl(v, KVM_SET_MP_STATE, &mp);
}

static unsigned int must_get(struct vcpu *v)
{
	unsigned int state;

	errno = get_state(v, &state);
	if (errno)
		die("KVM_GET_MP_STATE of vcpu %d: %s", v->id, strerror(errno));
	return state;
}

static void must_set(struct vcpu *v, unsigned int state)
{
	errno = set_state(v, state);
	if (errno)
		die("KVM_SET_MP_STATE %u of vcpu %d: %s", state, v->id, strerror(errno));
}

static void expect_state(struct vcpu *v, unsigned int want, const char *when)
{
	unsigned int state = 0;
	int err = get_state(v, &state);

	if (err)
		expect(0, "vcpu %d %s: GET fails: %s, want %s", v->id, when,
		       strerror(err), state_name(want));
	else
		expect(state == want, "vcpu %d %s: GET says %s (%u), want %s",
		       v->id, when, state_name(state), state, state_name(want));
}

/* ---- running vCPUs ---- */

static void on_kick(int sig)
{
	(void)sig;
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *v = arg;

	while (!v->stop) {
		if (ioctl(v->fd, KVM_RUN, 0ul)) {
			if (errno == EINTR || errno == EAGAIN) {
				/* let whoever kicked us have vcpu->mutex */
				if (v->run->immediate_exit)
					sleep_ms(1);
				continue;
			}
			die("KVM_RUN of vcpu %d: %s", v->id, strerror(errno));
		}
		v->exits++;
		switch (v->run->exit_reason) {
		case KVM_EXIT_MMIO:
			v->exit_at[0] = v->exit_at[1];
			v->exit_at[1] = now_ns();
			break;
		case KVM_EXIT_SYSTEM_EVENT:
			v->event = v->run->system_event.type;
			v->exit_reason = KVM_EXIT_SYSTEM_EVENT;
			return NULL;
		default:
			printf("vcpu %d: exit reason %u\n", v->id, v->run->exit_reason);
			v->exit_reason = v->run->exit_reason;
			return NULL;
		}
	}
	return NULL;
}

static void start_vcpu(struct vcpu *v)
{
	v->stop = 0;
	v->exit_reason = 0;
	v->run->immediate_exit = 0;
	if (pthread_create(&v->thread, NULL, vcpu_thread, v))
		die("thread of vcpu %d", v->id);
	v->started = 1;
}

static void stop_vcpu(struct vcpu *v)
{
	if (!v->started)
		return;
	v->stop = 1;
	/* catches the signal that comes between the test and KVM_RUN */
	v->run->immediate_exit = 1;
	pthread_kill(v->thread, SIGUSR1);
	pthread_join(v->thread, NULL);
	v->started = 0;
	v->run->immediate_exit = 0;
}

static void start_all(struct vm *vm)
{
	int i;

	for (i = 0; i < vm->n; i++)
		if (!vm->vcpu[i].started)
			start_vcpu(&vm->vcpu[i]);
}

static void end_vm(struct vm *vm)
{
	int i;

	for (i = 0; i < vm->n; i++) {
		stop_vcpu(&vm->vcpu[i]);
		munmap(vm->vcpu[i].run, vm->run_size);
		close(vm->vcpu[i].fd);
	}
	munmap(vm->ram, RAM_SIZE);
	close(vm->fd);
	close(vm->kvm);
}

static void stop_all(struct vm *vm)
{
	int i;

	for (i = 0; i < vm->n; i++)
		stop_vcpu(&vm->vcpu[i]);
}

static uint64_t read_mail(struct vm *vm, enum word word, int i)
{
	return vm->mail[word / 8 + i];
}

static void write_mail(struct vm *vm, enum word word, int i, uint64_t value)
{
	vm->mail[word / 8 + i] = value;
	atomic_thread_fence(memory_order_seq_cst);
}

/* Emulated hosts are slow: generous, and over as soon as it is true. */
#define PATIENCE_MS 20000

/* Waits until @condition, looked at every @step ms, is true: 0 if it never is. */
#define COMES_TRUE(condition, step) ({ \
	int left = PATIENCE_MS; \
	while (left > 0 && !(condition)) \
		left -= sleep_ms(step); \
	left > 0; \
})

static int wait_mail(struct vm *vm, enum word word, int i, uint64_t value)
{
	return COMES_TRUE(read_mail(vm, word, i) == value, 1);
}

static int beats(struct vm *vm, int i)
{
	uint64_t first = read_mail(vm, W_BEAT, i);

	return COMES_TRUE(read_mail(vm, W_BEAT, i) > first + 10, 1);
}

static int is_still(struct vm *vm, int i, unsigned int ms)
{
	uint64_t first = read_mail(vm, W_BEAT, i);

	sleep_ms(ms);
	return read_mail(vm, W_BEAT, i) == first;
}

static void expect_beats(struct vm *vm, int i, const char *when)
{
	expect(beats(vm, i), "vcpu %d %s: runs (heartbeat %" PRIu64 ")", i, when,
	       read_mail(vm, W_BEAT, i));
}

static void expect_still(struct vm *vm, int i, const char *when)
{
	expect(is_still(vm, i, 300), "vcpu %d %s: does not run", i, when);
}

/* function numbers: PSCI 0.2 and later, 64-bit where there are two */
#define CPU_SUSPEND	0xc4000001u
#define CPU_OFF		0x84000002u
#define CPU_ON		0xc4000003u
#define AFFINITY_INFO	0xc4000004u
#define SYSTEM_OFF	0x84000008u
#define SYSTEM_RESET	0x84000009u
#define SYSTEM_SUSPEND	0xc400000eu
#define SYSTEM_RESET2	0x84000012u

/* Has vcpu @i start a PSCI call. */
static void begin(struct vm *vm, int i, enum order how, uint64_t function,
		  uint64_t x1, uint64_t x2, uint64_t x3)
{
	write_mail(vm, W_RESULT, i, 0x5a5a);
	write_mail(vm, W_FUNCTION, i, function);
	write_mail(vm, W_X1, i, x1);
	write_mail(vm, W_X2, i, x2);
	write_mail(vm, W_X3, i, x3);
	write_mail(vm, W_COMMAND, i, how);
}

/* One that does not come back. */
static void leave(struct vm *vm, int i, uint64_t function)
{
	begin(vm, i, CMD_LEAVE, function, 0, 0, 0);
}

/* PSCI's answer */
static int64_t end(struct vm *vm, int i)
{
	if (!wait_mail(vm, W_COMMAND, i, CMD_NONE))
		expect(0, "vcpu %d: PSCI function %#" PRIx64 " does not return", i,
		       read_mail(vm, W_FUNCTION, i));
	return read_mail(vm, W_RESULT, i);
}

static int64_t cpu_on(struct vm *vm, int i, uint64_t target)
{
	begin(vm, i, CMD_CALL, CPU_ON, target, RAM_BASE, 0x1000 + target);
	return end(vm, i);
}

static void expect_on(struct vm *vm, int i, uint64_t target, const char *who)
{
	int64_t answer = cpu_on(vm, i, target);

	expect(!answer, "%s powers vcpu %d on (%" PRId64 ")", who, (int)target, answer);
}

static int64_t affinity(struct vm *vm, int i, uint64_t target)
{
	begin(vm, i, CMD_CALL, AFFINITY_INFO, target, 0, 0);
	return end(vm, i);
}

/* Until GET says so: CPU_OFF is over a little after the mail says done. */
static int reaches(struct vm *vm, int i, unsigned int want)
{
	return COMES_TRUE(must_get(&vm->vcpu[i]) == want, 10);
}

static void boot_vm(struct vm *vm, int n)
{
	create_vm(vm, n);
	init_boot(vm);
	set_entry(&vm->vcpu[0], 0);
}

/* Boots and has vCPU 0 power on the others. */
static void boot_all_on(struct vm *vm, int n)
{
	int i;

	boot_vm(vm, n);
	start_all(vm);
	expect_beats(vm, 0, "after boot");
	for (i = 1; i < n; i++) {
		expect(cpu_on(vm, 0, i) == 0, "PSCI CPU_ON of vcpu %d", i);
		expect_beats(vm, i, "after CPU_ON");
		expect(read_mail(vm, W_CONTEXT, i) == 0x1000u + i, "vcpu %d got its context id", i);
	}
}

/* ---- what the interface says ---- */

static struct {
	int v2;			/* off is HALTED */
	int knows_suspended;
	int suspended_runs;
} abi;

static unsigned int off_word(void)
{
	return abi.v2 ? HALTED : STOPPED;
}

/* errno of SET, and the state GET must answer with afterwards */
static int table_says(unsigned int before, unsigned int asked, unsigned int *after)
{
	*after = before;
	if (asked == RUNNABLE)
		*after = RUNNABLE;
	else if (asked == STOPPED || (asked == HALTED && abi.v2))
		*after = off_word();
	else if (asked == SUSPENDED && abi.knows_suspended)
		*after = SUSPENDED;
	else if (asked == SUSPENDED && abi.suspended_runs)
		*after = RUNNABLE;
	else
		return EINVAL;
	return 0;
}

static const unsigned int huge_values[] = {
	0x7fffffffu, 0x80000000u, 0x80000005u, 0xffffffffu, 0x10005u, 256, 261, 1000,
};

#define N_VALUES (32 + sizeof(huge_values) / sizeof(huge_values[0]))

static unsigned int nth_value(unsigned int n)
{
	return n < 32 ? n : huge_values[n - 32];
}

/* Every value from every state; quiet unless wrong. */
static void check_table(struct vcpu *v, const char *when)
{
	static const unsigned int olds[] = { RUNNABLE, STOPPED, SUSPENDED };
	unsigned int o, n, before, after, state, tried = 0;
	int err, want;

	for (o = 0; o < 3; o++) {
		if (olds[o] == SUSPENDED && !abi.knows_suspended)
			continue;
		for (n = 0; n < N_VALUES; n++) {
			must_set(v, olds[o]);
			before = olds[o] == STOPPED ? off_word() : olds[o];
			if (must_get(v) != before)
				expect(0, "%s: SET %s, GET says %u", when,
				       state_name(olds[o]), must_get(v));
			want = table_says(before, nth_value(n), &after);
			err = set_state(v, nth_value(n));
			state = must_get(v);
			tried++;
			if (err != want || state != after)
				expect(0, "%s: %s, SET %u: errno %d (want %d), then GET %u (want %u)",
				       when, state_name(olds[o]), nth_value(n),
				       err, want, state, after);
			if (must_get(v) != state)
				expect(0, "%s: a second GET differs", when);
		}
	}
	expect(1, "%s: %u sets gone through", when, tried);
}

/* What follows takes a sign per vCPU: '+' for one that is on, '-' for one off. */

static void set_states(struct vm *vm, const char *signs)
{
	int i;

	for (i = 0; signs[i]; i++)
		must_set(&vm->vcpu[i], signs[i] == '+' ? RUNNABLE : STOPPED);
}

static void expect_states(struct vm *vm, const char *signs, const char *when)
{
	int i;

	for (i = 0; signs[i]; i++)
		expect_state(&vm->vcpu[i], signs[i] == '+' ? RUNNABLE : off_word(), when);
}

static void expect_running(struct vm *vm, const char *signs, const char *when)
{
	int i;

	for (i = 0; signs[i]; i++)
		(signs[i] == '+' ? expect_beats : expect_still)(vm, i, when);
}

/* ---- commands: each finds a VM as its line of the table at the end says ---- */

static char **args;	/* what follows the command's name, which is args[-1] */

static void cmd_table(struct vm *vm)
{
	expect_state(&vm->vcpu[0], RUNNABLE, "before INIT");
	check_table(&vm->vcpu[0], "before INIT");
	set_states(vm, "++");
	init_boot(vm);
	expect_states(vm, "+-", "after INIT, vcpu 1 with POWER_OFF");
	check_table(&vm->vcpu[0], "after INIT");
	check_table(&vm->vcpu[1], "after INIT with POWER_OFF");
	/* INIT decides, whatever was set before */
	set_states(vm, "-+");
	init_boot(vm);
	expect_states(vm, "+-", "after second INIT");
}

static void expect_capability(struct vm *vm, int want)
{
	expect(ioctl(vm->kvm, KVM_CHECK_EXTENSION, CAP_MP_STATE) == want,
	       "KVM_CAP_MP_STATE is %d on /dev/kvm", want);
	expect(ioctl(vm->fd, KVM_CHECK_EXTENSION, CAP_MP_STATE) == want,
	       "KVM_CAP_MP_STATE is %d on the VM", want);
}

/* A host without handlers: EINVAL whatever is asked, and no capability. */
static void cmd_absent(struct vm *vm)
{
	unsigned int n, state;

	for (n = 0; n < N_VALUES; n++)
		if (set_state(&vm->vcpu[n & 1], nth_value(n)) != EINVAL)
			expect(0, "SET %u is not refused with EINVAL", nth_value(n));
	expect(get_state(&vm->vcpu[0], &state) == EINVAL, "GET of vcpu 0 gives EINVAL");
	expect(get_state(&vm->vcpu[1], &state) == EINVAL, "GET of vcpu 1 gives EINVAL");
	expect_capability(vm, 0);
}

static void cmd_cap(struct vm *vm)
{
	expect_capability(vm, 1);
}

static void cmd_extensions(struct vm *vm)
{
	int e;

	for (e = 0; e <= 300; e++)
		printf("%d %d %d\n", e,
		       ioctl(vm->kvm, KVM_CHECK_EXTENSION, (unsigned long)e),
		       ioctl(vm->fd, KVM_CHECK_EXTENSION, (unsigned long)e));
	printf("14+2^32 %d %d\n",
	       ioctl(vm->kvm, KVM_CHECK_EXTENSION, (1ul << 32) + 14),
	       ioctl(vm->fd, KVM_CHECK_EXTENSION, (1ul << 32) + 14));
}

/* Answers only, for comparing two hosts byte by byte. */
static void print_answers(struct vm *vm, const char *when)
{
	unsigned int n, state;
	int i, err;

	for (i = 0; i < vm->n; i++) {
		struct vcpu *v = &vm->vcpu[i];

		state = 0xdeadbeef;
		err = get_state(v, &state);
		printf("%s: vcpu %d: get %d %u\n", when, i, err, state);
		for (n = 0; n < N_VALUES; n++) {
			err = set_state(v, nth_value(n));
			state = 0xdeadbeef;
			printf("%s: vcpu %d: set %u %d", when, i, nth_value(n), err);
			err = get_state(v, &state);
			printf(", get %d %u\n", err, state);
		}
	}
}

static void cmd_transcript(struct vm *vm)
{
	/* a bad pointer is the ioctl layer's, before or after the handler */
	printf("bad pointer: get %d", ioctl(vm->vcpu[0].fd, KVM_GET_MP_STATE, 16ul) ? errno : 0);
	printf(", set %d\n", ioctl(vm->vcpu[0].fd, KVM_SET_MP_STATE, 16ul) ? errno : 0);
	print_answers(vm, "before init");
	set_states(vm, "+++");
	init_boot(vm);
	print_answers(vm, "after init");
	init_boot(vm);
	set_entry(&vm->vcpu[0], 0);
	start_all(vm);
	printf("vcpu 0 beats: %d\n", beats(vm, 0));
	printf("cpu_on 1: %" PRId64 "\n", cpu_on(vm, 0, 1));
	printf("vcpu 1 beats: %d\n", beats(vm, 1));
	printf("cpu_on 1 again: %" PRId64 "\n", cpu_on(vm, 0, 1));
	printf("affinity 1: %" PRId64 "\n", affinity(vm, 0, 1));
	printf("affinity 2: %" PRId64 "\n", affinity(vm, 0, 2));
	leave(vm, 1, CPU_OFF);
	printf("vcpu 1 goes off: %d\n", reaches(vm, 1, STOPPED));
	printf("affinity 1: %" PRId64 "\n", affinity(vm, 0, 1));
	stop_all(vm);
	print_answers(vm, "after run");
	/* the guest sees what userspace set */
	set_states(vm, "+-+");
	set_entry(&vm->vcpu[2], 7);
	start_all(vm);
	printf("vcpu 2 beats: %d\n", beats(vm, 2));
	printf("vcpu 1 still: %d\n", is_still(vm, 1, 200));
	printf("affinity 1: %" PRId64 "\n", affinity(vm, 0, 1));
	printf("affinity 2: %" PRId64 "\n", affinity(vm, 0, 2));
	printf("cpu_on 2: %" PRId64 "\n", cpu_on(vm, 0, 2));
	printf("cpu_on 1: %" PRId64 "\n", cpu_on(vm, 2, 1));
	printf("vcpu 1 beats: %d\n", beats(vm, 1));
	leave(vm, 1, SYSTEM_RESET);
	(void)COMES_TRUE(vm->vcpu[1].exit_reason, 1);
	printf("reset: exit %d event %d\n", vm->vcpu[1].exit_reason, vm->vcpu[1].event);
	stop_all(vm);
	print_answers(vm, "after reset");
}

/* Initialised off and never run: SET RUNNABLE starts it at the set PC; the reverse. */
static void cmd_power(struct vm *vm)
{
	set_entry(&vm->vcpu[1], 0x77);
	start_all(vm);
	expect_running(vm, "+-", "as initialised");
	stop_all(vm);
	set_states(vm, "-+");
	expect_states(vm, "-+", "after SET");
	start_all(vm);
	expect_beats(vm, 1, "powered on by SET, never run before");
	expect(read_mail(vm, W_CONTEXT, 1) == 0x77,
	       "vcpu 1 came in with the registers userspace set");
	expect_still(vm, 0, "powered off by SET, was running");
	expect(affinity(vm, 1, 0) == 1, "the guest sees vcpu 0 off");
	stop_all(vm);
	must_set(&vm->vcpu[0], RUNNABLE);
	start_all(vm);
	expect_beats(vm, 0, "powered on again by SET");
	expect(read_mail(vm, W_ENTRIES, 0) == 1, "vcpu 0 went on, not in again");
}

/* SET STOPPED on a vCPU whose thread is in KVM_RUN, kicked out for it. */
static void cmd_stop_running(struct vm *vm)
{
	int round;

	for (round = 0; round < 5; round++) {
		expect_beats(vm, 0, "before SET STOPPED");
		/* its thread goes straight back into KVM_RUN */
		must_set(&vm->vcpu[0], STOPPED);
		expect_still(vm, 0, "after SET STOPPED");
		expect_state(&vm->vcpu[0], off_word(), "after SET STOPPED");
		must_set(&vm->vcpu[0], RUNNABLE);
	}
	expect_beats(vm, 0, "at the end");
}

/* A vCPU in WFI is on: the mistake of calling it HALTED. */
static void cmd_wfi(struct vm *vm)
{
	struct kvm_irq_level irq = {
		.irq = (KVM_ARM_IRQ_TYPE_CPU << KVM_ARM_IRQ_TYPE_SHIFT) |
			KVM_ARM_IRQ_CPU_IRQ,
		.level = 1,
	};

	write_mail(vm, W_COMMAND, 0, CMD_WFI);
	sleep_ms(200);
	expect(is_still(vm, 0, 200), "vcpu 0 waits in WFI");
	expect_state(&vm->vcpu[0], RUNNABLE, "in WFI");
	MUST(ioctl(vm->fd, KVM_IRQ_LINE, &irq));
	expect(wait_mail(vm, W_COMMAND, 0, CMD_NONE), "the interrupt ends WFI");
	expect_beats(vm, 0, "after WFI");
}

/* ---- save and restore through a file ---- */

struct saved_reg {
	uint64_t id;
	uint8_t value[256];
};

#define SAVE_MAGIC 0x6d70737461746531ull

static size_t reg_size(uint64_t id)
{
	return 1ul << ((id & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);
}

static void put(FILE *f, const void *data, size_t len)
{
	if (fwrite(data, 1, len, f) != len)
		die("writing the saved VM");
}

static void take(FILE *f, void *data, size_t len)
{
	if (fread(data, 1, len, f) != len)
		die("the saved VM is cut short");
}

static void save_vcpu(struct vcpu *v, FILE *f)
{
	struct kvm_reg_list probe = { 0 }, *list;
	unsigned int state = must_get(v);
	uint64_t i;

	put(f, &state, sizeof(state));
	if (!ioctl(v->fd, KVM_GET_REG_LIST, &probe) || errno != E2BIG)
		die("KVM_GET_REG_LIST gives no size");
	list = calloc(1, sizeof(*list) + probe.n * sizeof(uint64_t));
	list->n = probe.n;
	MUST(ioctl(v->fd, KVM_GET_REG_LIST, list));
	put(f, &list->n, sizeof(list->n));
	for (i = 0; i < list->n; i++) {
		struct saved_reg saved = { .id = list->reg[i] };
		struct kvm_one_reg reg = {
			.id = list->reg[i], .addr = (uintptr_t)saved.value,
		};

		MUST(ioctl(v->fd, KVM_GET_ONE_REG, &reg));
		put(f, &saved, sizeof(saved));
	}
	free(list);
}

static unsigned int restore_vcpu(struct vcpu *v, FILE *f)
{
	uint64_t n, i, same;
	unsigned int state;

	take(f, &state, sizeof(state));
	take(f, &n, sizeof(n));
	for (i = 0; i < n; i++) {
		struct saved_reg saved;
		uint8_t now[256] = { 0 };
		struct kvm_one_reg reg = { .addr = (uintptr_t)saved.value };

		take(f, &saved, sizeof(saved));
		reg.id = saved.id;
		if (!ioctl(v->fd, KVM_SET_ONE_REG, &reg))
			continue;
		/* a read-only register is no loss if it has the value anyway */
		reg.addr = (uintptr_t)now;
		same = !ioctl(v->fd, KVM_GET_ONE_REG, &reg) &&
			!memcmp(now, saved.value, reg_size(saved.id));
		if (!same)
			expect(0, "register %#" PRIx64 " of vcpu %d does not restore",
			       saved.id, v->id);
	}
	return state;
}

static FILE *must_open(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f)
		die("%s: %s", path, strerror(errno));
	return f;
}

static void cmd_save(struct vm *vm)
{
	uint64_t magic = SAVE_MAGIC;
	FILE *f;
	int i;

	leave(vm, 2, CPU_OFF);
	expect(reaches(vm, 2, off_word()), "vcpu 2 went off by PSCI CPU_OFF");
	stop_all(vm);

	f = must_open(args[0], "w");
	put(f, &magic, sizeof(magic));
	expect_states(vm, "++-+", "at save");
	for (i = 0; i < 4; i++)
		save_vcpu(&vm->vcpu[i], f);
	put(f, vm->ram, RAM_SIZE);
	if (fclose(f))
		die("%s: %s", args[0], strerror(errno));
}

/* Into a VM that was initialised as at boot, whatever comes */
static void cmd_restore(struct vm *vm)
{
	FILE *f = must_open(args[0], "r");
	uint64_t magic, beat[4];
	unsigned int state[4];
	int i;

	take(f, &magic, sizeof(magic));
	if (magic != SAVE_MAGIC)
		die("%s is no saved VM", args[0]);
	for (i = 0; i < 4; i++)
		state[i] = restore_vcpu(&vm->vcpu[i], f);
	take(f, vm->ram, RAM_SIZE);
	fclose(f);
	for (i = 0; i < 4; i++) {
		must_set(&vm->vcpu[i], state[i]);
		beat[i] = read_mail(vm, W_BEAT, i);
	}
	expect_states(vm, "++-+", "after restore");

	start_all(vm);
	expect_running(vm, "++-+", "restored");
	for (i = 0; i < 4; i++)
		if (i != 2)
			expect(read_mail(vm, W_ENTRIES, i) == 1 &&
			       read_mail(vm, W_BEAT, i) > beat[i],
			       "vcpu %d goes on from where it was", i);
	expect(affinity(vm, 0, 2) == 1, "the guest sees vcpu 2 off");
	expect_on(vm, 3, 2, "the guest");
	expect_beats(vm, 2, "after CPU_ON");
	expect(read_mail(vm, W_ENTRIES, 2) == 2, "vcpu 2 came in at the entry again");

	/* the question of the review: what does a reset find? */
	leave(vm, 3, SYSTEM_RESET);
	expect(COMES_TRUE(vm->vcpu[3].exit_reason == KVM_EXIT_SYSTEM_EVENT, 1) &&
	       vm->vcpu[3].event == KVM_SYSTEM_EVENT_RESET, "the guest asks for a reset");
	stop_all(vm);
	expect_states(vm, "----", "after SYSTEM_RESET");
	init_boot(vm);
	expect_states(vm, "+---", "initialised for the reboot");
	set_entry(&vm->vcpu[0], 0);
	start_all(vm);
	expect_running(vm, "+---", "rebooted, before the guest asks");
	expect_on(vm, 0, 1, "the rebooted guest");
	expect_beats(vm, 1, "after the reboot's CPU_ON");
}

/* ---- load ---- */

struct storm {
	struct vm *vm;
	int i;
	_Atomic int *over;
	unsigned int pause_us;	/* every 64 rounds */
	unsigned long calls, bad;
	int first_err;
	unsigned int first_state;
};

static void wrong_answer(struct storm *s, int err, unsigned int state)
{
	if (s->bad++)
		return;
	s->first_err = err;
	s->first_state = state;
}

/* Sets one state after the other; between SET and GET nobody else sets it. */
static void *storm_thread(void *arg)
{
	static const unsigned int asks[] = { RUNNABLE, STOPPED, HALTED, 77 };
	struct storm *s = arg;
	struct vcpu *v = &s->vm->vcpu[s->i];
	unsigned int n = 0, state, before = must_get(v), after;
	int err, want;

	while (!*s->over) {
		unsigned int asked = asks[n++ % 4];

		want = table_says(before, asked, &after);
		state = 0xdeadbeef;
		err = set_state(v, asked);
		if (err != want)
			wrong_answer(s, err, asked);
		err = get_state(v, &state);
		if (err || state != after)
			wrong_answer(s, err, state);
		before = after;
		if (ioctl(s->vm->fd, KVM_CHECK_EXTENSION, CAP_MP_STATE) != 1)
			wrong_answer(s, -1, 0);
		s->calls += 3;
		if (s->pause_us && !(n % 64))
			usleep(s->pause_us);
	}
	must_set(v, RUNNABLE);
	return NULL;
}

/*
 * Four threads of GET and SET while a guest of two vCPUs powers its second off
 * and on: the module can be loaded and removed meanwhile. Ends when a file
 * appears, or after some seconds. With a pause they leave CPU time to others.
 */
static void cmd_storm(struct vm *calls)
{
	uint64_t end = now_ns() + atoi(args[0]) * 1000000000ull;
	unsigned int pause_us = args[2] ? atoi(args[2]) : 0;
	unsigned long cycles = 0, total = 0;
	_Atomic int over = 0;
	struct storm s[4];
	struct vm guest;
	pthread_t t[4];
	int i;

	/* all CPU time that the loading and unloading leaves, but no more */
	setpriority(PRIO_PROCESS, 0, 19);
	for (i = 0; i < 4; i++)
		init_vcpu(calls, i, 0);
	boot_all_on(&guest, 2);
	for (i = 0; i < 4; i++) {
		s[i] = (struct storm){ .vm = calls, .i = i, .over = &over, .pause_us = pause_us };
		if (pthread_create(&t[i], NULL, storm_thread, &s[i]))
			die("storm thread");
	}
	puts("storm: running");
	while (now_ns() < end && access(args[1], F_OK)) {
		leave(&guest, 1, CPU_OFF);
		if (!reaches(&guest, 1, STOPPED))
			expect(0, "guest vcpu 1 does not go off");
		if (cpu_on(&guest, 0, 1))
			expect(0, "guest vcpu 1 is not powered on");
		if (!beats(&guest, 1) || !beats(&guest, 0))
			expect(0, "a guest vcpu does not run");
		cycles++;
	}
	over = 1;
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		total += s[i].calls;
		if (s[i].bad)
			expect(0, "thread %d: %lu wrong answers, first: errno %d state or request %u",
			       i, s[i].bad, s[i].first_err, s[i].first_state);
	}
	end_vm(&guest);
	expect(total > 0 && cycles > 0,
	       "storm: %lu calls answered, the guest went off and on %lu times",
	       total, cycles);
}

/*
 * SET RUNNABLE of a stopped vCPU against the guest's CPU_ON of it: whoever is
 * first, a CPU_ON that answers success must have the vCPU come in at the entry
 * with its context, never run on from the old registers first.
 */
static void cmd_race(struct vm *vm)
{
	unsigned long by_guest = 0, by_set = 0;
	uint64_t entries;
	int i;

	for (i = 0; i < atoi(args[0]); i++) {
		int64_t answer;

		leave(vm, 1, CPU_OFF);
		if (!reaches(vm, 1, off_word()))
			expect(0, "vcpu 1 does not go off");
		stop_vcpu(&vm->vcpu[1]);
		/* CPU_OFF never returns: from its old registers it would set W_RESULT */
		write_mail(vm, W_CONTEXT, 1, 0);
		entries = read_mail(vm, W_ENTRIES, 1);
		begin(vm, 0, CMD_CALL, CPU_ON, 1, RAM_BASE, 0x1001);
		must_set(&vm->vcpu[1], RUNNABLE);
		start_vcpu(&vm->vcpu[1]);
		if (!wait_mail(vm, W_COMMAND, 0, CMD_NONE))
			expect(0, "CPU_ON does not return");
		if (!beats(vm, 1))
			expect(0, "vcpu 1 does not run");
		answer = read_mail(vm, W_RESULT, 0);
		if (answer == 0) {
			by_guest++;
			if (read_mail(vm, W_ENTRIES, 1) != entries + 1 ||
			    read_mail(vm, W_CONTEXT, 1) != 0x1001)
				expect(0, "round %d: CPU_ON succeeded, no entry", i);
			if (read_mail(vm, W_RESULT, 1) != 0x5a5a)
				expect(0, "round %d: ran from its old registers, then was reset", i);
		} else {
			by_set++;
			if (answer != -4)
				expect(0, "round %d: CPU_ON answers %" PRId64, i, answer);
			if (read_mail(vm, W_ENTRIES, 1) != entries)
				expect(0, "round %d: reset although CPU_ON failed", i);
		}
	}
	expect(by_guest + by_set > 0, "race: %lu won by CPU_ON, %lu by SET", by_guest, by_set);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Median of 5 runs, ns per call. */
static void cmd_time(struct vm *vm)
{
	static const char *const names[] = { "get", "set", "check" };
	int calls = atoi(args[0]), what, r, i;
	uint64_t cost[5], t;

	for (what = 0; what < 3; what++) {
		for (r = 0; r < 5; r++) {
			t = now_ns();
			for (i = 0; i < calls; i++) {
				if (what == 0)
					must_get(&vm->vcpu[0]);
				else if (what == 1)
					must_set(&vm->vcpu[0], i & 1 ? STOPPED : RUNNABLE);
				else
					ioctl(vm->fd, KVM_CHECK_EXTENSION, 1ul);
			}
			cost[r] = (now_ns() - t) / calls;
		}
		qsort(cost, 5, sizeof(t), by_size);
		printf("%s%s %" PRIu64, what ? " " : "", names[what], cost[2]);
	}
	putchar('\n');
}

/*
 * ns of one exit to userspace and back into the guest: the best of 9, because
 * whatever else the CPU does in between counts as ours.
 */
static void cmd_exits(struct vm *vm)
{
	uint64_t cost[9];
	int r;

	write_mail(vm, W_COMMAND, 0, CMD_MMIO);
	for (r = 0; r < 9; r++) {
		unsigned long first = vm->vcpu[0].exits;
		uint64_t t = now_ns();

		sleep_ms(atoi(args[0]));
		cost[r] = (now_ns() - t) / (vm->vcpu[0].exits - first + 1);
	}
	write_mail(vm, W_COMMAND, 0, CMD_NONE);
	qsort(cost, 9, sizeof(cost[0]), by_size);
	printf("exit %" PRIu64 "\n", cost[0]);
}

/* ns of a PSCI call: one that switches nothing, and a CPU_ON of a vCPU that is on. */
static void cmd_calls(struct vm *vm)
{
	static const struct {
		const char *name;
		uint64_t function;
	} kinds[] = { { "version", 0x84000000 }, { "cpu_on", CPU_ON } };
	int calls = atoi(args[0]), k, r;
	uint64_t cost[2][5];

	for (k = 0; k < 2; k++) {
		for (r = 0; r < 5; r++) {
			write_mail(vm, W_REPEAT, 0, calls);
			begin(vm, 0, CMD_TIMED, kinds[k].function, 0, RAM_BASE, 0);
			end(vm, 0);
			cost[k][r] = (vm->vcpu[0].exit_at[1] - vm->vcpu[0].exit_at[0]) / calls;
		}
		qsort(cost[k], 5, sizeof(cost[k][0]), by_size);
	}
	printf("version %" PRIu64 " cpu_on %" PRIu64 "\n", cost[0][2], cost[1][2]);
}

static void *boot_thread(void *vm)
{
	boot_vm(vm, 3);
	return NULL;
}

/*
 * A VM to look at from the host, created by a thread that has ended: 0 on, 1 off,
 * 2 with a CPU_ON that it has not acted upon (its thread does not run). Without
 * ioctls of ours (guest) the host sees the guest's own call alone. Stays until a file appears.
 */
static void cmd_hold(struct vm *vm)
{
	int ioctls = strcmp(args[-1], "guest"), i;
	pthread_t t;

	if (pthread_create(&t, NULL, boot_thread, vm) || pthread_join(t, NULL))
		die("thread");
	start_vcpu(&vm->vcpu[0]);
	expect_beats(vm, 0, "after boot");
	expect(cpu_on(vm, 0, 2) == 0, "CPU_ON of vcpu 2");
	for (i = 0; i < 3 && ioctls; i++)
		must_get(&vm->vcpu[i]);
	printf("hold: pid %d\n", getpid());
	for (i = 0; i < 600 && access(args[0], F_OK); i++)
		sleep_ms(100);
	/* later in the VM's life, which began before the module's */
	if (!ioctls)
		cpu_on(vm, 0, 1);
	for (; i < 1200 && !ioctls && !access(args[0], F_OK); i++)
		sleep_ms(100);
	end_vm(vm);
}

/* Many VMs at once, each of which asked for the capability, until a file appears. */
static void cmd_crowd(struct vm *vm)
{
	int n = atoi(args[0]), i, fd;
	struct rlimit files = { n + 64, n + 64 };

	setrlimit(RLIMIT_NOFILE, &files);
	vm->kvm = MUST(open("/dev/kvm", O_RDWR | O_CLOEXEC));
	for (i = 0; i < n; i++) {
		fd = MUST(ioctl(vm->kvm, KVM_CREATE_VM, 0ul));
		if (ioctl(fd, KVM_CHECK_EXTENSION, CAP_MP_STATE) != 1)
			die("no capability");
	}
	printf("crowd: %d\n", n);
	while (access(args[1], F_OK))
		sleep_ms(100);
}

/*
 * On a host without handlers, while the module leaves: who was refused is told 0
 * when he asks for the capability afterwards.
 */
static void cmd_leaving(struct vm *vm)
{
	unsigned long calls = 0, refused = 0, lies = 0;
	unsigned int state;

	puts("leaving: running");
	for (; access(args[0], F_OK); calls++) {
		if (!get_state(&vm->vcpu[0], &state))
			continue;
		refused++;
		if (ioctl(vm->fd, KVM_CHECK_EXTENSION, CAP_MP_STATE))
			lies++;
	}
	expect(calls > refused && refused && !lies,
	       "%lu calls, %lu refused, %lu of them told that the host has it",
	       calls, refused, lies);
}

/* ---- PSCI ---- */

enum {
	SHOWN = 1,	/* has an event */
	COMES = 2,	/* the target comes in at the entry */
	LEAVES = 4,	/* the vCPU, or the VM, stops for it */
	WAITS = 8,	/* until it is kicked */
};

#define ANY 99

struct step {
	int vcpu, flags;
	uint64_t function, x1, x2, x3;
	int64_t answer;
	const char *name;
};

#define ENTRY RAM_BASE
#define HIGH 0xdead00000000ull	/* what a 32-bit call must not look at */

static const struct {
	int old;		/* no KVM_ARM_VCPU_PSCI_0_2 */
	uint64_t version;	/* 0: KVM's newest */
	const struct step *steps;
} versions[] = {
	{ 0, 0, (const struct step[]){
		{ 0, 0, 0x84000000, 0, 0, 0, ANY, "PSCI_VERSION" },
		{ 0, SHOWN | COMES, CPU_ON, 1, ENTRY, 0x11, 0, "CPU_ON" },
		{ 0, SHOWN, CPU_ON, 1, ENTRY, 0x12, -4, "CPU_ON" },
		{ 0, SHOWN, CPU_ON, 7, ENTRY, 0x13, -2, "CPU_ON" },
		{ 0, 0, 0x8400000a, CPU_ON, 0, 0, ANY, "PSCI_FEATURES" },
		{ 0, 0, AFFINITY_INFO, 1, 0, 0, 0, "AFFINITY_INFO" },
		{ 1, WAITS, CPU_SUSPEND, 0, ENTRY, 0, 0, "CPU_SUSPEND" },
		{ 1, WAITS, 0x84000001, 0, ENTRY, 0, 0, "CPU_SUSPEND" },
		{ 1, SHOWN | LEAVES, CPU_OFF, 0, 0, 0, 0, "CPU_OFF" },
		{ 0, SHOWN | COMES, 0x84000003, HIGH | 1, HIGH | ENTRY, HIGH | 0x14, 0, "CPU_ON" },
		{ 1, SHOWN | LEAVES, 0xffff000084000002, 0, 0, 0, 0, "CPU_OFF" },
		{ 0, SHOWN, SYSTEM_SUSPEND, ENTRY, 0x15, 0, -1, "SYSTEM_SUSPEND" },
		{ 0, SHOWN, 0x8400000e, HIGH | ENTRY, HIGH | 0x16, 0, -1, "SYSTEM_SUSPEND" },
		{ 0, SHOWN | LEAVES, SYSTEM_RESET2, 0, 0, 0, ANY, "SYSTEM_RESET2" },
		{ 0 } } },
	{ 0, 0, (const struct step[]){
		{ 0, 0, 0x84000013, 0, 0, 0, -1, "MEM_PROTECT" },
		{ 0, SHOWN | LEAVES, 0xc4000015, 1, 0, 0, ANY, "SYSTEM_OFF2" },
		{ 0 } } },
	{ 0, 0x10000, (const struct step[]){
		{ 0, SHOWN | COMES, CPU_ON, 1, ENTRY, 0x21, 0, "CPU_ON" },
		{ 1, SHOWN | LEAVES, SYSTEM_RESET, 0, 0, 0, 0, "SYSTEM_RESET" },
		{ 0 } } },
	{ 0, 0x2, (const struct step[]){
		{ 0, SHOWN | COMES, CPU_ON, 1, ENTRY, 0x31, 0, "CPU_ON" },
		{ 0, SHOWN, 0xc4000012, 0, 0, 0, -1, "SYSTEM_RESET2" },
		{ 1, SHOWN | LEAVES, SYSTEM_OFF, 0, 0, 0, 0, "SYSTEM_OFF" },
		{ 0 } } },
	{ 1, 0, (const struct step[]){
		{ 0, SHOWN | COMES, 0x95c1ba60, 1, ENTRY, 0x41, 0, "CPU_ON" },
		{ 0, 0, 0x95c1ba5e, 0, 0, 0, -1, "CPU_SUSPEND" },
		{ 1, SHOWN | LEAVES, 0x95c1ba5f, 0, 0, 0, 0, "CPU_OFF" },
		{ 0 } } },
};

/* The event that a step must have, as the tracepoint prints it. */
static void print_step(const struct step *s)
{
	int on = !strcmp(s->name, "CPU_ON");
	int wakes = on || !strcmp(s->name, "SYSTEM_SUSPEND");
	uint64_t mask = s->function & 0x40000000 ? ~0ull : 0xffffffff;
	uint64_t entry = (on ? s->x2 : s->x1) & mask;
	uint64_t context = (on ? s->x3 : s->x2) & mask;

	/* a 0.1 call has the guest's own width */
	if ((s->function & 0xffff0000) == 0x95c10000) {
		entry = s->x2;
		context = s->x3;
	}
	printf("event: psci_call vcpu=%d call=%s function=0x%" PRIx32 " target=0x%" PRIx64,
	       s->vcpu, s->name, (uint32_t)s->function, on ? s->x1 & mask : 0);
	printf(" entry=0x%" PRIx64 " context=0x%" PRIx64 "\n",
	       wakes ? entry : 0, wakes ? context : 0);
	if (s->flags & COMES)
		printf("event: vcpu_reset vcpu=%d cause=CPU_ON entry=0x%" PRIx64
		       " context=0x%" PRIx64 "\n", (int)(s->x1 & 0xff), entry, context);
}

/* Off, out of KVM_RUN, or back with an answer where KVM lacks the call */
static int has_left(struct vm *vm, const struct step *s)
{
	struct vcpu *v = &vm->vcpu[s->vcpu];
	unsigned int state;

	if (v->exit_reason || read_mail(vm, W_RESULT, s->vcpu) != 0x5a5a)
		return 1;
	/* no ioctl of ours before the guest has made its call */
	return !strcmp(s->name, "CPU_OFF") && read_mail(vm, W_COMMAND, s->vcpu) == CMD_NONE &&
		!get_state(v, &state) && state == STOPPED;
}

static void do_step(struct vm *vm, const struct step *s)
{
	unsigned int state;
	int64_t answer;

	if (s->flags & SHOWN)
		print_step(s);
	begin(vm, s->vcpu, s->flags & LEAVES ? CMD_LEAVE : CMD_CALL,
	      s->function, s->x1, s->x2, s->x3);
	if (s->flags & LEAVES) {
		if (!COMES_TRUE(has_left(vm, s), 10))
			expect(0, "%s of vcpu %d has no effect", s->name, s->vcpu);
		return;
	}
	if (s->flags & WAITS) {
		sleep_ms(100);
		get_state(&vm->vcpu[s->vcpu], &state);
	}
	answer = end(vm, s->vcpu);
	if (s->answer != ANY && answer != s->answer)
		expect(0, "%s answers %" PRId64, s->name, answer);
	if (s->flags & COMES)
		expect_beats(vm, s->x1 & 0xff, "after CPU_ON");
}

static void cmd_psci(struct vm *vm)
{
	const struct step *s;
	unsigned int v;

	for (v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		create_vm(vm, 2);
		if (versions[v].old)
			vm->init.features[0] &= ~(1u << KVM_ARM_VCPU_PSCI_0_2);
		init_boot(vm);
		if (versions[v].version)
			set_reg(&vm->vcpu[0], KVM_REG_ARM_PSCI_VERSION, versions[v].version);
		set_entry(&vm->vcpu[0], 0);
		start_all(vm);
		expect_beats(vm, 0, "after boot");
		for (s = versions[v].steps; s->name; s++)
			do_step(vm, s);
		end_vm(vm);
	}
}

/* Two vCPUs power the same third one on: one of them does. */
static void cmd_psci_race(struct vm *vm)
{
	int rounds = atoi(args[0]), i;
	int64_t answer[2];

	expect(cpu_on(vm, 0, 1) == 0, "CPU_ON of vcpu 1");
	expect_beats(vm, 1, "after CPU_ON");
	for (i = 0; i < rounds; i++) {
		begin(vm, 0, CMD_CALL, CPU_ON, 2, RAM_BASE, 0x2000);
		begin(vm, 1, CMD_CALL, CPU_ON, 2, RAM_BASE, 0x2001);
		answer[0] = end(vm, 0);
		answer[1] = end(vm, 1);
		if (answer[0] + answer[1] != -4 || (answer[0] && answer[1]))
			expect(0, "round %d: answers %" PRId64 " and %" PRId64, i,
			       answer[0], answer[1]);
		if (!beats(vm, 2) || read_mail(vm, W_CONTEXT, 2) != 0x2000u + !!answer[0])
			expect(0, "round %d: vcpu 2 has context %#" PRIx64, i,
			       read_mail(vm, W_CONTEXT, 2));
		leave(vm, 2, CPU_OFF);
		if (!reaches(vm, 2, STOPPED))
			expect(0, "round %d: vcpu 2 does not go off", i);
	}
	expect(1, "%d rounds", rounds);
}

/* One SET, one GET of a fresh vCPU, for the tracepoints' test. */
static void cmd_once(struct vm *vm)
{
	unsigned int state = 99;
	int err;

	err = set_state(&vm->vcpu[1], strtoul(args[0], NULL, 0));
	printf("once: pid %d errno %d", getpid(), err);
	err = get_state(&vm->vcpu[1], &state);
	printf(" get %d state %u\n", err, state);
}

/* ---- what a VMM can do wrong, for mpstate-report ---- */

static void run_for_a_while(struct vm *vm)
{
	start_all(vm);
	expect_beats(vm, 0, "in the end");
}

static void set_before_init(struct vm *vm)
{
	must_set(&vm->vcpu[1], STOPPED);
	init_boot(vm);
	set_entry(&vm->vcpu[0], 0);
	run_for_a_while(vm);
}

static void init_after_registers(struct vm *vm)
{
	set_entry(&vm->vcpu[1], 0);
	init_vcpu(vm, 1, 1);
	run_for_a_while(vm);
}

static void cpu_on_after_registers(struct vm *vm)
{
	set_entry(&vm->vcpu[1], 0);
	start_all(vm);
	cpu_on(vm, 0, 1);
	expect_beats(vm, 1, "after CPU_ON");
	run_for_a_while(vm);
}

static void runnable_over_cpu_on(struct vm *vm)
{
	start_vcpu(&vm->vcpu[0]);
	cpu_on(vm, 0, 1);
	must_set(&vm->vcpu[1], RUNNABLE);
	run_for_a_while(vm);
}

static void never_runs_it(struct vm *vm)
{
	start_vcpu(&vm->vcpu[0]);
	cpu_on(vm, 0, 1);
	sleep_ms(1500);
	must_get(&vm->vcpu[0]);
}

static void restored_off(struct vm *vm)
{
	pid_t saving = fork();

	if (!saving) {
		boot_all_on(vm, 2);
		stop_all(vm);
		must_get(&vm->vcpu[0]);
		must_get(&vm->vcpu[1]);
		exit(surprises);
	}
	waitpid(saving, NULL, 0);
	boot_vm(vm, 2);
	set_entry(&vm->vcpu[1], 0);
	set_states(vm, "+-");
	run_for_a_while(vm);
	end_vm(vm);
}

/* ---- the table of commands ---- */

enum stage {
	NO_VM,		/* the command makes and ends its own */
	CREATED,
	INITIALISED,
	BOOTING,	/* vCPU 0 would run */
	RUNNING,
	ALL_ON,
};

struct row {
	const char *name, *takes;	/* as in struct command */
	void (*run)(struct vm *vm);
	enum stage stage;
	int vcpus;
	const char *help;
};

static void cmd_mistake(struct vm *vm);

static const struct row commands[] = {
	{ "absent", "", cmd_absent, BOOTING, 2,
	  "the host has no MP_STATE: EINVAL and no capability" },
	{ "cap", "", cmd_cap, CREATED, 0, "KVM_CAP_MP_STATE is 1 on the VM and on /dev/kvm" },
	{ "extensions", "", cmd_extensions, CREATED, 1,
	  "print every extension's answer on /dev/kvm and VM" },
	{ "table", "", cmd_table, CREATED, 2, "every SET from every state, before and after INIT" },
	{ "transcript", "", cmd_transcript, CREATED, 3, "print every answer, to compare hosts" },
	{ "power", "", cmd_power, BOOTING, 2, "SET powers on what never ran, and off what ran" },
	{ "stop", "", cmd_stop_running, RUNNING, 2, "SET STOPPED on a running vCPU" },
	{ "wfi", "", cmd_wfi, RUNNING, 1, "a vCPU in WFI is RUNNABLE" },
	{ "save", "FILE", cmd_save, ALL_ON, 4, "boot four, one off again, save" },
	{ "restore", "FILE", cmd_restore, INITIALISED, 4, "in a fresh process; CPU_ON; reset" },
	{ "storm", "SEC FILE [US]", cmd_storm, CREATED, 4,
	  "GET/SET storm beside a guest until FILE appears, with a pause every 64 rounds" },
	{ "race", "ROUNDS", cmd_race, ALL_ON, 2, "SET RUNNABLE against PSCI CPU_ON" },
	{ "time", "CALLS", cmd_time, INITIALISED, 1, "ns per GET, SET and other extension check" },
	{ "calls", "N", cmd_calls, RUNNING, 1, "ns per PSCI call" },
	{ "exits", "MS", cmd_exits, RUNNING, 1, "ns per exit to userspace" },
	{ "hold", "FILE", cmd_hold, NO_VM, 0, "a VM to look at until FILE appears" },
	{ "guest", "FILE", cmd_hold, NO_VM, 0,
	  "the same without an ioctl of ours, one CPU_ON more then" },
	{ "crowd", "N FILE", cmd_crowd, NO_VM, 0, "N VMs until FILE appears" },
	{ "leaving", "FILE", cmd_leaving, BOOTING, 1,
	  "GET, then the capability, until FILE appears" },
	{ "mistake", "NAME", cmd_mistake, NO_VM, 0, "what a VMM can do wrong:" },
	{ "psci", "", cmd_psci, NO_VM, 0, "every PSCI call that there is, and the events due" },
	{ "psci2", "ROUNDS", cmd_psci_race, RUNNING, 3, "two vCPUs power a third one on at once" },
	{ "once", "VALUE", cmd_once, BOOTING, 2, "one SET and one GET on vcpu 1" },
	{ 0 }
};

static const struct row mistakes[] = {
	{ "set-before-init", "", set_before_init, CREATED, 2, "the state is lost" },
	{ "init-after-registers", "", init_after_registers, BOOTING, 2, "they are lost" },
	{ "cpu-on-after-registers", "", cpu_on_after_registers, BOOTING, 2, "they are lost" },
	{ "runnable-over-cpu-on", "", runnable_over_cpu_on, BOOTING, 2, "of the guest's" },
	{ "never-runs-it", "", never_runs_it, BOOTING, 2, "a vCPU that the guest powered on" },
	{ "restored-off", "", restored_off, NO_VM, 0, "a vCPU that was saved on" },
	{ 0 }
};

static void __attribute__((noreturn)) show_help(int ret)
{
	const struct row *c;

	puts("mpstate [-2] [-s known|reject|runnable] COMMAND\n"
	     "  -2  off is HALTED (abi=v2)\n"
	     "  -s  what SET SUSPENDED is expected to do (default: known if the host has\n"
	     "      KVM_CAP_ARM_SYSTEM_SUSPEND, or else reject)");
	for (c = commands; c->name; c++)
		printf("  %-10s %-13s  %s\n", c->name, c->takes, c->help);
	for (c = mistakes; c->name; c++)
		printf("  mistake %-22s  %s\n", c->name, c->help);
	exit(ret);
}

/* What argv[0] names, with the VM that it is to find */
static void run(const struct row *c, int argc, char **argv)
{
	struct vm vm;

	while (c->name && strcmp(c->name, argv[0]))
		c++;
	if (!c->name || !fits(c->takes, argc - 1))
		show_help(strcmp(argv[0], "help") ? 1 : 0);
	args = argv + 1;
	if (c->stage == ALL_ON)
		boot_all_on(&vm, c->vcpus);
	else if (c->stage != NO_VM)
		create_vm(&vm, c->vcpus);
	if (c->stage >= INITIALISED && c->stage < ALL_ON)
		init_boot(&vm);
	if (c->stage == BOOTING || c->stage == RUNNING)
		set_entry(&vm.vcpu[0], 0);
	if (c->stage == RUNNING) {
		start_all(&vm);
		expect_beats(&vm, 0, "after boot");
	}
	c->run(&vm);
	if (c->stage != NO_VM)
		end_vm(&vm);
}

static void cmd_mistake(struct vm *vm)
{
	(void)vm;
	run(mistakes, 1, args);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_kick };
	int opt, kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	setvbuf(stdout, NULL, _IOLBF, 0);
	abi.knows_suspended = ioctl(kvm, KVM_CHECK_EXTENSION, CAP_ARM_SYSTEM_SUSPEND) > 0;
	close(kvm);
	while ((opt = getopt(argc, argv, "+2s:")) != -1) {
		if (opt == '2') {
			abi.v2 = 1;
		} else if (opt == 's') {
			abi.knows_suspended = !strcmp(optarg, "known");
			abi.suspended_runs = !strcmp(optarg, "runnable");
		} else {
			show_help(2);
		}
	}
	/* no SA_RESTART: KVM_RUN shall come back */
	sigaction(SIGUSR1, &sa, NULL);
	if (optind == argc)
		show_help(0);
	run(commands, argc - optind, argv + optind);
	return surprises ? 1 : 0;
}
