// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU TCG plugin: gives an emulated x86 machine RAPL energy counters.
 *
 * QEMU answers 0 for the RAPL MSRs. This plugin looks at every rdmsr, wrmsr
 * and cpuid before QEMU executes it, answers what rapl_model.c knows and
 * leaves everything else to QEMU. Kernel and QEMU are stock.
 *
 * The guest can ask for the truth by CPUID (see guest_truth()) and command the
 * machine by CPUID or an MSR (see run_command()): the test's other side of the
 * comparison never comes from the code under test.
 */
#define _GNU_SOURCE
#define PLUGIN_NAME "librapl"
#include "qemu_plugin.h"
#include "rapl_model.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <unistd.h>

/* ---- state ---- */

/* A register that QEMU's TCG answers with #GP. */
#define MSR_FAULTS		0x8ff

#define DOORBELL		0x52415000	/* MSR, and CPUID leaf of truth */
#define DOORBELL_CPUID		0x52415001

#define CPUID_POWER		0x80000007
#define CPUID_POWER_RAPL	(1U << 14)

#define CPUID_EXT		0x80000001
#define CPUID_EXT_TOPOEXT	(1U << 22)

#define QEMU_CLOCK_VIRTUAL	1

enum { RAX, RBX, RCX, RDX, RIP, CS, EFLAGS, N_REGISTERS };

static const char *const register_names[N_REGISTERS] = {
	"rax", "rbx", "rcx", "rdx", "rip", "cs", "eflags",
};

struct vcpu {
	struct plugin_registers regs;
	void *state;			/* QEMU's CPUState */
	uint64_t *lazy_flags;		/* in there, see forget_flags() */
	/* an rdmsr was sent into #GP, put RCX back before its handler */
	bool faulting;
	uint64_t rcx;
	/* what the next instruction is to find, see answer_insn() */
	unsigned int pending;		/* bit per register below */
	uint32_t answer[4];
	/* class of the code that it runs */
	unsigned int class;
	/* QEMU is answering the leaf that has TOPOEXT, to be added behind it */
	bool topoext;
};

static struct vcpu *vcpus;
static unsigned int n_vcpus;
static struct rapl_model model;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static FILE *truth_log, *access_log;
static bool powered_on;

/*
 * QEMU's own functions; the plugin interface has no way to read the clock, but
 * distributions' builds export them for QEMU's modules.
 */
static int64_t (*clock_get_ns)(int type);
static const int *use_icount;
static void (*icount_update)(void *cpu);
static void *(*get_cpu)(int index);

/* What QEMU has by that name, or the end */
static void *qemu_symbol(const char *name, const char *needed_for)
{
	void *symbol = dlsym(RTLD_DEFAULT, name);

	if (!symbol)
		plugin_die("this QEMU does not export %s, so %s: use a distribution's build of QEMU 11, or adapt the plugin",
			   name, needed_for);
	return symbol;
}

/* Where this thread of QEMU keeps the CPU that it runs */
static void **current_cpu(void)
{
	static __thread void **current;

	if (!current)
		current = qemu_symbol("current_cpu", "who runs is unknown");
	return current;
}

/*
 * The number that QEMU gives to callbacks of instructions is wrong when one
 * thread runs all CPUs (-icount, thread=single): it is that of the CPU which
 * ran the code first. So look who runs.
 */
static unsigned int real_vcpu(unsigned int vcpu)
{
	void **current = current_cpu();
	unsigned int i;

	if (vcpus[vcpu].state == *current)
		return vcpu;
	for (i = 0; i < n_vcpus; i++) {
		if (!vcpus[i].state)
			vcpus[i].state = get_cpu(i);
		if (vcpus[i].state == *current)
			return i;
	}
	return vcpu;
}

static uint64_t guest_time(void)
{
	void **current, *cpu;
	int64_t t;

	if (!*use_icount) {
		t = clock_get_ns(QEMU_CLOCK_VIRTUAL);
		return t > 0 ? t : 0;
	}
	/*
	 * With -icount the time is the number of instructions, and QEMU ends
	 * with "Bad icount read" if it is read in the middle of a translation
	 * block, where the callbacks are: the block counts as a whole. That is
	 * exact enough here (less than 512 instructions), so bring the count
	 * up to date and read it as from outside a CPU.
	 */
	current = current_cpu();
	cpu = *current;
	if (cpu)
		icount_update(cpu);
	*current = NULL;
	t = clock_get_ns(QEMU_CLOCK_VIRTUAL);
	*current = cpu;
	return t > 0 ? t : 0;
}

