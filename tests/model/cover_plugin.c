// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU TCG plugin: which instructions of a kernel module run, and to which sides its
 * conditional branches go.
 *
 * Arguments: map=FILE, of tests/cover/map, and out=FILE, written when QEMU ends.
 *
 * A program in the guest may ask how much that is so far, by an instruction that does nothing
 * and then has the answer in a register: tests/guest/fuzz.h.
 *
 * Nobody tells where the module is loaded, which may be at many places, one after
 * the other. It is known by its code, of which the kernel changes parts while it loads them:
 * the map says which. A piece of code that is at one place of the module only, and
 * nowhere else, tells where that section of it begins; what is found beside it belongs to it.
 */
#define PLUGIN_NAME "libcover"
#include "qemu_plugin.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>

#define MAX_SECTIONS	8
#define MAX_BASES	4096
#define MAX_CODE	4096
/* So many bytes that are not changed tell one place from all others. */
#define MIN_KNOWN	16

/* The target of a branch that leaves the module's section */
#define OUTSIDE		UINT32_MAX

struct insn {
	unsigned int size;	/* 0: none begins here */
	bool branch;
	uint32_t target;
	bool hit, on, away;
};

static struct section {
	char name[32];
	unsigned int align, size;
	uint8_t *code, *known;
	struct insn *insn;	/* by offset */
	uint64_t base[MAX_BASES];
	unsigned int n_bases;
} sections[MAX_SECTIONS];
static unsigned int n_sections;

/* What ran, by address and code: the same address may have had other code before. */
static struct point {
	struct point *next;
	uint64_t address;
	unsigned int size;
	uint8_t code[16];
	bool hit, on;
	/* where the run went on, if not behind it: a branch has one other place */
	uint64_t to;
} *points[1 << 16];

/*
 * What ran before, of the module. Each CPU has a thread of QEMU, or all share one and take
 * turns; the number that a callback is given is then not that of the CPU that runs.
 */
static __thread struct {
	void *cpu;
	struct point *point;
} last;

/* How many instructions and sides of branches ran: what the guest is told */
static uint64_t n_hit, n_sides;

static const char *out_name;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- the map ------------------------------------------------------------ */

static struct section *new_section(const char *name, unsigned int align, unsigned int size)
{
	struct section *s = &sections[n_sections++];

	if (n_sections > MAX_SECTIONS)
		plugin_die("more than %d sections", MAX_SECTIONS);
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->align = align;
	s->size = size;
	s->code = calloc(1, size);
	s->known = calloc(1, size);
	s->insn = calloc(size, sizeof(*s->insn));
	if (!s->code || !s->known || !s->insn)
		abort();
	return s;
}

/* "section NAME ALIGN SIZE", and for each instruction "OFFSET HEX|.. ... [TARGET|out]" */
static void read_map(const char *name)
{
	char line[256], hex[64], word[32];
	unsigned int a, b, at;
	struct section *s = NULL;
	FILE *f = fopen(name, "r");

	if (!f)
		plugin_die("cannot read %s", name);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "section %31s %u %u", word, &a, &b) == 3) {
			s = new_section(word, a, b);
			continue;
		}
		a = sscanf(line, "%x %63s %31s", &at, hex, word);
		if (a < 2 || !s || at >= s->size || at + strlen(hex) / 2 > s->size)
			plugin_die("%s: not understood: %s", name, line);
		s->insn[at].size = strlen(hex) / 2;
		s->insn[at].branch = a == 3;
		if (a == 3)
			s->insn[at].target = strcmp(word, "out") ? strtoul(word, NULL, 16) : OUTSIDE;
		for (a = 0; hex[2 * a]; a++) {
			if (hex[2 * a] == '.')
				continue;
			sscanf(hex + 2 * a, "%2x", &b);
			s->code[at + a] = b;
			s->known[at + a] = 1;
		}
	}
	fclose(f);
	if (!s)
		plugin_die("%s has no section", name);
}

/* ---- where the module is -------------------------------------------------- */

/* Is this code what is at @at? @sure: how many bytes say so */
static bool is_at(const struct section *s, unsigned int at, const uint8_t *code, unsigned int n,
		  unsigned int *sure)
{
	unsigned int i;

	*sure = 0;
	if (at + n > s->size || !s->insn[at].size)
		return false;
	for (i = 0; i < n; i++) {
		if (!s->known[at + i])
			continue;
		if (s->code[at + i] != code[i])
			return false;
		++*sure;
	}
	return true;
}

