// SPDX-License-Identifier: GPL-2.0-only
/*
 * What VMMs and their guests can ask of kvm_arm_mpstate, to be fuzzed:
 * fuzz_mpstate SECONDS SEED [blind] [CORPUS].
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <linux/kvm.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/time.h>

#define VMS		2
#define VCPUS		4
#define RAM_BASE	0x40000000ul
#define RAM_SIZE	0x1000ul

#define RUNNABLE	0u
#define STOPPED		5u

#define TRACING		"/sys/kernel/tracing/events/kvm_arm_mpstate"
#define VIEW		"/sys/kernel/debug/kvm_arm_mpstate"

/* PSCI calls, each with an exit behind it, for ever */
static const uint32_t payload[] = {
	0xd4000002,	/* hvc #0 */
	0xd2a20004,	/* movz x4, #0x1000, lsl #16 */
	0xf9000080,	/* str x0, [x4], where no memory is */
	0x17fffffd,	/* b hvc */
};

static int kvm;
static size_t run_size;
static struct vm {
	int fd;
	void *ram;
	struct kvm_vcpu_init init;
	struct {
		int fd;
		struct kvm_run *run;
	} vcpu[VCPUS];
} vms[VMS];
static bool traced;

static void on_alarm(int sig)
{
	(void)sig;
}

/* The VM of an operation, made when it is first wanted */
static struct vm *vm_of(const struct op *op)
{
	struct vm *vm = &vms[op->slot / 16 % 8 / 7];
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = RAM_BASE,
		.memory_size = RAM_SIZE,
	};

	if (vm->fd >= 0)
		return vm;
	vm->fd = MUST(ioctl(kvm, KVM_CREATE_VM, 0ul));
	vm->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vm->ram == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	memcpy(vm->ram, payload, sizeof(payload));
	region.userspace_addr = (uintptr_t)vm->ram;
	MUST(ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region));
	MUST(ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, &vm->init));
	return vm;
}

/* -1 if it was not made */
static int vcpu_of(const struct op *op)
{
	return vm_of(op)->vcpu[op->slot % VCPUS].fd;
}

/* ---- operations ---- */

static void make_vcpu(const struct op *op)
{
	struct vm *vm = vm_of(op);
	unsigned int i = op->slot % VCPUS;
	struct kvm_vcpu_init init = vm->init;

	if (vm->vcpu[i].fd < 0) {
		vm->vcpu[i].fd = ioctl(vm->fd, KVM_CREATE_VCPU,
				       op->what % 4 ? (unsigned long)i : op->value % 600);
		if (vm->vcpu[i].fd < 0)
			return;
		vm->vcpu[i].run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
				       vm->vcpu[i].fd, 0);
		if (vm->vcpu[i].run == MAP_FAILED)
			die("mmap: %s", strerror(errno));
	}
	/* off, EL1 of 32 bits, PSCI 0.2 or 0.1, or anything */
	init.features[0] = op->more % 8 ? (op->more & 1) | (op->more >> 1 & 1) << 2 :
			   op->value;
	if (op->what % 8)
		ioctl(vm->vcpu[i].fd, KVM_ARM_VCPU_INIT, &init);
}

static void get_state(const struct op *op)
{
	struct kvm_mp_state state = { 0xdeadbeef };

	ioctl(vcpu_of(op), KVM_GET_MP_STATE, op->what % 16 ? (void *)&state : NULL);
}

static void set_state(const struct op *op)
{
	struct kvm_mp_state state = { op->value };

	ioctl(vcpu_of(op), KVM_SET_MP_STATE, op->what % 16 ? (void *)&state : NULL);
}

static void check_extension(const struct op *op)
{
	unsigned long number = op->what % 2 ? KVM_CAP_MP_STATE : op->value;

	ioctl(op->more % 2 ? kvm : vm_of(op)->fd, KVM_CHECK_EXTENSION, number);
}

static void set_reg(int vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	ioctl(vcpu, KVM_SET_ONE_REG, &reg);
}

#define CORE_REG(name) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | \
			KVM_REG_ARM_CORE_REG(name))

static void set_any_reg(const struct op *op)
{
	if (op->what % 2)
		set_reg(vcpu_of(op), CORE_REG(regs.regs[0]) + 2 * (op->more % 34), op->value);
	else
		set_reg(vcpu_of(op), KVM_REG_ARM_PSCI_VERSION,
			op->more % 4 ? (op->more / 4 % 2) << 16 | op->more % 4 : op->value);
}

