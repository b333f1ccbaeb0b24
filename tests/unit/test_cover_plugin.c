// SPDX-License-Identifier: GPL-2.0
/*
 * Does the coverage plugin know a module by its code, wherever it is loaded, and which
 * sides a branch took, and does it tell the guest? QEMU is played by this file.
 */
#define _GNU_SOURCE
#include "../model/cover_plugin.c"
#include "tap.h"

#include <sys/wait.h>
#include <unistd.h>

static const char map_text[] =
	"section .text 16 48\n"
	"0 0102030405060708\n"
	"8 7510 18\n"
	"a 111213141516171819\n"
	"13 e8........\n"
	"18 2122232425262728\n"
	"20 0f84........ out\n"
	"26 31323334353637383940\n";

/* What the loader leaves of it */
static const uint8_t loaded[] = {
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x75, 0x10, 0x11, 0x12,
	0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0xe8, 0xaa, 0xbb, 0xcc, 0xdd,
	0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x0f, 0x84, 0x12, 0x34,
	0x56, 0x78, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x40,
};

static const unsigned int begins[] = { 0, 8, 0xa, 0x13, 0x18, 0x20, 0x26, 0x30 };

#define FIRST	0xffffffffc0100000ULL
#define SECOND	0xffffffffc0200010ULL

/* ---- QEMU ---- */

__attribute__((visibility("default"))) __thread void *current_cpu;

struct qemu_plugin_insn {
	uint64_t address;
	const uint8_t *code;
	size_t size;
	vcpu_cb cb;
	void *data;
};

struct qemu_plugin_tb {
	struct qemu_plugin_insn insn[8];
	size_t n;
};

static tb_cb translated;
static discon_cb interrupted;
static exit_cb ended;
static char out_path[] = "/tmp/test_cover_plugin.XXXXXX";

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, tb_cb cb, void *data)
{
	(void)id;
	(void)data;
	translated = cb;
}

void qemu_plugin_register_vcpu_discon_cb(plugin_id id, int type, discon_cb cb, void *data)
{
	(void)id;
	(void)data;
	if (type & DISCON_INTERRUPT && type & DISCON_EXCEPTION)
		interrupted = cb;
}

void qemu_plugin_register_atexit_cb(plugin_id id, exit_cb cb, void *data)
{
	(void)id;
	(void)data;
	ended = cb;
}

static vcpu_cb made;
static uint64_t rax;

void qemu_plugin_register_vcpu_init_cb(plugin_id id, vcpu_cb cb, void *data)
{
	(void)id;
	(void)data;
	made = cb;
}

static struct plugin_register cpu_registers[] = { { .name = "rip" }, { .name = "rax" } };
static struct glib_array list = { (uint8_t *)cpu_registers, 2 };
static uint8_t bytes[16];
static struct glib_array byte_array = { bytes, 0 };

struct glib_array *qemu_plugin_get_registers(void)
{
	cpu_registers[1].handle = (void *)&rax;
	return &list;
}

unsigned int g_array_get_element_size(struct glib_array *a)
{
	(void)a;
	return sizeof(cpu_registers[0]);
}

char *g_array_free(struct glib_array *a, int free_segment)
{
	(void)a;
	(void)free_segment;
	return NULL;
}

struct glib_array *g_byte_array_new(void)
{
	return &byte_array;
}

struct glib_array *g_byte_array_set_size(struct glib_array *a, unsigned int n)
{
	a->len = n;
	return a;
}

bool qemu_plugin_read_register(struct qemu_plugin_register *r, struct glib_array *buf)
{
	(void)r;
	(void)buf;
	return false;
}

bool qemu_plugin_write_register(struct qemu_plugin_register *r, struct glib_array *buf)
{
	memcpy(r, buf->data, buf->len);
	return true;
}

void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, vcpu_cb cb, int flags,
					    void *data)
{
	(void)flags;
	insn->cb = cb;
	insn->data = data;
}

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb)
{
	return tb->n;
}

struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i)
{
	return (struct qemu_plugin_insn *)&tb->insn[i];
}

size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *buf, size_t len)
{
	memcpy(buf, insn->code, len < insn->size ? len : insn->size);
	return insn->size;
}

size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn)
{
	return insn->size;
}

uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn)
{
	return insn->address;
}

/* A block of @code, which is the module's at @base, as if it were translated anew and run */
static void run_code(const uint8_t *code, uint64_t base, unsigned int from, unsigned int to)
{
	struct qemu_plugin_tb tb = { 0 };
	size_t i;

	for (i = 0; begins[i] < to; i++) {
		if (begins[i] < from)
			continue;
		tb.insn[tb.n].address = base + begins[i];
		tb.insn[tb.n].code = code + begins[i];
		tb.insn[tb.n++].size = begins[i + 1] - begins[i];
	}
	translated(&tb, NULL);
	for (i = 0; i < tb.n; i++)
		if (tb.insn[i].cb)
			tb.insn[i].cb(0, tb.insn[i].data);
}

static void run(uint64_t base, unsigned int from, unsigned int to)
{
	run_code(loaded, base, from, to);
}

/* A program asks: is it told of so many instructions and sides? */
static bool told(uint64_t instructions, uint64_t sides)
{
	static const uint8_t question[] = { 0x0f, 0x1f, 0x80, 0x52, 0x56, 0x4f, 0x43 };
	struct qemu_plugin_tb tb = { .n = 1 };

	tb.insn[0].address = 0x401000;
	tb.insn[0].code = question;
	tb.insn[0].size = sizeof(question);
	translated(&tb, NULL);
	rax = ~0ULL;
	if (tb.insn[0].cb)
		tb.insn[0].cb(0, tb.insn[0].data);
	if (rax == (instructions | sides << 32))
		return true;
	printf("# told %#" PRIx64 "\n", rax);
	return false;
}

