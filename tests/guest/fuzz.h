/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzzer that is led by what its inputs reach: one that has code of the module run that
 * nothing before it did, or the other side of a branch, is kept, and others are made of it.
 * The machine knows what ran (tests/model/cover_plugin.c), so the kernel is a stock one.
 *
 * An input is a few operations, one after the other on a state made for it alone; the
 * program has the table of them and calls fuzz(). In the end the inputs that were kept
 * stand in its output, a line "# keep: HEX" each. A file of such lines, without the words, is
 * a corpus to begin with. They are written at once, so that they are there if the kernel dies.
 */
#ifndef TESTS_GUEST_FUZZ_H
#define TESTS_GUEST_FUZZ_H

#include "perf.h"
#include "random.h"

#include <fcntl.h>

#define MAX_OPS		10
#define MAX_KEPT	4096

/* What each of them means is the operation's own affair. */
struct op {
	uint8_t code;	/* which one, by its number in the table */
	uint8_t slot, what, more;
	uint64_t value;
} __attribute__((packed));

struct input {
	double seconds;	/* that it took */
	unsigned int n;
	struct op op[MAX_OPS];
};

struct operation {
	const char *name;
	void (*run)(const struct op *op);
	unsigned int weight;	/* how often, in what is made from nothing; slow ones seldom */
};

static struct input kept[MAX_KEPT];
static unsigned int n_kept;

static const struct operation *operations;
static unsigned int n_operations, all_weights;

/* ---- what ran ---- */

struct reached {
	uint32_t instructions, sides;
};

/* An instruction that does nothing, but the plugin puts the answer into a register. */
static struct reached what_ran(void)
{
	register uint64_t answer
#ifdef __x86_64__
		__asm__("rax") = ~0ULL;
	__asm__ volatile("nopl 0x434f5652(%%rax)" : "+r"(answer) : : "memory");
#else
		__asm__("x0") = ~0ULL;
	__asm__ volatile(".inst 0xd2886adf" : "+r"(answer) : : "memory");
#endif
	if (answer == ~0ULL)
		die("this machine does not tell what ran: start QEMU with -plugin libcover.so");
	return (struct reached){ answer, answer >> 32 };
}

static bool is_more(struct reached now, struct reached before)
{
	return now.instructions != before.instructions || now.sides != before.sides;
}

/* ---- inputs ---- */

static uint8_t random_code(void)
{
	unsigned int at = rnd() % all_weights, code = 0;

	while (at >= operations[code].weight)
		at -= operations[code++].weight;
	return code;
}

static uint64_t random_word(void)
{
	return rnd() % 3 ? rnd_value() : rnd() % 256;
}

static struct op random_op(void)
{
	return (struct op){
		.code = random_code(), .slot = rnd(), .what = rnd(), .more = rnd(),
		.value = random_word(),
	};
}

static void make_input(struct input *in)
{
	unsigned int i;

	in->n = 1 + rnd() % MAX_OPS;
	for (i = 0; i < in->n; i++)
		in->op[i] = random_op();
}

static void insert_op(struct input *in, unsigned int at, struct op op)
{
	if (in->n == MAX_OPS)
		in->n--;
	memmove(&in->op[at + 1], &in->op[at], (in->n - at) * sizeof(op));
	in->op[at] = op;
	in->n++;
}

static void change_op(struct op *op)
{
	switch (rnd() % 10) {
	case 0: op->code = random_code(); break;
	case 1: op->slot = rnd(); break;
	case 2: op->what = rnd(); break;
	case 3: op->more = rnd(); break;
	case 4: op->value = rnd() % 256; break;
	case 5: op->value = rnd_value(); break;
	case 6: op->value += rnd() % 9 - 4; break;
	case 7: op->value ^= 1ULL << rnd() % 64; break;
	case 8: ((uint8_t *)&op->value)[rnd() % 8] = rnd(); break;
	case 9: *op = random_op(); break;
	}
}

static void mutate(struct input *in)
{
	const struct input *other = &kept[rnd() % n_kept];
	unsigned int at = rnd() % in->n;

	switch (rnd() % 8) {
	case 0:
		insert_op(in, rnd() % (in->n < MAX_OPS ? in->n + 1 : MAX_OPS), random_op());
		break;
	case 1:	/* with something of another one */
		insert_op(in, rnd() % (in->n < MAX_OPS ? in->n + 1 : MAX_OPS),
			  other->op[rnd() % other->n]);
		break;
	case 2:
		if (in->n > 1) {
			memmove(&in->op[at], &in->op[at + 1],
				(in->n - at - 1) * sizeof(in->op[0]));
			in->n--;
		}
		break;
	case 3:	/* the beginning of one, the end of the other */
		while (in->n > at && in->n > 1)
			in->n--;
		for (at = rnd() % other->n; at < other->n && in->n < MAX_OPS; at++)
			in->op[in->n++] = other->op[at];
		break;
	default:
		change_op(&in->op[at]);
	}
}

