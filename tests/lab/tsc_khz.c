// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the kHz of this machine's time stamp counter, beside CLOCK_MONOTONIC: what an
 * emulated x86 CPU has as its own, and QEMU's other clocks beside it.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#ifdef __x86_64__
struct moment {
	uint64_t tsc, ns;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Both at once: of some tries that which took the least time, so nothing came in between. */
static struct moment look(void)
{
	uint64_t least = UINT64_MAX;
	struct moment best = { 0 };
	int i;

	for (i = 0; i < 1000; i++) {
		uint64_t before = __builtin_ia32_rdtsc(), ns = now_ns(), after = __builtin_ia32_rdtsc();

		if (after - before >= least)
			continue;
		least = after - before;
		best = (struct moment){ before + least / 2, ns };
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	struct moment from = look(), to;

	nanosleep(&pause, NULL);
	to = look();
	printf("%.0f\n", (to.tsc - from.tsc) * 1e6 / (to.ns - from.ns));
	return 0;
}
#else
int main(void)
{
	fprintf(stderr, "tsc_khz: this is no x86\n");
	return 1;
}
#endif