/* Is that what the plugin leaves? */
static bool left(const char *expected)
{
	char got[1024];
	size_t n;
	FILE *f;

	ended(NULL);
	f = fopen(out_path, "r");
	n = fread(got, 1, sizeof(got) - 1, f);
	fclose(f);
	got[n] = '\0';
	if (!strcmp(got, expected))
		return true;
	printf("# left:\n# %s\n", got);
	return false;
}

/* The branch at 20 runs, and an interrupt finds the CPU at @at: in a process of its own, since a
 * side that was seen stays seen. */
static bool interrupted_at(uint64_t at, const char *expected)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		run(SECOND, 0x20, 0x26);
		interrupted(0, DISCON_INTERRUPT, at, 0, NULL);
		exit(!left(expected));
	}
	return waitpid(child, &status, 0) == child && !status;
}

int main(void)
{
	struct plugin_info info = { .target_name = "x86_64", .system_emulation = true,
				    .system.max_vcpus = 1 };
	char map_path[] = "/tmp/test_cover_plugin.XXXXXX", map_arg[64], out_arg[64];
	char *args[] = { map_arg, out_arg };
	uint8_t foreign[sizeof(loaded)];
	int cpu[2];

	if (write(mkstemp(map_path), map_text, strlen(map_text)) < 0 || mkstemp(out_path) < 0)
		return 2;
	snprintf(map_arg, sizeof(map_arg), "map=%s", map_path);
	snprintf(out_arg, sizeof(out_arg), "out=%s", out_path);
	qemu_plugin_install(0, &info, 2, args);
	current_cpu = &cpu[0];
	made(0, NULL);

	TEST(interrupted, "it asks for interrupts and exceptions");
	TEST(left(""), "nothing ran");
	TEST(told(0, 0), "and so a program is told that asks");

	run(FIRST, 0, 0xa);
	TEST(left(""), "some bytes of code are not enough to say where the module is");
	interrupted(0, DISCON_INTERRUPT, FIRST + 8, 0, NULL);
	run(FIRST, 0x26, 0x30);
	TEST(left(""), "nor are ten");
	run(FIRST, 0x0, 0x18);
	TEST(left(".text 0\n.text 8 on\n.text a\n.text 13\n.text 26\n"),
	     "many are, and what ran before counts, too");

	memcpy(foreign, loaded, sizeof(foreign));
	foreign[0x1f] ^= 1;
	run_code(foreign, FIRST, 0x18, 0x20);
	TEST(left(".text 0\n.text 8 on\n.text a\n.text 13\n.text 26\n"),
	     "other code where the module was is not the module's");

	/* at the other address the branch goes away */
	run(SECOND, 0, 0x18);
	run(SECOND, 0, 0xa);
	TEST(left(".text 0\n.text 8 on\n.text a\n.text 13\n.text 26\n"),
	     "loaded again elsewhere it is the same module");
	TEST(told(5, 1), "of which nothing is new");
	run(SECOND, 0x18, 0x20);
	TEST(told(6, 2), "a program is told at once of an instruction, and of the other side");
	run(SECOND, 0x18, 0x20);
	TEST(told(6, 2), "but once");
	TEST(left(".text 0\n.text 8 on away\n.text a\n.text 13\n.text 18\n.text 26\n"),
	     "and one side there makes both");

	run(SECOND, 0x20, 0x26);
	interrupted(0, DISCON_INTERRUPT, SECOND + 0x20, 0, NULL);
	run(SECOND, 0x26, 0x30);
	TEST(left(".text 0\n.text 8 on away\n.text a\n.text 13\n.text 18\n.text 20\n.text 26\n"),
	     "what runs behind an interrupt is no side of a branch");
	TEST(interrupted_at(SECOND + 0x26, ".text 0\n.text 8 on away\n.text a\n.text 13\n.text 18\n.text 20 on\n.text 26\n"),
	     "but where the CPU was then is");
	TEST(interrupted_at(SECOND + 0x1000, ".text 0\n.text 8 on away\n.text a\n.text 13\n.text 18\n.text 20 away\n.text 26\n"),
	     "also outside of the module");
	TEST(interrupted_at(SECOND + 0x20, ".text 0\n.text 8 on away\n.text a\n.text 13\n.text 18\n.text 20\n.text 26\n"),
	     "and not if it was at the branch still");

	run(SECOND, 0x20, 0x26);
	current_cpu = &cpu[1];
	run(SECOND, 0x26, 0x30);
	TEST(left(".text 0\n.text 8 on away\n.text a\n.text 13\n.text 18\n.text 20\n.text 26\n"),
	     "nor is what another CPU runs");

	run(SECOND, 0x20, 0x26);
	run(SECOND, 0, 8);
	TEST(left(".text 0\n.text 8 on away\n.text a\n.text 13\n.text 18\n.text 20 away\n.text 26\n"),
	     "out of the module, and in again: that branch was taken");

	foreign[0x24] ^= 1;	/* the branch's target */
	run_code(foreign, SECOND, 0x20, 0x30);
	TEST(left(".text 0\n.text 8 on away\n.text a\n.text 13\n.text 18\n.text 20 on away\n.text 26\n"),
	     "what the loader writes may be anything");
	unlink(map_path);
	unlink(out_path);
	return TEST_END();
}
