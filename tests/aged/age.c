// SPDX-License-Identifier: GPL-2.0-only
/*
 * age - take MP_STATE out of a stock arm64 Image
 *
 *	age IMAGE OUT STEXT GET GET_END SET SET_END CHECK CHECK_END
 *
 * The numbers are addresses (hex) from that kernel's kallsyms. The Image begins
 * on a 2 MiB boundary shortly before _stext (_text itself is listed only by newer
 * kernels). Afterwards the kernel is as every arm64 kernel before 4.1:
 * GET and SET return -EINVAL and KVM_CHECK_EXTENSION answers 0 for
 * KVM_CAP_MP_STATE and as before for all others. The two NOPs at each function's
 * entry, which ftrace patches, stay, so the functions can be hooked.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOP		0xd503201fu
#define BTI_C		0xd503245fu
#define PACIASP		0xd503233fu
#define MOV_W0_EINVAL	0x128002a0u	/* mov w0, #-22 */
#define MOV_W0_0	0x52800000u
#define CMP_X1_14	0xf100383fu
#define RET		0xd65f03c0u

static unsigned char *image;
static size_t image_size;
static uint64_t text;

static void die(const char *what, const char *name)
{
	fprintf(stderr, "age: %s: %s\n", name, what);
	exit(1);
}

static uint32_t read_insn(uint64_t addr)
{
	const unsigned char *p = image + (addr - text);

	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void write_insn(uint64_t addr, uint32_t insn)
{
	unsigned char *p = image + (addr - text);

	p[0] = insn;
	p[1] = insn >> 8;
	p[2] = insn >> 16;
	p[3] = insn >> 24;
}

static uint32_t branch(uint64_t from, uint64_t to)
{
	return 0x14000000u | (((to - from) >> 2) & 0x03ffffffu);
}

/* b.eq */
static uint32_t branch_equal(uint64_t from, uint64_t to)
{
	return 0x54000000u | ((((to - from) >> 2) & 0x7ffffu) << 5);
}

/* Means the same at another address: no branch, no PC-relative load or ADR. */
static int is_movable(uint32_t insn)
{
	if ((insn & 0x1f000000u) == 0x10000000u)	/* adr, adrp */
		return 0;
	if ((insn & 0x3b000000u) == 0x18000000u)	/* ldr literal */
		return 0;
	if ((insn & 0x1c000000u) == 0x14000000u)	/* branches, system */
		return insn == PACIASP;
	return 1;
}

/*
 * A NOP or a branch that early belongs to a test of a CPU capability, which boot
 * patches (7.3: is this protected KVM?): it would overwrite ours.
 */
static uint64_t skip_patched(uint64_t addr, uint64_t end)
{
	while (addr < end && (read_insn(addr) == NOP ||
			      (read_insn(addr) & 0xfc000000u) == 0x14000000u))
		addr += 4;
	return addr;
}

/* First instruction behind what ftrace patches. */
static uint64_t behind_site(uint64_t addr, uint64_t end, const char *name)
{
	if (addr < text || end - text > image_size || end <= addr)
		die("its address is outside the image", name);
	if (read_insn(addr) == BTI_C)
		addr += 4;
	if (read_insn(addr) != NOP || read_insn(addr + 4) != NOP)
		die("no two NOPs at the entry: not traceable, or not this kernel's address", name);
	return addr + 8;
}

static void need_room(uint64_t from, uint64_t end, unsigned int insns, const char *name)
{
	if (end < from || (end - from) / 4 < insns)
		die("too short to be changed", name);
}

int main(int argc, char **argv)
{
	uint64_t get, get_end, set, set_end, check, check_end, room;
	long size;
	FILE *f;

	if (argc != 10) {
		fputs("usage: age IMAGE OUT STEXT GET GET_END SET SET_END CHECK CHECK_END (see tests/aged/make-aged)\n", stderr);
		return 2;
	}
	f = fopen(argv[1], "rb");
	if (!f)
		die(strerror(errno), argv[1]);
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	image_size = size;
	image = malloc(image_size);
	if (!image || fread(image, 1, image_size, f) != image_size)
		die("cannot be read", argv[1]);
	fclose(f);
	if (image_size < 64 || memcmp(image + 56, "ARM\x64", 4))
		die("is no uncompressed arm64 Image", argv[1]);

	text = strtoull(argv[3], NULL, 16) & ~0x1fffffull;
	get_end = strtoull(argv[5], NULL, 16);
	set_end = strtoull(argv[7], NULL, 16);
	check_end = strtoull(argv[9], NULL, 16);
	get = behind_site(strtoull(argv[4], NULL, 16), get_end, "get_mpstate");
	set = behind_site(strtoull(argv[6], NULL, 16), set_end, "set_mpstate");
	check = behind_site(strtoull(argv[8], NULL, 16), check_end, "check_extension");

	need_room(get, get_end, 2, "get_mpstate");
	write_insn(get, MOV_W0_EINVAL);
	write_insn(get + 4, RET);

	/* SET's body is dead behind its new return: that is where we have room */
	need_room(set, set_end, 8, "set_mpstate");
	write_insn(set, MOV_W0_EINVAL);
	write_insn(set + 4, RET);

	check = skip_patched(check, check_end);
	need_room(check, check_end, 2, "check_extension");
	if (!is_movable(read_insn(check)))
		die("its first instruction cannot be moved", "check_extension");
	room = set + 8;
	write_insn(room, CMP_X1_14);
	write_insn(room + 4, branch_equal(room + 4, room + 16));
	write_insn(room + 8, read_insn(check));
	write_insn(room + 12, branch(room + 12, check + 4));
	write_insn(room + 16, MOV_W0_0);
	write_insn(room + 20, RET);
	write_insn(check, branch(check, room));

	f = fopen(argv[2], "wb");
	if (!f || fwrite(image, 1, image_size, f) != image_size || fclose(f))
		die("cannot be written", argv[2]);
	return 0;
}
