/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few kernel names that the modules' pure files need, for the host.
 */
#ifndef TESTS_UNIT_HOST_H
#define TESTS_UNIT_HOST_H

#include <linux/types.h>
#include <pthread.h>
#include <stdbool.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
	return (u64)((__extension__ (unsigned __int128)a * mul) >> shift);
}

static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int shift)
{
	return (u64)((__extension__ (unsigned __int128)a * b) >> shift);
}

static inline u64 div64_u64(u64 a, u64 b)
{
	return a / b;
}

#define max(a, b)	((a) > (b) ? (a) : (b))
#define U32_MAX	0xffffffffU
#define U64_MAX	0xffffffffffffffffULL
#define S64_MAX	0x7fffffffffffffffLL

/* x86 keeps loads in order and stores in order; so does this, on any machine. */
#define READ_ONCE(x)	__atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELEASE)
#define barrier()	__asm__ __volatile__("" : : : "memory")
#define fallthrough	__attribute__((__fallthrough__))

#define try_cmpxchg(p, old, new)					\
	__atomic_compare_exchange_n(p, old, new, false,			\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define xchg(p, new)	__atomic_exchange_n(p, new, __ATOMIC_SEQ_CST)

typedef struct { s64 counter; } atomic64_t;

static inline s64 atomic64_read(const atomic64_t *v)
{
	return READ_ONCE(v->counter);
}

static inline void atomic64_set(atomic64_t *v, s64 i)
{
	WRITE_ONCE(v->counter, i);
}

static inline bool atomic64_try_cmpxchg(atomic64_t *v, s64 *old, s64 new)
{
	return try_cmpxchg(&v->counter, old, new);
}

typedef pthread_mutex_t raw_spinlock_t;

#define raw_spin_lock_init(lock)	pthread_mutex_init(lock, NULL)
#define raw_spin_lock(lock)	pthread_mutex_lock(lock)
#define raw_spin_trylock(lock)	(!pthread_mutex_trylock(lock))
#define raw_spin_unlock(lock)	pthread_mutex_unlock(lock)

/* What the test supplies: the machine. */
int rdmsrq_safe(u32 msr, u64 *value);
u64 ktime_get_boot_fast_ns(void);

#endif /* TESTS_UNIT_HOST_H */
