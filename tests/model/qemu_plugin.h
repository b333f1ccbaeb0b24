/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU's plugin interface, version 7 (QEMU 11). No distribution package has
 * qemu-plugin.h; these are the parts that the plugins of the lab use. They are
 * resolved from the running QEMU, GLib's too.
 */
#ifndef TESTS_MODEL_QEMU_PLUGIN_H
#define TESTS_MODEL_QEMU_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
enum { DISCON_EXCEPTION = 2 };
enum { INLINE_ADD = 0 };

typedef void (*vcpu_cb)(unsigned int vcpu, void *data);
typedef void (*tb_cb)(struct qemu_plugin_tb *tb, void *data);
typedef void (*exit_cb)(void *data);
typedef void (*discon_cb)(unsigned int vcpu, int type, uint64_t from,
			  uint64_t to, void *data);

void qemu_plugin_register_vcpu_init_cb(plugin_id id, vcpu_cb cb, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, tb_cb cb, void *data);
void qemu_plugin_register_vcpu_discon_cb(plugin_id id, int type, discon_cb cb,
					 void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, exit_cb cb, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    vcpu_cb cb, int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
	struct qemu_plugin_insn *insn, int op, plugin_u64 entry, uint64_t imm);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score,
				  unsigned int vcpu);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t i);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *buf,
			     size_t len);
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
bool qemu_plugin_read_register(struct qemu_plugin_register *r,
			       struct glib_array *buf);
bool qemu_plugin_write_register(struct qemu_plugin_register *r,
				struct glib_array *buf);
__attribute__((noreturn)) void qemu_plugin_set_pc(uint64_t vaddr);

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;

#endif /* TESTS_MODEL_QEMU_PLUGIN_H */