static void find_insides(void)
{
	*(void **)&clock_get_ns = qemu_symbol("qemu_clock_get_ns", "guest time is unknown");
	use_icount = qemu_symbol("use_icount", "-icount cannot be told from none");
	*(void **)&icount_update = qemu_symbol("icount_update", "time under -icount is unknown");
	*(void **)&get_cpu = qemu_symbol("qemu_get_cpu", "who runs is unknown");
	current_cpu();
}

/* ---- what the CPUs run ---- */

/*
 * The instruction "nopl 0x52410001(%rax)" does nothing and says that the code around it, to
 * the next jump, is of class 1. So the class of each moment is known, without the guest's
 * scheduler telling who runs.
 */
static const uint8_t work_mark[] = { 0x0f, 0x1f, 0x80 };
#define WORK_MARK		0x5241

static void run_class(unsigned int cpu, unsigned int class)
{
	vcpus[cpu].class = class;
	pthread_mutex_lock(&lock);
	rapl_model_run(&model, cpu, class, guest_time());
	pthread_mutex_unlock(&lock);
}

/* The kernel runs on at the power of the program that called it, or was interrupted. */
#define CLASS_KERNEL		RAPL_CLASSES

/*
 * A CPU whose turn it is not (-icount: one thread runs all of them) is where it was, as the
 * guest sees it, and uses what it used.
 */
static void on_block(unsigned int vcpu, void *data)
{
	unsigned int cpu = real_vcpu(vcpu), class = (uintptr_t)data, now = vcpus[cpu].class;

	if (class == CLASS_KERNEL)
		class = now == RAPL_ASLEEP ? 0 : now;
	if (class != now)
		run_class(cpu, class);
}

static void on_sleep(unsigned int vcpu, void *data)
{
	(void)data;
	run_class(real_vcpu(vcpu), RAPL_ASLEEP);
}

static void watch_block(struct qemu_plugin_tb *tb)
{
	static const uint8_t hlt[] = { 0xf4 }, mwait[] = { 0x0f, 0x01, 0xc9 };
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	uintptr_t class = 0;

	if (qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0)) >> 63)
		class = CLASS_KERNEL;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint8_t bytes[7];
		size_t len = qemu_plugin_insn_data(insn, bytes, sizeof(bytes));
		uint32_t mark;

		if ((len == sizeof(hlt) && !memcmp(bytes, hlt, len)) ||
		    (len == sizeof(mwait) && !memcmp(bytes, mwait, len)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_sleep, CB_NO_REGS, NULL);
		if (len < sizeof(bytes) || memcmp(bytes, work_mark, sizeof(work_mark)))
			continue;
		memcpy(&mark, bytes + sizeof(work_mark), sizeof(mark));
		if (mark >> 16 == WORK_MARK && (mark & 0xffff) < RAPL_CLASSES)
			class = mark & 0xffff;
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, CB_NO_REGS, (void *)class);
}

/*
 * Where an instruction is and how long: bits 11:0 are the offset in its page,
 * the size stands above, and above that whether it is the last of its block.
 */
#define PLACE_LAST	(1UL << 16)

static void *insn_place(const struct qemu_plugin_insn *insn, bool last)
{
	uintptr_t place = qemu_plugin_insn_vaddr(insn) & 0xfff;

	return (void *)(place | qemu_plugin_insn_size(insn) << 12 | (last ? PLACE_LAST : 0));
}

/*
 * QEMU computes the flags when somebody asks for them, from the last result and
 * its operands and from what operation that was.  When a plugin sets the PC,
 * QEMU leaves the block with the operands up to date and an old operation.  If
 * that says that the operand is the flags themselves, then an interrupt at this
 * moment saves garbage, and the kernel dies of TF or NT when it returns.  So set
 * the operands to 0: that gives harmless flags with any operation, and nobody
 * wants those from before rdmsr or cpuid, which are inline assembly.
 *
 * There is no interface for that.  In QEMU's struct they follow EIP and EFLAGS,
 * and those follow the general registers: RAX, RCX, RDX, RBX and so on.
 */
#define SEARCH_WORDS	(64 * 1024 / 8)
#define SEARCH_BEHIND	40		/* as far as a find looks on */
#define LAZY_FLAGS	3		/* cc_dst, cc_src, cc_src2 */

