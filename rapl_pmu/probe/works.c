// SPDX-License-Identifier: GPL-2.0-only
/* What has to compile on every kernel: else the compiler or the headers are broken. */
#include <linux/hrtimer.h>
#include <linux/perf_event.h>
#include <linux/syscore_ops.h>
#include <asm/msr.h>

int probe(u32 *low, u32 *high);

int probe(u32 *low, u32 *high)
{
	return rdmsr_safe(0, low, high);
}
