/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CBMC's words: what nondet_*() returns is any value, and a property has to hold for all
 * that ASSUME() lets through.
 */
#ifndef TESTS_PROVE_PROVE_H
#define TESTS_PROVE_PROVE_H

unsigned char nondet_u8(void);
unsigned int nondet_u32(void);
unsigned long long nondet_u64(void);
_Bool nondet_bool(void);

#define ASSUME(what)		__CPROVER_assume(what)
#define PROVE(what, text)	__CPROVER_assert(what, text)

#endif /* TESTS_PROVE_PROVE_H */
