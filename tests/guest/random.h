/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that are the same again for the same seed.
 */
#ifndef TESTS_GUEST_RANDOM_H
#define TESTS_GUEST_RANDOM_H

#include <stdint.h>

/* Not 0 */
static uint64_t seed;

static inline uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Mostly small or nearly right, now and then anything. */
static inline uint64_t rnd_value(void)
{
	switch (rnd() % 6) {
	case 0: return 0;
	case 1: return rnd() % 8;
	case 2: return 1ULL << rnd() % 64;
	case 3: return ~0ULL << rnd() % 64;
	case 4: return rnd() % 6 + (1ULL << (8 + rnd() % 56));
	}
	return rnd();
}

#endif /* TESTS_GUEST_RANDOM_H */
