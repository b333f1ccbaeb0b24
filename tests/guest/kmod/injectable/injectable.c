// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets fail_function make those functions fail by which our modules register
 * themselves, and memory for each CPU, which fail-nth does not reach: it mostly comes from
 * pages that are there already. The kernel's own list has none of them.
 */
#include <linux/cpuhotplug.h>
#include <linux/error-injection.h>
#include <linux/ftrace.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/perf_event.h>

#ifdef CONFIG_X86
ALLOW_ERROR_INJECTION(register_module_notifier, ERRNO);
ALLOW_ERROR_INJECTION(__cpuhp_setup_state, ERRNO);
ALLOW_ERROR_INJECTION(perf_pmu_register, ERRNO);
ALLOW_ERROR_INJECTION(pcpu_alloc_noprof, NULL);
#else
ALLOW_ERROR_INJECTION(misc_register, ERRNO);
ALLOW_ERROR_INJECTION(ftrace_set_filter, ERRNO);
ALLOW_ERROR_INJECTION(register_ftrace_function, ERRNO);
#endif

MODULE_DESCRIPTION("Test: functions that can be made to fail");
MODULE_LICENSE("GPL");
