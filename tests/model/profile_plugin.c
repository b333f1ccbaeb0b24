// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU TCG plugin: counts executed instructions by address, on request of the
 * guest, which knows the symbols and turns addresses into functions.
 *
 * Each instruction that is translated gets a counter of its own, advanced by
 * code that TCG generates in line.
 *
 * Guest interface: an instruction that does nothing ("nopl 0x50524f46(%rax)" on
 * x86, "movz xzr, #0x5052, lsl #48" on arm64) finds its command in C and leaves
 * its answer in A and B, 64 bits wide (RCX, RAX, RBX; x2, x0, x1):
 *   C 0       A "PROF"
 *   C 1       start
 *   C 2       stop; A number of addresses, B instructions in all
 *   C 3, B i  A address, B count of entry i
 * It needs no privilege and, unlike cpuid, no answer of QEMU's to be kept out.
 */
#define PLUGIN_NAME "libprofile"
#include "qemu_plugin.h"

#include <inttypes.h>
#include <pthread.h>

#define SIGNATURE	0x464f5250

/* Counters; a power of two.  A boot and a benchmark take some 400 000. */
#define MAX_COUNTERS	(1U << 21)

enum { REG_A, REG_B, REG_C, N_REGISTERS };

static const struct target {
	const char *name;
	const char *registers[N_REGISTERS];
	size_t magic_size;
	uint8_t magic[8];
} targets[] = {
	{ "x86_64", { "rax", "rbx", "rcx" }, 7,
	  { 0x0f, 0x1f, 0x80, 0x46, 0x4f, 0x52, 0x50 } },
	{ "aarch64", { "x0", "x1", "x2" }, 4, { 0x5f, 0x0a, 0xea, 0xd2 } },
};

static const struct target *target;
static struct plugin_registers regs;
static struct qemu_plugin_scoreboard *score;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Open addressing; the slot of an address is the index of its counter. */
static uint64_t address_of[MAX_COUNTERS];
static uint64_t before[MAX_COUNTERS];
static unsigned int n_used;

static struct entry {
	uint64_t address, count;
} *entries;
static size_t n_entries;

static size_t counter_of(uint64_t address)
{
	size_t i = (address * 0x9e3779b97f4a7c15ULL) >> 43;

	while (address_of[i] && address_of[i] != address)
		i = (i + 1) % MAX_COUNTERS;
	if (!address_of[i]) {
		if (++n_used > MAX_COUNTERS / 4 * 3)
			plugin_die("more than %u instructions: enlarge MAX_COUNTERS",
				   MAX_COUNTERS / 4 * 3);
		address_of[i] = address;
	}
	return i;
}

static uint64_t stop(void)
{
	const uint64_t *now = qemu_plugin_scoreboard_find(score, 0);
	uint64_t total = 0;
	size_t i;

	if (!entries)
		entries = malloc(MAX_COUNTERS * sizeof(*entries));
	if (!entries)
		abort();
	n_entries = 0;
	for (i = 0; i < MAX_COUNTERS; i++) {
		if (now[i] == before[i])
			continue;
		entries[n_entries].address = address_of[i];
		entries[n_entries++].count = now[i] - before[i];
		total += now[i] - before[i];
	}
	return total;
}

static void on_magic(unsigned int vcpu, void *data)
{
	uint64_t command, i, a = 0, b = 0;

	(void)vcpu;
	(void)data;
	command = get_reg(&regs, REG_C);
	i = get_reg(&regs, REG_B);
	pthread_mutex_lock(&lock);
	switch (command) {
	case 0:
		a = SIGNATURE;
		break;
	case 1:
		memcpy(before, qemu_plugin_scoreboard_find(score, 0), sizeof(before));
		break;
	case 2:
		b = stop();
		a = n_entries;
		break;
	case 3:
		if (i < n_entries) {
			a = entries[i].address;
			b = entries[i].count;
		}
		break;
	}
	pthread_mutex_unlock(&lock);
	set_reg(&regs, REG_A, a);
	set_reg(&regs, REG_B, b);
}

static void on_translate(struct qemu_plugin_tb *tb, void *data)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;

	(void)data;
	pthread_mutex_lock(&lock);
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		size_t size = target->magic_size;
		uint8_t bytes[8];
		plugin_u64 entry = { score, 0 };

		if (qemu_plugin_insn_size(insn) == size &&
		    qemu_plugin_insn_data(insn, bytes, size) == size &&
		    !memcmp(bytes, target->magic, size))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_magic, CB_WRITE_REGS, NULL);
		/* Programs are of no interest here: one counter for all. */
		entry.offset = counter_of(address >> 63 ? address : 1) * 8;
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, INLINE_ADD, entry, 1);
	}
	pthread_mutex_unlock(&lock);
}

static void on_vcpu_init(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	find_registers(&regs, target->registers, N_REGISTERS);
}

PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info,
				      int argc, char **argv)
{
	size_t i;

	(void)argc;
	(void)argv;
	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (!strcmp(info->target_name, targets[i].name))
			target = &targets[i];
	if (!target || !info->system_emulation || info->system.max_vcpus != 1)
		plugin_die("x86_64 or aarch64 machines with one CPU only");
	score = qemu_plugin_scoreboard_new(MAX_COUNTERS * sizeof(uint64_t));
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu_init, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate, NULL);
	return 0;
}