static uint64_t *find_flags(struct vcpu *v, uint64_t *state)
{
	const uint64_t want[] = {
		get_reg(&v->regs, RAX), get_reg(&v->regs, RCX),
		get_reg(&v->regs, RDX), get_reg(&v->regs, RBX),
	};
	uint64_t rip = get_reg(&v->regs, RIP);
	uint32_t eflags = get_reg(&v->regs, EFLAGS);
	uint64_t copy[SEARCH_WORDS];
	/* Read by the kernel, which stops where QEMU's memory ends */
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	ssize_t got = pread(mem, copy, sizeof(copy), (off_t)(uintptr_t)state);
	unsigned int words = got > 0 ? got / sizeof(*copy) : 0, i, k;

	close(mem);
	for (i = 0; i + SEARCH_BEHIND <= words; i++) {
		if (memcmp(&copy[i], want, sizeof(want)))
			continue;
		/* 16 general registers, or 32 with APX */
		for (k = 16; k <= 32; k += 16)
			if (copy[i + k] == rip && (uint32_t)copy[i + k + 1] == eflags)
				return &state[i + k + 2];
	}
	plugin_die("this QEMU keeps the flags elsewhere (%u bytes were searched): the plugin has to be adapted",
		   words * 8);
}

static void forget_flags(struct vcpu *v)
{
	void **current = current_cpu();

	if (!v->lazy_flags)
		v->lazy_flags = find_flags(v, *current);
	memset(v->lazy_flags, 0, LAZY_FLAGS * sizeof(*v->lazy_flags));
}

/*
 * Give the guest out[] for the registers in mask.
 *
 * If another instruction follows in the block, QEMU executes this one, too, and
 * the callback at the next one puts the answer in the place of its own.  rdmsr
 * ends blocks: there the answer is given here and the instruction skipped.
 *
 * The address seen at translation cannot be used to go on at: x86 translations
 * are shared by all mappings of a physical page (a libc's cpuid in two
 * processes). RIP in the callback is that of an earlier instruction of the
 * block, but a block holds only instructions that start in one page.
 */
static void answer_insn(struct vcpu *v, void *place, const uint32_t out[4], unsigned int mask)
{
	uintptr_t p = (uintptr_t)place;
	unsigned int r;

	if (!(p & PLACE_LAST)) {
		memcpy(v->answer, out, sizeof(v->answer));
		v->pending = mask;
		return;
	}
	for (r = RAX; r <= RDX; r++)
		if (mask & 1U << r)
			set_reg(&v->regs, r, out[r]);
	forget_flags(v);
	qemu_plugin_set_pc(((get_reg(&v->regs, RIP) & ~0xfffULL) | (p & 0xfff)) +
			   ((p & ~PLACE_LAST) >> 12));
}

/*
 * The instruction behind rdmsr or cpuid.  Without TOPOEXT no kernel sees the
 * threads of an AMD core as siblings, and QEMU's TCG does not have it, though it
 * answers the leaf that the bit stands for.
 */
static void behind_insn(unsigned int vcpu, void *data)
{
	struct vcpu *v = &vcpus[real_vcpu(vcpu)];
	unsigned int r;

	(void)data;
	for (r = RAX; r <= RDX && v->pending; r++)
		if (v->pending & 1U << r)
			set_reg(&v->regs, r, v->answer[r]);
	v->pending = 0;
	if (v->topoext)
		set_reg(&v->regs, RCX, get_reg(&v->regs, RCX) | CPUID_EXT_TOPOEXT);
	v->topoext = false;
}

/* ---- logs ---- */

static void print_energy(const char *name, unsigned int i, uint64_t uj)
{
	fprintf(truth_log, " %s%u=%" PRIu64 ".%06" PRIu64, name, i,
		uj / 1000000, uj % 1000000);
}

/* One line: seconds, event, joules so far of every domain. Under the lock. */
static void log_truth(uint64_t now, const char *event)
{
	static const char *const names[RAPL_DOMAINS] = {
		"pkg", "cores", "ram", "gpu", "psys",
	};
	unsigned int p, d, c;

	if (!truth_log)
		return;
	fprintf(truth_log, "%" PRIu64 ".%09" PRIu64 " %s", now / 1000000000,
		now % 1000000000, event);
	for (p = 0; p < model.cfg.packages; p++) {
		for (d = 0; d < RAPL_DOMAINS; d++)
			print_energy(names[d], p, rapl_model_energy_uj(&model, p, d, now));
		for (c = 0; model.cfg.has_work && c < RAPL_CLASSES; c++) {
			fprintf(truth_log, " work%u.", c);
			print_energy("pkg", p, rapl_model_class_uj(&model, p, c, now));
		}
	}
	if (model.cfg.vendor == RAPL_AMD)
		for (c = 0; c < model.cfg.cpus / model.cfg.threads; c++)
			print_energy("core", c, rapl_model_core_uj(&model, c, now));
	fputc('\n', truth_log);
	fflush(truth_log);
}

