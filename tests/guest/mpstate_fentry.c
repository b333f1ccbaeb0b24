// SPDX-License-Identifier: GPL-2.0-only
/*
 * mpstate_fentry FILE FUNCTION...: a BPF program on the entry of each function
 * (fentry, as bpftrace's) that counts its calls. Says "attached", and when FILE
 * appears prints "FUNCTION CALLS" each and goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_FUNCTIONS 8

static void __attribute__((noreturn)) die(const char *what)
{
	printf("mpstate_fentry: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int bpf(int cmd, union bpf_attr *attr, const char *what)
{
	int fd = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	if (fd < 0)
		die(what);
	return fd;
}

static char *read_btf(void)
{
	const size_t room = 64 << 20;
	char *btf = malloc(room);
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY);
	size_t have = 0;
	ssize_t n;

	if (fd < 0 || !btf)
		die("/sys/kernel/btf/vmlinux");
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

		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC &&
		    !strcmp(names + t->name_off, name))
			return id;
		p += sizeof(*t) + tail_of(t);
	}
	errno = ENOENT;
	die(name);
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
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.expected_attach_type = BPF_TRACE_FENTRY,
		.attach_btf_id = function,
		.insns = (uintptr_t)code,
		.insn_cnt = sizeof(code) / sizeof(code[0]),
		.license = (uintptr_t)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr, "BPF_PROG_LOAD");
}

int main(int argc, char **argv)
{
	int map[MAX_FUNCTIONS], i, n = argc - 2;
	char *btf;

	if (n < 1 || n > MAX_FUNCTIONS) {
		puts("usage: mpstate_fentry FILE FUNCTION...");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	btf = read_btf();
	for (i = 0; i < n; i++) {
		union bpf_attr room = {
			.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
			.value_size = 8, .max_entries = 1,
		};
		union bpf_attr attach = { };

		map[i] = bpf(BPF_MAP_CREATE, &room, "BPF_MAP_CREATE");
		attach.raw_tracepoint.prog_fd = load_counter(id_of(btf, argv[2 + i]), map[i]);
		bpf(BPF_RAW_TRACEPOINT_OPEN, &attach, argv[2 + i]);
	}
	puts("attached");
	while (access(argv[1], F_OK))
		usleep(10000);
	for (i = 0; i < n; i++) {
		uint32_t key = 0;
		uint64_t calls = 0;
		union bpf_attr ask = {
			.map_fd = map[i], .key = (uintptr_t)&key, .value = (uintptr_t)&calls,
		};

		bpf(BPF_MAP_LOOKUP_ELEM, &ask, "BPF_MAP_LOOKUP_ELEM");
		printf("%s %llu\n", argv[2 + i], (unsigned long long)calls);
	}
	return 0;
}
