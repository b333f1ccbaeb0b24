// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds out which processor this is and what its RAPL looks like.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/cpu_device_id.h>
#include <asm/processor.h>

#include "cpu.h"
#include "compat.h"

/* A row's domains and quirks travel in its driver_data. */
#define RAPL_CPU(family, model, domains, quirks)			\
	X86_MATCH_VENDOR_FAM_MODEL(INTEL, family, model,		\
				   (domains) | (quirks) << 8)

static const struct x86_cpu_id rapl_cpu_ids[] = {
#include "cpu_models.h"
	{}
};

/* What udev loads the module for: not what this kernel serves by itself. */
#define RAPL_ALIASES
static const struct x86_cpu_id rapl_cpu_aliases[] = {
#include "cpu_models.h"
	X86_MATCH_VENDOR_FAM(AMD, 0x17, 0),
	X86_MATCH_VENDOR_FAM(AMD, 0x19, 0),
	X86_MATCH_VENDOR_FAM(AMD, 0x1a, 0),
	X86_MATCH_VENDOR_FAM(HYGON, 0x18, 0),
	RAPL_MATCH_LATER(AMD)
	RAPL_MATCH_LATER(HYGON)
	{}
};
MODULE_DEVICE_TABLE(x86cpu, rapl_cpu_aliases);

/*
 * SDM vol. 4, PACKAGE_ENERGY_TIME_STATUS: energy in bits 31:0, in bits 63:32 the
 * time of its update.  Linux has no name for it.
 */
#define MSR_PACKAGE_ENERGY_TIME	0x612

/* AMD APM vol. 3, CPUID Fn8000_0007 EDX[14] "RAPL" */
#define AMD_CPUID_RAPL	BIT(14)

/*
 * AMD PPRs 56713-B1 (19h 61h), 57238 (1Ah 02h) and 57896-B0 (1Ah 44h) give
 * TotalEnergyConsumed as bits 63:0 of MSRC001_029A and _029B, 54945 (17h 01h
 * and 08h) and 56214-B0 (19h 21h) as 31:0.  A model without a PPR at hand is
 * taken to have 32.
 */
static bool rapl_cpu_amd_wide(void)
{
	const struct cpuinfo_x86 *c = &boot_cpu_data;

	return (c->x86 == 0x19 && c->x86_model == 0x61) ||
	       (c->x86 == 0x1a && (c->x86_model == 0x02 ||
				   c->x86_model == 0x44));
}

static void rapl_cpu_amd(struct rapl_cpu *cpu)
{
	cpu->unit_msr = MSR_AMD_RAPL_POWER_UNIT;
	cpu->msr[RAPL_DOM_PKG] = MSR_AMD_PKG_ENERGY_STATUS;
	cpu->core_msr = MSR_AMD_CORE_ENERGY_STATUS;
	cpu->domains = RAPL_PKG;
	cpu->wide = boot_cpu_data.x86_vendor == X86_VENDOR_AMD &&
		    rapl_cpu_amd_wide();
}

/* @row: driver_data of the table, 0 for a processor that is not in it */
static void rapl_cpu_intel(struct rapl_cpu *cpu, kernel_ulong_t row)
{
	cpu->unit_msr = MSR_RAPL_POWER_UNIT;
	cpu->msr[RAPL_DOM_CORES] = MSR_PP0_ENERGY_STATUS;
	cpu->msr[RAPL_DOM_PKG] = MSR_PKG_ENERGY_STATUS;
	cpu->msr[RAPL_DOM_RAM] = MSR_DRAM_ENERGY_STATUS;
	cpu->msr[RAPL_DOM_GPU] = MSR_PP1_ENERGY_STATUS;
	cpu->msr[RAPL_DOM_PSYS] = MSR_PLATFORM_ENERGY_STATUS;
	cpu->msr[RAPL_DOM_TIME] = MSR_PACKAGE_ENERGY_TIME;
	cpu->per_die = true;
	if (!row) {
		cpu->domains = RAPL_PCDGS | RAPL_TIME;
		return;
	}

	cpu->domains = row & 0xff;
	cpu->quirks = row >> 8;
	if (cpu->quirks & RAPL_Q_STAMP)
		cpu->domains |= RAPL_TIME;
#ifdef RAPL_POWERCAP_TPMI
	if (cpu->quirks & RAPL_Q_TPMI)
		cpu->rival = "intel_rapl_tpmi";
#endif
#ifdef RAPL_POWERCAP_MSR
	if (cpu->quirks & RAPL_Q_MSR_PMU)
		cpu->rival = "intel_rapl_msr";
#endif
}

/**
 * rapl_cpu_detect() - look the boot processor up
 * @cpu:   filled in
 * @probe: accept a processor that is in no table
 *
 * Context: process context, module init.
 * Return: 0; -ENODEV if this processor has no RAPL that we know of, which is
 *         then said in the log.
 */
int rapl_cpu_detect(struct rapl_cpu *cpu, bool probe)
{
	const struct cpuinfo_x86 *c = &boot_cpu_data;
	const struct x86_cpu_id *id = x86_match_cpu(rapl_cpu_ids);
	bool amd = c->x86_vendor == X86_VENDOR_AMD ||
		   c->x86_vendor == X86_VENDOR_HYGON;

	memset(cpu, 0, sizeof(*cpu));

	/* Not by X86_FEATURE_RAPL, which Linux 5.10 does not have. */
	if (amd && c->x86 >= 0x17 && (c->x86_power & AMD_CPUID_RAPL)) {
		rapl_cpu_amd(cpu);
		return 0;
	}
	if (!amd && id) {
		rapl_cpu_intel(cpu, id->driver_data);
		return 0;
	}
	if (probe && (amd || c->x86_vendor == X86_VENDOR_INTEL)) {
		if (amd)
			rapl_cpu_amd(cpu);
		else
			rapl_cpu_intel(cpu, 0);
		cpu->unlisted = true;
		return 0;
	}

	pr_info("%s family 0x%x model 0x%x stepping %u: %s\n",
		c->x86_vendor_id, c->x86, c->x86_model, c->x86_stepping,
		amd && c->x86 >= 0x17 ?
		"no RAPL, CPUID 0x80000007 EDX bit 14 is clear" :
		"not a processor with RAPL that is known here, probe=1 tries it all the same");
	return -ENODEV;
}

/**
 * rapl_cpu_unit() - unit of a domain
 * @cpu:      from rapl_cpu_detect()
 * @unit_msr: contents of the power unit MSR; bits 12:8 are the energy unit
 *            (SDM vol. 4, MSR_RAPL_POWER_UNIT; AMD PPR, MSRC001_0299)
 * @domain:   which domain
 *
 * Return: its unit; to be checked by rapl_unit_valid().
 */
struct rapl_unit rapl_cpu_unit(const struct rapl_cpu *cpu, u64 unit_msr,
			       enum rapl_domain domain)
{
	struct rapl_unit unit = {
		.exp = (unit_msr >> 8) & 0x1f,
		.micro = cpu->quirks & RAPL_Q_MICRO,
		.watts = RAPL_MAX_WATTS,
	};

	/* Xeon E5 v3 datasheet vol. 2, DRAM_ENERGY_STATUS: 15.3 uJ a step. */
	if (domain == RAPL_DOM_RAM && (cpu->quirks & RAPL_Q_RAM_16))
		unit.exp = 16;
	/* Sapphire Rapids counts whole joules for the platform. */
	if (domain == RAPL_DOM_PSYS && (cpu->quirks & RAPL_Q_PSYS_0))
		unit.exp = 0;

	return unit;
}