/* Under the lock. */
static void log_access(uint64_t now, unsigned int cpu, const char *what,
		       uint32_t msr, const char *fmt, uint64_t value)
{
	if (!access_log)
		return;
	fprintf(access_log, "%" PRIu64 " %u %u %s %#x ", now, cpu,
		rapl_model_package(&model, cpu), what, msr);
	fprintf(access_log, fmt, value);
	fputc('\n', access_log);
	fflush(access_log);
}

/* ---- what the guest sees besides the MSRs ---- */

/*
 * CPUID leaf DOORBELL, by ECX:
 *   0xffffffff  EAX "RAPL", EBX version, ECX packages, EDX cores per package
 *   0xfffffffe  EAX number of counter resets so far, EBX CPUs per package,
 *               ECX bit 0: AMD, bit 1: energy is stopped, EDX threads per core
 *   PKG << 8 | DOMAIN  EDX:EAX true microjoule since power-on,
 *               ECX:EBX time in ns; domains behind the last are the classes of
 *               work=, for which bit 30 is not there
 *   0x80000000 | CORE  the same of a core, counted through the machine
 *   with bit 30 set    the same at the time of the last counter reset
 * All 0 for what the machine does not have.
 */
static void guest_truth(uint32_t ask, uint64_t now, uint32_t out[4])
{
	const struct rapl_config *cfg = &model.cfg;
	uint64_t when = ask & 0x40000000 ? RAPL_AT_RESET : now;
	uint64_t uj = 0;

	memset(out, 0, 4 * sizeof(*out));
	if (ask == 0xffffffff) {
		out[0] = 0x4c504152;
		out[1] = 1;
		out[2] = cfg->packages;
		out[3] = cfg->cores_per_package;
		return;
	}
	if (ask == 0xfffffffe) {
		out[0] = model.resets;
		out[1] = cfg->cpus_per_package;
		out[2] = (cfg->vendor == RAPL_AMD) | model.stopped << 1;
		out[3] = cfg->threads;
		return;
	}
	if (ask & 0x80000000) {
		unsigned int core = ask & 0x3fffffff;

		if (core >= cfg->packages * cfg->cores_per_package)
			return;
		uj = rapl_model_core_uj(&model, core, when);
	} else {
		unsigned int package = (ask & 0x3fffffff) >> 8;
		unsigned int domain = ask & 0xff;

		if (package >= cfg->packages || domain >= RAPL_DOMAINS + RAPL_CLASSES ||
		    (domain >= RAPL_DOMAINS && when != now))
			return;
		uj = domain < RAPL_DOMAINS ?
			rapl_model_energy_uj(&model, package, domain, when) :
			rapl_model_class_uj(&model, package, domain - RAPL_DOMAINS, now);
	}
	out[0] = uj;
	out[3] = uj >> 32;
	out[1] = now;
	out[2] = now >> 32;
}

/* Returns false for a command that does not exist. Under the lock. */
static bool run_command(unsigned int command, unsigned int value, uint64_t now)
{
	char event[32];

	switch (command) {
	case 1:
		snprintf(event, sizeof(event), "mark:%u", value);
		break;
	case 2:
		rapl_model_reset(&model, now);
		strcpy(event, "reset");
		break;
	case 3:
		if (!rapl_model_factor(&model, now, value))
			return false;
		snprintf(event, sizeof(event), "factor:%u", value);
		break;
	case 4:
		rapl_model_stop(&model, now, value);
		strcpy(event, value ? "stop" : "go");
		break;
	default:
		return false;
	}
	log_truth(now, event);
	return true;
}

/* ---- the three instructions ---- */

/*
 * MSR instructions are for the kernel: elsewhere QEMU shall answer with #GP
 * as it does for any other. (The lowest bits of CS are the privilege level.)
 */
static bool is_user(struct vcpu *v)
{
	return get_reg(&v->regs, CS) & 3;
}