static bool has_base(const struct section *s, uint64_t base)
{
	unsigned int i;

	/* The last one is the most likely. */
	for (i = s->n_bases; i-- > 0;)
		if (s->base[i] == base)
			return true;
	return false;
}

/* Might it be the module's? Notes where that begins if there is no doubt. */
static bool may_be_ours(uint64_t address, const uint8_t *code, unsigned int n)
{
	unsigned int i, at, sure, found = 0, found_at = 0, found_sure = 0;
	struct section *found_in = NULL;

	for (i = 0; i < n_sections; i++) {
		struct section *s = &sections[i];

		for (at = address % s->align; at < s->size; at += s->align) {
			if (has_base(s, address - at))
				return true;
			if (!is_at(s, at, code, n, &sure))
				continue;
			found++;
			found_at = at;
			found_sure = sure;
			found_in = s;
		}
	}
	if (found == 1 && found_sure >= MIN_KNOWN && found_in->n_bases < MAX_BASES)
		found_in->base[found_in->n_bases++] = address - found_at;
	return found;
}

/* ---- what runs ------------------------------------------------------------ */

static struct point *point_of(uint64_t address, const uint8_t *code, unsigned int size)
{
	struct point **head = &points[(address >> 1) % (sizeof(points) / sizeof(points[0]))], *p;

	for (p = *head; p; p = p->next)
		if (p->address == address && p->size == size && !memcmp(p->code, code, size))
			return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->address = address;
	p->size = size;
	memcpy(p->code, code, size);
	p->next = *head;
	*head = p;
	return p;
}

/* The CPU that this thread of QEMU runs; NULL if this QEMU does not tell */
static void *running_cpu(void)
{
	static __thread void **current;

	if (!current)
		current = dlsym(RTLD_DEFAULT, "current_cpu");
	return current ? *current : NULL;
}

/* The instruction that this code is, if that is at @base; NULL if it is another's */
static struct insn *insn_at(struct section *s, uint64_t base, const struct point *p)
{
	uint64_t at = p->address - base;
	struct insn *insn;
	unsigned int i;

	if (at >= s->size)
		return NULL;
	insn = &s->insn[at];
	/* Of another module that was at this address? What the kernel changed may be shorter. */
	for (i = 0; i < insn->size && i < p->size; i++)
		if (s->known[at + i] && s->code[at + i] != p->code[i])
			return NULL;
	return insn->size ? insn : NULL;
}

static void add_point(struct section *s, uint64_t base, const struct point *p)
{
	struct insn *insn = insn_at(s, base, p);

	if (!insn)
		return;
	if (insn->branch)
		n_sides -= insn->on + insn->away;
	n_hit += p->hit && !insn->hit;
	insn->hit |= p->hit;
	insn->on |= p->on;
	insn->away |= p->to && (insn->target == OUTSIDE || p->to == base + insn->target);
	if (insn->branch)
		n_sides += insn->on + insn->away;
}

/* Something ran that had not, of this code: in which of the module's instructions? */
static void on_news(const struct point *p)
{
	unsigned int i, k;

	pthread_mutex_lock(&lock);
	for (i = 0; i < n_sections; i++)
		for (k = 0; k < sections[i].n_bases; k++)
			add_point(&sections[i], sections[i].base[k], p);
	pthread_mutex_unlock(&lock);
}

/* From there the run went to @address. */
static void went(struct point *from, uint64_t address)
{
	bool first = !from->to;

	if (address == from->address + from->size) {
		if (from->on)
			return;
		from->on = true;
		on_news(from);
	} else if (from->to != address) {
		from->to = address;
		if (first)
			on_news(from);
	}
}

static void on_insn(unsigned int vcpu, void *data)
{
	struct point *p = data;
	void *cpu = running_cpu();

	(void)vcpu;
	if (!p->hit) {
		p->hit = true;
		on_news(p);
	}
	if (last.point && last.cpu == cpu)
		went(last.point, p->address);
	last.cpu = cpu;
	last.point = p;
}

/*
 * What comes next is not where a branch went, but where the CPU was found is: between two
 * blocks of code, as likely as not, and the second one may run only once.
 */
static void on_interrupt(unsigned int vcpu, int type, uint64_t from, uint64_t to, void *data)
{
	(void)vcpu;
	(void)type;
	(void)to;
	(void)data;
	if (last.point && last.cpu == running_cpu() && from != last.point->address)
		went(last.point, from);
	last.point = NULL;
}

