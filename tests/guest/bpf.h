/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What pmu.c and mpstate_fentry.c share: the bpf system call, maps of one element.
 */
#ifndef TESTS_GUEST_BPF_H
#define TESTS_GUEST_BPF_H

#include "perf.h"

#include <linux/bpf.h>

static inline int bpf(int cmd, union bpf_attr attr, const char *what)
{
	return must(syscall(SYS_bpf, cmd, &attr, sizeof(attr)), what);
}

/* BPF(command, attributes): its result, which is no failure */
#define BPF(cmd, ...) bpf(cmd, (union bpf_attr){ __VA_ARGS__ }, #cmd)

static inline int bpf_map(unsigned int type, unsigned int value_size)
{
	return BPF(BPF_MAP_CREATE, .map_type = type, .key_size = 4, .value_size = value_size,
		   .max_entries = 1);
}

/* BPF_MAP_LOOKUP_ELEM or BPF_MAP_UPDATE_ELEM of the only element */
static inline void bpf_element(int cmd, int map, void *value)
{
	uint32_t key = 0;

	bpf(cmd, (union bpf_attr){ .map_fd = map, .key = (uintptr_t)&key,
				   .value = (uintptr_t)value }, "element of a BPF map");
}

#endif /* TESTS_GUEST_BPF_H */
