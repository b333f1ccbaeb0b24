/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What older kernels call differently.  The driver is written for the newest
 * one; what the target has say the HAVE_ words, from probe/ (Kbuild).
 */
#ifndef RAPL_PMU_COMPAT_H
#define RAPL_PMU_COMPAT_H

#include <linux/build_bug.h>
#include <linux/hrtimer.h>
#include <linux/perf_event.h>
#include <linux/sched/isolation.h>
#include <linux/syscore_ops.h>
#include <linux/version.h>
#include <asm/msr.h>

/* That of RHEL 8, which has much of 5.4. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 18, 0)
#error "rapl_pmu requires Linux >= 4.18"
#endif

/* Linux < 6.16: the q was an l, and the value an unsigned long long. */
#ifndef HAVE_RDMSRQ
static inline int rdmsrq_safe(u32 msr, u64 *value)
{
	unsigned long long v = 0;
	int err = rdmsrl_safe(msr, &v);

	*value = v;
	return err;
}
#endif

/*
 * Before Linux kernel commit 908a1d775422 ("hrtimers: Introduce
 * hrtimer_setup() to replace hrtimer_init()") (in v6.13), the callback was
 * stored by hand.
 */
#ifndef HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

/*
 * Linux 6.19 passes its own argument to system core callbacks and wraps the
 * table of them in struct syscore; stable 6.12 took the change, 6.18 did not.
 */
#ifdef HAVE_REGISTER_SYSCORE
#define RAPL_SYSCORE_ARG	void *data
#define RAPL_SYSCORE(name, _suspend, _resume)				\
	static const struct syscore_ops name##_ops = {			\
		.suspend = _suspend, .resume = _resume,			\
	};								\
	static struct syscore name = { .ops = &name##_ops }
#else
#define RAPL_SYSCORE_ARG	void
#define RAPL_SYSCORE(name, _suspend, _resume)				\
	static struct syscore_ops name = {				\
		.suspend = _suspend, .resume = _resume,			\
	}
#define register_syscore	register_syscore_ops
#define unregister_syscore	unregister_syscore_ops
#endif

/*
 * Before Linux kernel commit 04d4e665a609 ("sched/isolation: Use single feature
 * type while referring to housekeeping cpumask") (in v5.18) these were flags.
 */
#ifndef HAVE_HK_TYPE
#define HK_TYPE_DOMAIN	HK_FLAG_DOMAIN
#define HK_TYPE_TICK	HK_FLAG_TICK
#endif

/* Is the kernel asked to leave it alone, by isolcpus=, nohz_full= or a cpuset? */
static inline bool rapl_cpu_isolated(int cpu)
{
	return !housekeeping_cpu(cpu, HK_TYPE_DOMAIN) ||
	       !housekeeping_cpu(cpu, HK_TYPE_TICK);
}

/* Is there anything in the fields beyond config?  Newer kernels have more. */
static inline bool rapl_more_config(const struct perf_event_attr *attr)
{
	u64 more = attr->config1 | attr->config2;

#ifdef PERF_ATTR_SIZE_VER8
	more |= attr->config3;
#endif
#ifdef PERF_ATTR_SIZE_VER9
	more |= attr->config4;
#endif
	return more;
}

/*
 * Add to an event's count from any CPU.  perf's local64_t has operations for
 * one CPU only, but on 64-bit machines it is an atomic_long_t inside.
 */
static inline void rapl_event_grow(struct perf_event *event, u64 what)
{
	BUILD_BUG_ON(!__same_type(event->count.a.a, atomic_long_t) ||
		     sizeof(event->count) != sizeof(atomic_long_t));
	atomic_long_add(what, &event->count.a.a);
}

/*
 * Powercap's drivers have a PMU "power" of their own: that by TPMI for servers,
 * that by MSRs, later, for two processors of laptops.  Nothing but these two
 * functions of theirs tells which kernel has it: stable ones took both over.
 */
#if defined(HAVE_POWERCAP_PMU) && IS_ENABLED(CONFIG_INTEL_RAPL_TPMI)
#define RAPL_POWERCAP_TPMI
#endif
#if defined(HAVE_POWERCAP_PMU_LOCKED) && IS_ENABLED(CONFIG_INTEL_RAPL)
#define RAPL_POWERCAP_MSR
#endif

/* Linux 5.10 has no name for AMD's counter of a core, 5.4 none for the others. */
#ifndef MSR_AMD_RAPL_POWER_UNIT
#define MSR_AMD_RAPL_POWER_UNIT		0xc0010299
#endif
#ifndef MSR_AMD_PKG_ENERGY_STATUS
#define MSR_AMD_PKG_ENERGY_STATUS	0xc001029b
#endif
#ifndef MSR_AMD_CORE_ENERGY_STATUS
#define MSR_AMD_CORE_ENERGY_STATUS	0xc001029a
#endif

/*
 * Linux 5.10 has no feature flag for the CPUID bit, so that no module alias
 * can be made of it: there the module autoloads by family alone.
 */
#ifdef X86_FEATURE_RAPL
#define RAPL_MATCH_LATER(vendor) \
	X86_MATCH_VENDOR_FEATURE(vendor, X86_FEATURE_RAPL, 0),
#else
#define RAPL_MATCH_LATER(vendor)
#endif

#endif /* RAPL_PMU_COMPAT_H */