/* ---- the guest's question ----------------------------------------------------- */

/* On x86-64 nopl 0x434f5652(%rax), answered in RAX; on arm64 mov xzr, #0x4356, in X0 */
static const struct question {
	const char *target, *reg;
	unsigned int size;
	uint8_t code[8];
} questions[] = {
	{ "x86_64", "rax", 7, { 0x0f, 0x1f, 0x80, 0x52, 0x56, 0x4f, 0x43 } },
	{ "aarch64", "x0", 4, { 0xdf, 0x6a, 0x88, 0xd2 } },
}, *question;

static struct plugin_registers *registers;	/* of each CPU */

static void on_vcpu_init(unsigned int vcpu, void *data)
{
	(void)data;
	find_registers(&registers[vcpu], &question->reg, 1);
}

static void on_question(unsigned int vcpu, void *data)
{
	(void)data;
	set_reg(&registers[vcpu], 0, n_hit | n_sides << 32);
}

static void find_questions(struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	uint8_t code[16];

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_size(insn) == question->size &&
		    qemu_plugin_insn_data(insn, code, question->size) == question->size &&
		    !memcmp(code, question->code, question->size))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_question, CB_WRITE_REGS,
							       NULL);
	}
}

static void on_translate(struct qemu_plugin_tb *tb, void *data)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i, size, all = 0;
	uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
	uint8_t code[MAX_CODE];

	(void)data;
	if (!(address >> 63)) {
		find_questions(tb);
		return;
	}
	for (i = 0; i < n && all + 16 <= sizeof(code); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		all += qemu_plugin_insn_data(insn, code + all, qemu_plugin_insn_size(insn));
	}
	pthread_mutex_lock(&lock);
	if (may_be_ours(address, code, all)) {
		n = i;
		for (i = 0, all = 0; i < n; i++, all += size) {
			struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

			size = qemu_plugin_insn_size(insn);
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, on_insn, CB_NO_REGS,
				point_of(address + all, code + all, size));
		}
	}
	pthread_mutex_unlock(&lock);
}

/* ---- the end ---------------------------------------------------------------- */

static void write_out(void *data)
{
	unsigned int i, k, at;
	const struct point *p;
	FILE *f;

	(void)data;
	pthread_mutex_lock(&lock);
	for (i = 0; i < n_sections; i++)
		for (k = 0; k < sections[i].n_bases; k++)
			for (at = 0; at < sizeof(points) / sizeof(points[0]); at++)
				for (p = points[at]; p; p = p->next)
					add_point(&sections[i], sections[i].base[k], p);
	f = fopen(out_name, "w");
	if (!f)
		plugin_die("cannot write %s", out_name);
	for (i = 0; i < n_sections; i++)
		for (at = 0; at < sections[i].size; at++) {
			const struct insn *insn = &sections[i].insn[at];

			if (insn->hit)
				fprintf(f, "%s %x%s%s\n", sections[i].name, at,
					insn->branch && insn->on ? " on" : "",
					insn->branch && insn->away ? " away" : "");
		}
	fclose(f);
	pthread_mutex_unlock(&lock);
}

PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info,
				      int argc, char **argv)
{
	const char *map = NULL;
	int i;

	if (!info->system_emulation)
		plugin_die("whole machines only");
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "map=", 4))
			map = argv[i] + 4;
		else if (!strncmp(argv[i], "out=", 4))
			out_name = strdup(argv[i] + 4);
		else
			plugin_die("unknown argument %s", argv[i]);
	}
	if (!map || !out_name)
		plugin_die("map=FILE and out=FILE are needed");
	read_map(map);
	for (i = 0; !question && i < (int)(sizeof(questions) / sizeof(questions[0])); i++)
		if (!strcmp(questions[i].target, info->target_name))
			question = &questions[i];
	registers = calloc(info->system.max_vcpus, sizeof(*registers));
	if (!question || !registers)
		plugin_die("not for machines of %s", info->target_name);
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu_init, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate, NULL);
	qemu_plugin_register_vcpu_discon_cb(id, DISCON_INTERRUPT | DISCON_EXCEPTION, on_interrupt,
					    NULL);
	qemu_plugin_register_atexit_cb(id, write_out, NULL);
	return 0;
}
