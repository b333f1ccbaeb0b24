// SPDX-License-Identifier: GPL-2.0-only
/*
 * mpstate_fentry FILE FUNCTION...: a BPF program on the entry of each function
 * (fentry, as bpftrace's) that counts its calls. Says "attached", and when FILE
 * appears prints "FUNCTION CALLS" each and goes.
 */
#define _GNU_SOURCE
#include "bpf.h"

#include <fcntl.h>
#include <linux/btf.h>

#define MAX_FUNCTIONS 8

static char *read_btf(void)
{
	const size_t room = 64 << 20;
	char *btf = malloc(room);
	int fd = MUST(open("/sys/kernel/btf/vmlinux", O_RDONLY));
	size_t have = 0;
	ssize_t n;

	if (!btf)
		die("no memory for %zu bytes", room);
	while ((n = read(fd, btf + have, room - have)) > 0)
		have += n;
	close(fd);
	return btf;
}

/* What follows struct btf_type, in bytes. */
static size_t tail_of(const struct btf_type *t)
{
	size_t n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	case BTF_KIND_ENUM64:
		return n * 12;
	}
	return 0;
}

static unsigned int id_of(const char *btf, const char *name)
{
	const struct btf_header *h = (const void *)btf;
	const char *p = btf + h->hdr_len + h->type_off;
	const char *end = p + h->type_len;
	const char *names = btf + h->hdr_len + h->str_off;
	unsigned int id;

	for (id = 1; p < end; id++) {
		const struct btf_type *t = (const void *)p;

		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC && !strcmp(names + t->name_off, name))
			return id;
		p += sizeof(*t) + tail_of(t);
	}
	die("this kernel's BTF has no function %s", name);
}

/* Adds one to the only value of @map. */
static int load_counter(unsigned int function, int map)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ST | BPF_W | BPF_MEM, .dst_reg = 10, .off = -4 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -4 },
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{ 0 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 0, .off = 2 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = 1 },
		{ .code = BPF_STX | BPF_DW | BPF_ATOMIC, .dst_reg = 0, .src_reg = 1,
		  .imm = BPF_ADD },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return BPF(BPF_PROG_LOAD, .prog_type = BPF_PROG_TYPE_TRACING,
		   .expected_attach_type = BPF_TRACE_FENTRY, .attach_btf_id = function,
		   .insns = (uintptr_t)code, .insn_cnt = sizeof(code) / sizeof(code[0]),
		   .license = (uintptr_t)"GPL");
}

int main(int argc, char **argv)
{
	int map[MAX_FUNCTIONS], program, i, n = argc - 2;
	char *btf;

	if (n < 1 || n > MAX_FUNCTIONS) {
		puts("usage: mpstate_fentry FILE FUNCTION...");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	btf = read_btf();
	for (i = 0; i < n; i++) {
		map[i] = bpf_map(BPF_MAP_TYPE_ARRAY, 8);
		program = load_counter(id_of(btf, argv[2 + i]), map[i]);
		BPF(BPF_RAW_TRACEPOINT_OPEN, .raw_tracepoint.prog_fd = program);
	}
	puts("attached");
	while (access(argv[1], F_OK))
		usleep(10000);
	for (i = 0; i < n; i++) {
		uint64_t calls = 0;

		bpf_element(BPF_MAP_LOOKUP_ELEM, map[i], &calls);
		printf("%s %" PRIu64 "\n", argv[2 + i], calls);
	}
	return 0;
}
