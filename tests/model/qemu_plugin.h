/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU's plugin interface, version 7 (QEMU 11). No distribution package has
 * qemu-plugin.h; these are the parts that the plugins of the lab use. They are
 * resolved from the running QEMU, GLib's too. Below it what both do with registers.
 */
#ifndef TESTS_MODEL_QEMU_PLUGIN_H
#define TESTS_MODEL_QEMU_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN_API_VERSION	7
#define PLUGIN_EXPORT		__attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;
struct qemu_plugin_scoreboard;

typedef uint64_t plugin_id;

struct plugin_info {
	const char *target_name;
	struct {
		int min, cur;
	} version;
	bool system_emulation;
	struct {
		int smp_vcpus, max_vcpus;
	} system;
};

struct plugin_register {
	struct qemu_plugin_register *handle;
	const char *name;
	const char *feature;
	bool readonly;
};

typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} plugin_u64;

enum { CB_NO_REGS, CB_READ_REGS, CB_WRITE_REGS, CB_WRITE_REGS_AND_PC };
enum { DISCON_INTERRUPT = 1, DISCON_EXCEPTION = 2 };
enum { INLINE_ADD = 0 };

typedef void (*vcpu_cb)(unsigned int vcpu, void *data);
typedef void (*tb_cb)(struct qemu_plugin_tb *tb, void *data);
typedef void (*exit_cb)(void *data);
typedef void (*discon_cb)(unsigned int vcpu, int type, uint64_t from, uint64_t to, void *data);

void qemu_plugin_register_vcpu_init_cb(plugin_id id, vcpu_cb cb, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, tb_cb cb, void *data);
void qemu_plugin_register_vcpu_discon_cb(plugin_id id, int type, discon_cb cb, void *data);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, vcpu_cb cb, int flags,
					  void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, exit_cb cb, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    vcpu_cb cb, int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
	struct qemu_plugin_insn *insn, int op, plugin_u64 entry, uint64_t imm);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score, unsigned int vcpu);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *buf, size_t len);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

/* GLib's GArray and GByteArray have the same public part. */
struct glib_array {
	uint8_t *data;
	unsigned int len;
};

struct glib_array *g_byte_array_new(void);
struct glib_array *g_byte_array_set_size(struct glib_array *a, unsigned int n);
unsigned int g_array_get_element_size(struct glib_array *a);
char *g_array_free(struct glib_array *a, int free_segment);

struct glib_array *qemu_plugin_get_registers(void);
bool qemu_plugin_read_register(struct qemu_plugin_register *r, struct glib_array *buf);
bool qemu_plugin_write_register(struct qemu_plugin_register *r, struct glib_array *buf);
__attribute__((noreturn)) void qemu_plugin_set_pc(uint64_t vaddr);

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;

/* Says why, and ends QEMU.  PLUGIN_NAME is the plugin's own. */
__attribute__((noreturn, format(printf, 1, 2)))
static inline void plugin_die(const char *format, ...)
{
	va_list ap;

	fprintf(stderr, PLUGIN_NAME ": ");
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

#define PLUGIN_MAX_REGISTERS	8

/* A CPU's registers, by their numbers in a list of names */
struct plugin_registers {
	const char *const *names;
	struct qemu_plugin_register *handle[PLUGIN_MAX_REGISTERS];
	struct glib_array *buf;
};

/* Called for a CPU that was just made. */
static inline void find_registers(struct plugin_registers *regs, const char *const *names,
				  unsigned int n)
{
	struct glib_array *list = qemu_plugin_get_registers();
	const struct plugin_register *r = (const void *)list->data;
	unsigned int i, k;

	if (g_array_get_element_size(list) != sizeof(*r))
		plugin_die("this QEMU describes registers in another form than plugin API %d did: the plugin has to be adapted",
			   PLUGIN_API_VERSION);
	for (i = 0; i < n; i++) {
		for (k = 0; k < list->len && strcmp(r[k].name, names[i]); k++)
			;
		if (k == list->len)
			plugin_die("this QEMU has no register %s", names[i]);
		regs->handle[i] = r[k].handle;
	}
	g_array_free(list, 1);
	regs->names = names;
	if (!regs->buf)
		regs->buf = g_byte_array_new();
}

static inline uint64_t get_reg(struct plugin_registers *regs, int r)
{
	struct glib_array *buf = regs->buf;
	uint64_t value = 0;

	/* QEMU appends */
	g_byte_array_set_size(buf, 0);
	if (!qemu_plugin_read_register(regs->handle[r], buf))
		plugin_die("QEMU does not give the value of %s in this callback", regs->names[r]);
	memcpy(&value, buf->data, buf->len < sizeof(value) ? buf->len : sizeof(value));
	return value;
}

static inline void set_reg(struct plugin_registers *regs, int r, uint64_t value)
{
	g_byte_array_set_size(regs->buf, sizeof(value));
	memcpy(regs->buf->data, &value, sizeof(value));
	if (!qemu_plugin_write_register(regs->handle[r], regs->buf))
		plugin_die("QEMU does not let %s be written in this callback", regs->names[r]);
}

#endif /* TESTS_MODEL_QEMU_PLUGIN_H */