/* The guest makes a PSCI call; the vCPU may also be off, or be sent to where no code is. */
static void run_vcpu(const struct op *op)
{
	static const uint32_t functions[] = {
		0x84000000, 0x84000001, 0x84000002, 0x84000003, 0x84000004, 0x84000005,
		0x84000006, 0x84000008, 0x84000009, 0x8400000a, 0x8400000e, 0x84000012,
		0x95c1ba5e, 0x95c1ba5f, 0x95c1ba60, 0x95c1ba61,
	};
	/* again and again: the first may come before the ioctl */
	struct itimerval soon = { { 0, 5000 }, { 0, 2000 } }, never = { { 0, 0 }, { 0, 0 } };
	struct vm *vm = vm_of(op);
	struct kvm_run *run = vm->vcpu[op->slot % VCPUS].run;
	int fd = vcpu_of(op);
	uint64_t function = functions[op->what % 16];

	if (fd < 0)
		return;
	/* 64 bits wide, with more above, or anything */
	function |= op->what & 0x10 ? 0x40000000 : 0;
	function |= op->what & 0x20 ? 0xffff000000000000 : 0;
	if ((op->what & 0xc0) == 0xc0)
		function = op->value;
	if (op->more % 8) {
		set_reg(fd, CORE_REG(regs.pc), RAM_BASE);
		set_reg(fd, CORE_REG(regs.regs[0]), function);
		/* which vCPU, or where to go on; what it is given */
		set_reg(fd, CORE_REG(regs.regs[1]), op->more & 0x40 ? RAM_BASE : op->value % 512);
		set_reg(fd, CORE_REG(regs.regs[2]), op->more & 0x80 ? op->value : RAM_BASE);
		set_reg(fd, CORE_REG(regs.regs[3]), op->value);
	}
	run->immediate_exit = (op->more & 0x38) == 0x38;
	setitimer(ITIMER_REAL, &soon, NULL);
	ioctl(fd, KVM_RUN, 0ul);
	setitimer(ITIMER_REAL, &never, NULL);
}

static void look(const struct op *op)
{
	static const char *const files[] = { VIEW "/vms", VIEW "/counts", VIEW "/hooks" };
	char text[4096];
	int fd = open(files[op->what % 3], O_RDONLY);

	while (fd >= 0 && read(fd, text, op->more % 4 ? sizeof(text) : 16) > 0)
		;
	if (fd >= 0)
		close(fd);
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	if (write(fd, text, strlen(text)) < 0)
		die("%s: %s", path, strerror(errno));
	close(fd);
}

static void trace(const struct op *op)
{
	static const char *const events[] = {
		TRACING "/kvm_mp_state_get/enable", TRACING "/kvm_mp_state_set/enable",
		TRACING "/psci_call/enable", TRACING "/vcpu_reset/enable", TRACING "/enable",
	};

	traced = true;
	write_to(events[op->what % 5], op->more % 3 ? "1" : "0");
}

static void close_vcpu(const struct op *op)
{
	struct vm *vm = vm_of(op);
	unsigned int i = op->slot % VCPUS;

	if (vm->vcpu[i].fd < 0)
		return;
	munmap(vm->vcpu[i].run, run_size);
	close(vm->vcpu[i].fd);
	vm->vcpu[i].fd = -1;
}

static void close_vm(struct vm *vm)
{
	unsigned int i;

	if (vm->fd < 0)
		return;
	for (i = 0; i < VCPUS; i++) {
		if (vm->vcpu[i].fd < 0)
			continue;
		munmap(vm->vcpu[i].run, run_size);
		close(vm->vcpu[i].fd);
		vm->vcpu[i].fd = -1;
	}
	close(vm->fd);
	munmap(vm->ram, RAM_SIZE);
	vm->fd = -1;
}

static void end_vm(const struct op *op)
{
	close_vm(&vms[op->slot / 16 % 8 / 7]);
}

static const struct operation table[] = {
	{ "make", make_vcpu, 40 },
	{ "get", get_state, 20 },
	{ "set", set_state, 40 },
	{ "extension", check_extension, 10 },
	{ "register", set_any_reg, 10 },
	{ "run", run_vcpu, 40 },
	{ "look", look, 10 },
	{ "trace", trace, 2 },
	{ "close", close_vcpu, 4 },
	{ "end", end_vm, 4 },
	{ 0 },
};

/* ---- the state of an input ---- */

static void before(void)
{
}

/* Does a new vCPU go on and off? */
static bool states_right(void)
{
	const struct op op = { .what = 1, .more = 3 };	/* off, PSCI 0.2 */
	static const unsigned int states[] = { RUNNABLE, STOPPED };
	struct kvm_mp_state state = { 0xdeadbeef };
	bool good;
	unsigned int i;

	make_vcpu(&op);
	good = !ioctl(vcpu_of(&op), KVM_GET_MP_STATE, &state) && state.mp_state == STOPPED;
	for (i = 0; i < 2 && good; i++) {
		state.mp_state = states[i];
		good = !ioctl(vcpu_of(&op), KVM_SET_MP_STATE, &state) &&
		       !ioctl(vcpu_of(&op), KVM_GET_MP_STATE, &state) &&
		       state.mp_state == states[i];
	}
	if (!good)
		printf("# a new vCPU is in state %u, or does not change it: %s\n", state.mp_state,
		       strerror(errno));
	close_vm(&vms[0]);
	return good;
}

static bool after(void)
{
	unsigned int i;

	for (i = 0; i < VMS; i++)
		close_vm(&vms[i]);
	if (traced)
		write_to(TRACING "/enable", "0");
	traced = false;
	return tried % 16 || states_right();
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_alarm };
	unsigned int i, v;

	sigaction(SIGALRM, &action, NULL);
	kvm = MUST(open("/dev/kvm", O_RDWR | O_CLOEXEC));
	run_size = MUST(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0ul));
	for (i = 0; i < VMS; i++) {
		vms[i].fd = -1;
		for (v = 0; v < VCPUS; v++)
			vms[i].vcpu[v].fd = -1;
	}
	return fuzz(argc, argv, table, before, after);
}