static void on_rdmsr(unsigned int vcpu, void *place)
{
	unsigned int cpu = real_vcpu(vcpu);
	struct vcpu *v = &vcpus[cpu];
	uint64_t rcx = get_reg(&v->regs, RCX);
	enum rapl_answer answer;
	uint32_t out[4] = { 0 };
	uint64_t value, now;

	if (v->faulting)
		plugin_die("this QEMU gave no #GP for MSR %#x: the plugin has to be adapted (fault=zero does without)",
			   MSR_FAULTS);
	if (!rapl_model_is_msr(rcx) || is_user(v))
		return;

	pthread_mutex_lock(&lock);
	now = guest_time();
	answer = rapl_model_read(&model, cpu, rcx, now, &value);
	if (answer == RAPL_FAULT)
		log_access(now, cpu, "read", rcx, "#GP", 0);
	else if (answer == RAPL_VALUE)
		log_access(now, cpu, "read", rcx, "%#" PRIx64, value);
	pthread_mutex_unlock(&lock);

	if (answer == RAPL_OTHER)
		return;
	if (answer == RAPL_FAULT) {
		/* let the instruction run into a real #GP */
		v->rcx = rcx;
		v->faulting = true;
		set_reg(&v->regs, RCX, MSR_FAULTS);
		return;
	}
	out[RAX] = value;
	out[RDX] = value >> 32;
	answer_insn(v, place, out, 1U << RAX | 1U << RDX);
}

static void on_exception(unsigned int cpu, int type, uint64_t from, uint64_t to, void *data)
{
	struct vcpu *v = &vcpus[cpu];

	(void)type;
	(void)from;
	(void)to;
	(void)data;
	if (!v->faulting)
		return;
	v->faulting = false;
	set_reg(&v->regs, RCX, v->rcx);
}

/* QEMU, too, executes it: a write to a register that it does not know is nothing. */
static void on_wrmsr(unsigned int vcpu, void *place)
{
	unsigned int cpu = real_vcpu(vcpu);
	struct vcpu *v = &vcpus[cpu];
	uint32_t msr = get_reg(&v->regs, RCX);
	uint64_t value, now;

	(void)place;
	if ((msr != DOORBELL && !rapl_model_is_msr(msr)) || is_user(v))
		return;

	value = (uint32_t)get_reg(&v->regs, RAX) | get_reg(&v->regs, RDX) << 32;
	pthread_mutex_lock(&lock);
	now = guest_time();
	log_access(now, cpu, "write", msr, "%#" PRIx64, value);
	if (msr == DOORBELL)
		run_command(value & 0xff, value >> 32, now);
	pthread_mutex_unlock(&lock);
}

static void on_cpuid(unsigned int vcpu, void *place)
{
	unsigned int cpu = real_vcpu(vcpu);
	struct vcpu *v = &vcpus[cpu];
	uint32_t leaf = get_reg(&v->regs, RAX);
	uint32_t out[4] = { 0 };
	uint32_t ecx;
	uint64_t now;

	switch (leaf) {
	case CPUID_POWER:
		/*
		 * Only AMD's bit is ours, but QEMU's TCG has nothing else to
		 * say in this leaf (no invariant TSC), so answer all of it.
		 */
		if (model.cfg.vendor != RAPL_AMD || !model.cfg.amd_bit)
			return;
		out[3] = CPUID_POWER_RAPL;
		break;
	case DOORBELL:
	case DOORBELL_CPUID:
		ecx = get_reg(&v->regs, RCX);
		pthread_mutex_lock(&lock);
		now = guest_time();
		if (leaf == DOORBELL)
			guest_truth(ecx, now, out);
		else
			out[0] = run_command(ecx & 0xff, ecx >> 8, now);
		pthread_mutex_unlock(&lock);
		break;
	case CPUID_EXT:
		v->topoext = model.cfg.vendor == RAPL_AMD && model.cfg.threads > 1;
		return;
	default:
		return;
	}
	answer_insn(v, place, out, 1U << RAX | 1U << RBX | 1U << RCX | 1U << RDX);
}

/*
 * The boot CPU starts at the reset vector at power-on, at every reset and when
 * it wakes from S3.
 */
static void on_reset_vector(unsigned int cpu, void *data)
{
	uint64_t now;

	(void)data;
	if (real_vcpu(cpu))
		return;
	pthread_mutex_lock(&lock);
	now = guest_time();
	if (!powered_on) {
		powered_on = true;
		log_truth(now, "power-on");
	} else if (model.cfg.s3_reset) {
		rapl_model_reset(&model, now);
		log_truth(now, "machine-reset:cleared");
	} else {
		log_truth(now, "machine-reset:kept");
	}
	pthread_mutex_unlock(&lock);
}