/* One that was kept, and the newest rather than others */
static const struct input *pick_kept(void)
{
	unsigned int n = rnd() % 2 ? n_kept : 1 + rnd() % n_kept;

	return &kept[n - 1 - rnd() % (n < 8 ? n : 8)];
}

/* Of what was kept, or of nothing as often. What is quick is tried more often. */
static void next_input(struct input *in, bool blind)
{
	const struct input *best, *other;
	unsigned int n;

	if (blind || !n_kept || rnd() % 2) {
		make_input(in);
		return;
	}
	/* Who got on last may get on further. */
	n = rnd() % 3;
	best = n ? pick_kept() : &kept[n_kept - 1];
	for (n = n && rnd() % 8 ? 3 : 0; n; n--) {
		other = pick_kept();
		if (other->seconds < best->seconds)
			best = other;
	}
	*in = *best;
	for (n = 1 + rnd() % 2 * (rnd() % 4); n; n--)
		mutate(in);
}

static void print_input(const char *word, const struct input *in)
{
	const uint8_t *bytes = (const uint8_t *)in->op;
	unsigned int i;

	printf("# %s: ", word);
	for (i = 0; i < in->n * sizeof(in->op[0]); i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

/* One of HEX; false if that is none */
static bool read_input(struct input *in, const char *hex)
{
	uint8_t *bytes = (uint8_t *)in->op;
	unsigned int n = strlen(hex) / 2, i;

	if (!n || n % sizeof(in->op[0]) || n > sizeof(in->op))
		return false;
	in->n = n / sizeof(in->op[0]);
	for (i = 0; i < n; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &bytes[i]) != 1)
			return false;
	return true;
}

/* ---- the run ---- */

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Changes with the first WARNING */
static long taint(void)
{
	static int fd = -1;
	char text[32] = "";

	if (fd < 0)
		fd = MUST(open("/proc/sys/kernel/tainted", O_RDONLY));
	MUST(pread(fd, text, sizeof(text) - 1, 0));
	return atol(text);
}

static unsigned long tried;
static double began;

static void say_reached(void)
{
	struct reached now = what_ran();

	printf("# %.0f s: %lu inputs, %u kept, %u instructions, %u sides of branches\n",
	       seconds_now() - began, tried, n_kept, now.instructions, now.sides);
}

/* Runs one input and keeps it if it reached something new; false if it did any harm. */
static bool try_input(const struct input *in, bool blind, void (*before)(void),
		      bool (*after)(void))
{
	struct reached old = what_ran();
	static long clean = -1;
	double start = seconds_now();
	unsigned int i;
	bool good;

	if (clean < 0)
		clean = taint();
	before();
	for (i = 0; i < in->n; i++)
		operations[in->op[i].code % n_operations].run(&in->op[i]);
	good = after();
	tried++;
	if (!good || taint() != clean) {
		print_input("culprit", in);
		return false;
	}
	if (is_more(what_ran(), old) && n_kept < MAX_KEPT) {
		if (blind) {
			n_kept++;
			return true;
		}
		kept[n_kept] = *in;
		kept[n_kept++].seconds = seconds_now() - start;
		print_input("keep", in);
	}
	return true;
}

/*
 * SECONDS SEED [blind] [CORPUS]: what main() was given. @before makes the state that an input
 * runs on, @after undoes it and says whether all is well. blind: nothing is made of what was
 * kept. The end is 0 unless @after found something wrong, or the kernel complained.
 */
static int fuzz(int argc, char **argv, const struct operation *table, void (*before)(void),
		bool (*after)(void))
{
	bool blind = false, good = true;
	char line[2 * sizeof(struct op) * MAX_OPS + 2];
	double seconds, shown = 1;
	struct input in;
	FILE *corpus;
	int a;

	if (argc < 3 || atof(argv[1]) <= 0)
		die("usage: SECONDS SEED [blind] [CORPUS]");
	setvbuf(stdout, NULL, _IOLBF, 0);
	operations = table;
	for (; table->name; table++, n_operations++)
		all_weights += table->weight;
	seconds = atof(argv[1]);
	seed = strtoull(argv[2], NULL, 0) | 1;
	began = seconds_now();
	for (a = 3; a < argc; a++) {
		if (!strcmp(argv[a], "blind")) {
			blind = true;
			continue;
		}
		corpus = fopen(argv[a], "r");
		if (!corpus)
			die("%s: %s", argv[a], strerror(errno));
		while (good && fgets(line, sizeof(line), corpus)) {
			line[strcspn(line, "\n")] = 0;
			if (line[0] == '#')
				continue;
			if (!read_input(&in, line))
				die("%s: not an input: %s", argv[a], line);
			good = try_input(&in, blind, before, after);
		}
		fclose(corpus);
	}
	printf("# seed %s%s\n", argv[2], blind ? ", blind" : "");
	say_reached();
	while (good && seconds_now() - began < seconds) {
		next_input(&in, blind);
		good = try_input(&in, blind, before, after);
		if (seconds_now() - began < shown)
			continue;
		say_reached();
		while (shown <= seconds_now() - began)
			shown *= 2;
	}
	say_reached();
	return !good;
}

#endif /* TESTS_GUEST_FUZZ_H */
