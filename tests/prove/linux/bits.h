/* SPDX-License-Identifier: GPL-2.0-only */
/* The one name of it that cpu.h needs */
#define BIT(nr)	(1UL << (nr))
