// SPDX-License-Identifier: GPL-2.0
/*
 * What the RAPL plugin says to a QEMU in which it does not find what it knows: one sentence,
 * and the end, not a machine that is wrong or a signal. QEMU is played by this file.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

static void *find_symbol(void *handle, const char *name);
#define dlsym find_symbol
#include "../model/rapl_plugin.c"
#undef dlsym
#include "tap.h"

#include <sys/mman.h>
#include <sys/wait.h>

/* ---- QEMU ---- */

static void *running;
static const int icount;
static const char *missing;
static size_t element_size = sizeof(struct plugin_register);
static vcpu_cb cpu_made;
static unsigned int callbacks;

static int64_t the_clock(int type)
{
	return type == QEMU_CLOCK_VIRTUAL ? 1 : -1;
}

static void update(void *cpu)
{
	(void)cpu;
}

static void *cpu_of(int index)
{
	(void)index;
	return running;
}

static void *find_symbol(void *handle, const char *name)
{
	const struct {
		const char *name;
		void *symbol;
	} table[] = {
		{ "current_cpu", &running }, { "use_icount", (void *)&icount },
		{ "qemu_clock_get_ns", (void *)the_clock }, { "icount_update", (void *)update },
		{ "qemu_get_cpu", (void *)cpu_of },
	};
	size_t i;

	(void)handle;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].name, name) && (!missing || strcmp(missing, name)))
			return table[i].symbol;
	return NULL;
}

static const uint64_t values[N_REGISTERS] = { 0xa, 0xb, 0xc, 0xd, 0xffffffff81000010, 0x10, 0x246 };

/* A handle is the register's number and one. */
struct glib_array *qemu_plugin_get_registers(void)
{
	static struct plugin_register list[N_REGISTERS];
	static struct glib_array array;
	unsigned int i;

	array.data = (void *)list;
	array.len = 0;
	for (i = 0; i < N_REGISTERS; i++) {
		if (missing && !strcmp(missing, register_names[i]))
			continue;
		list[array.len].name = register_names[i];
		list[array.len++].handle = (void *)(uintptr_t)(i + 1);
	}
	return &array;
}

bool qemu_plugin_read_register(struct qemu_plugin_register *r, struct glib_array *buf)
{
	buf->len = sizeof(*values);
	memcpy(buf->data, &values[(uintptr_t)r - 1], buf->len);
	return true;
}

struct glib_array *g_byte_array_new(void)
{
	struct glib_array *array = calloc(1, sizeof(*array));

	array->data = calloc(1, 16);
	return array;
}

struct glib_array *g_byte_array_set_size(struct glib_array *a, unsigned int n)
{
	a->len = n;
	return a;
}

unsigned int g_array_get_element_size(struct glib_array *a)
{
	(void)a;
	return element_size;
}

char *g_array_free(struct glib_array *a, int free_segment)
{
	(void)a;
	(void)free_segment;
	return NULL;
}

void qemu_plugin_register_vcpu_init_cb(plugin_id id, vcpu_cb cb, void *data)
{
	(void)id;
	(void)data;
	cpu_made = cb;
	callbacks++;
}

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, tb_cb cb, void *data)
{
	(void)id;
	(void)cb;
	(void)data;
	callbacks++;
}

void qemu_plugin_register_vcpu_discon_cb(plugin_id id, int type, discon_cb cb, void *data)
{
	(void)id;
	(void)type;
	(void)cb;
	(void)data;
	callbacks++;
}

void qemu_plugin_register_atexit_cb(plugin_id id, exit_cb cb, void *data)
{
	(void)id;
	(void)cb;
	(void)data;
	callbacks++;
}

/* What only code that runs would ask for */
bool qemu_plugin_write_register(struct qemu_plugin_register *r, struct glib_array *buf)
{
	(void)r;
	(void)buf;
	abort();
}

void qemu_plugin_set_pc(uint64_t vaddr)
{
	(void)vaddr;
	abort();
}

void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, vcpu_cb cb, int flags,
					    void *data)
{
	(void)insn;
	(void)cb;
	(void)flags;
	(void)data;
	abort();
}

void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, vcpu_cb cb, int flags,
					  void *data)
{
	(void)tb;
	(void)cb;
	(void)flags;
	(void)data;
	abort();
}

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb)
{
	(void)tb;
	abort();
}

struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i)
{
	(void)tb;
	(void)i;
	abort();
}

size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *buf, size_t len)
{
	(void)insn;
	(void)buf;
	(void)len;
	abort();
}

size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn)
{
	(void)insn;
	abort();
}

uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn)
{
	(void)insn;
	abort();
}

/* ---- the tests ---- */

static void start(void)
{
	const struct plugin_info info = {
		.target_name = "x86_64", .system_emulation = true, .system = { 1, 1 },
	};

	qemu_plugin_install(0, &info, 0, NULL);
	cpu_made(0, NULL);
}

static void start_and_answer(void)
{
	start();
	forget_flags(&vcpus[0]);
}

/* Does it end with status 1 and one line that has @text? */
static bool says(void (*what)(void), const char *text)
{
	char got[1024];
	int out[2], status;
	ssize_t n, all = 0;
	pid_t pid;

	fflush(stdout);
	if (pipe(out))
		return false;
	pid = fork();
	if (!pid) {
		dup2(out[1], 2);
		what();
		_exit(0);
	}
	close(out[1]);
	while ((n = read(out[0], got + all, sizeof(got) - 1 - all)) > 0)
		all += n;
	close(out[0]);
	got[all] = '\0';
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1 && strstr(got, text) &&
	    !strncmp(got, "librapl: ", 9) && strchr(got, '\n') == got + all - 1)
		return true;
	printf("# status %#x: %s\n", status, got);
	return false;
}

int main(void)
{
	static const char *const symbols[] = {
		"qemu_clock_get_ns", "use_icount", "icount_update", "qemu_get_cpu", "current_cpu",
	};
	/* A CPU at the very end of QEMU's memory, and behind it nothing */
	char *pages = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t *cpu = (uint64_t *)pages, *flags;
	unsigned int i, k;
	char text[64];

	if (pages == MAP_FAILED || munmap(pages + 4096, (1 << 20) - 4096))
		return 2;
	running = cpu;
	for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		missing = symbols[i];
		snprintf(text, sizeof(text), "this QEMU does not export %s, so ", missing);
		TEST(says(start, text), "no %s", missing);
	}
	missing = "eflags";
	TEST(says(start, "this QEMU has no register eflags"), "no register eflags");
	missing = NULL;
	element_size--;
	TEST(says(start, "describes registers in another form"), "registers in another form");
	element_size++;
	TEST(says(start_and_answer, "keeps the flags elsewhere (4096 bytes were searched)"),
	     "no flags where they were, to the end of QEMU's memory");

	for (k = 16; k <= 32; k += 16) {
		memset(pages, 0xff, 4096);
		for (i = 0; i < 4; i++)
			cpu[50 + i] = values[(unsigned int[]){ RAX, RCX, RDX, RBX }[i]];
		cpu[50 + k] = values[RIP];
		TEST(says(start_and_answer, "keeps the flags elsewhere"), "%u registers, but no flags", k);
		cpu[50 + k + 1] = values[EFLAGS];
		callbacks = 0;
		start();
		TEST(callbacks == 4, "%u registers: it starts", k);
		forget_flags(&vcpus[0]);
		flags = &cpu[50 + k + 2];
		TEST(!flags[0] && !flags[1] && !flags[2] && flags[-1] == values[EFLAGS] && flags[3] == ~0ULL,
		     "and what the flags are computed of is 0, no more and no less");
	}
	return TEST_END();
}
