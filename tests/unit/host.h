/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few kernel names that the modules' pure headers need, for the host.
 */
#ifndef TESTS_UNIT_HOST_H
#define TESTS_UNIT_HOST_H

#include <linux/types.h>
#include <stdbool.h>

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
	return (u64)((__extension__ (unsigned __int128)a * mul) >> shift);
}

#endif /* TESTS_UNIT_HOST_H */
