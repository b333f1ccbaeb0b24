/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TAP for the host's unit tests: TEST(condition, format, ...) is a test point,
 * TEST_END() the plan and the exit status.
 */
#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <stdio.h>

static unsigned int tap_points, tap_failures;

#define TEST(condition, ...) do {					\
	int tap_good = !!(condition);					\
									\
	tap_failures += !tap_good;					\
	printf("%sok %u - ", tap_good ? "" : "not ", ++tap_points);	\
	printf(__VA_ARGS__);						\
	putchar('\n');							\
	if (!tap_good)							\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);	\
} while (0)

#define TEST_END() (printf("1..%u\n", tap_points), tap_failures ? 1 : 0)

#endif /* TESTS_UNIT_TAP_H */