/* Two bytes behind any prefixes */
static const struct {
	uint8_t opcode[2];
	vcpu_cb call;
} watched[] = {
	{ { 0x0f, 0x32 }, on_rdmsr },
	{ { 0x0f, 0x30 }, on_wrmsr },
	{ { 0x0f, 0xa2 }, on_cpuid },
};

static void on_translate(struct qemu_plugin_tb *tb, void *data)
{
	static const uint8_t prefixes[] = {
		0x66, 0x67, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65, 0xf2, 0xf3,
	};
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	bool behind = false;

	(void)data;
	if (model.cfg.has_work)
		watch_block(tb);
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint8_t bytes[15];
		size_t len, k, w;

		if (qemu_plugin_insn_vaddr(insn) == 0xfffffff0)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_reset_vector,
							       CB_NO_REGS, NULL);
		if (behind)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, behind_insn,
							       CB_WRITE_REGS, NULL);
		behind = false;

		len = qemu_plugin_insn_data(insn, bytes, sizeof(bytes));
		/*
		 * Prefixes (these and REX) change nothing here; Linux 6.16 and
		 * later writes "ds wrmsr" to have the length of wrmsrns.
		 */
		for (k = 0; k < len; k++)
			if (!memchr(prefixes, bytes[k], sizeof(prefixes)) &&
			    (bytes[k] & 0xf0) != 0x40)
				break;
		for (w = 0; w < sizeof(watched) / sizeof(watched[0]); w++) {
			if (len != k + 2 || memcmp(&bytes[k], watched[w].opcode, 2))
				continue;
			qemu_plugin_register_vcpu_insn_exec_cb(insn, watched[w].call,
							       CB_WRITE_REGS_AND_PC,
							       insn_place(insn, i == n - 1));
			behind = watched[w].call != on_wrmsr;
		}
	}
}

/* ---- start and end ---- */

static void on_vcpu_init(unsigned int cpu, void *data)
{
	(void)data;
	find_registers(&vcpus[cpu].regs, register_names, N_REGISTERS);
}

static void on_end(void *data)
{
	(void)data;
	pthread_mutex_lock(&lock);
	log_truth(guest_time(), "exit");
	pthread_mutex_unlock(&lock);
}

static FILE *open_log(const char *name)
{
	FILE *f = fopen(name, "w");

	if (!f)
		plugin_die("cannot write %s: %s", name, strerror(errno));
	return f;
}

PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info,
				      int argc, char **argv)
{
	struct rapl_config cfg;
	char err[400];
	int i;

	if (strcmp(info->target_name, "x86_64") || !info->system_emulation)
		plugin_die("RAPL exists on x86 only: use qemu-system-x86_64, not %s",
			   info->target_name);
	rapl_config_init(&cfg);
	for (i = 0; i < argc; i++)
		if (!rapl_config_parse(&cfg, argv[i], err, sizeof(err)))
			plugin_die("%s", err);
	n_vcpus = info->system.max_vcpus;
	if (!rapl_config_finish(&cfg, n_vcpus, err, sizeof(err)))
		plugin_die("%s", err);
	find_insides();
	vcpus = calloc(n_vcpus, sizeof(*vcpus));
	if (!vcpus)
		plugin_die("no memory for %u CPUs", n_vcpus);
	for (i = 0; i < (int)n_vcpus; i++)
		vcpus[i].class = RAPL_ASLEEP;
	rapl_model_init(&model, &cfg);

	if (cfg.truth) {
		truth_log = open_log(cfg.truth);
		fprintf(truth_log, "# rapl-truth 1: seconds event joules...;");
		for (i = 0; i < argc; i++)
			fprintf(truth_log, " %s", argv[i]);
		fprintf(truth_log, " cpus=%u cores_per_package=%u\n", cfg.cpus,
			cfg.cores_per_package);
		fflush(truth_log);
	}
	if (cfg.access) {
		access_log = open_log(cfg.access);
		fprintf(access_log, "# rapl-access 1: ns cpu package read|write msr value\n");
		fflush(access_log);
	}

	qemu_plugin_register_vcpu_init_cb(id, on_vcpu_init, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate, NULL);
	qemu_plugin_register_vcpu_discon_cb(id, DISCON_EXCEPTION, on_exception, NULL);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return 0;
}
