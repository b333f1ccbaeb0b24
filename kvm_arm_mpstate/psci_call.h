/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which PSCI calls switch vCPUs on or off, and where they have their arguments:
 * Arm DEN0022, "Power State Coordination Interface". No kernel calls; the host's
 * unit tests compile it, too.
 */
#ifndef KVM_ARM_MPSTATE_PSCI_CALL_H
#define KVM_ARM_MPSTATE_PSCI_CALL_H

#define MPST_PSCI_32		0x84000000u	/* SMC32: looks at 32 bits of its arguments */
#define MPST_PSCI_64		0xc4000000u
/* PSCI 0.1 had no numbers of its own, KVM chose these. */
#define MPST_PSCI_0_1		0x95c1ba5eu

enum mpst_psci {
	MPST_CPU_OFF		= 0x02,
	MPST_CPU_ON		= 0x03,
	MPST_SYSTEM_OFF		= 0x08,
	MPST_SYSTEM_RESET	= 0x09,
	MPST_SYSTEM_SUSPEND	= 0x0e,
	MPST_SYSTEM_RESET2	= 0x12,
	MPST_SYSTEM_OFF2	= 0x15,
};

/* Zero where the function has no such argument. */
struct mpst_psci_call {
	unsigned int what;		/* enum mpst_psci */
	unsigned long long target;	/* MPIDR of the vCPU to switch on */
	unsigned long long entry;	/* where it, or this one, comes in */
	unsigned long long context;	/* its x0 there */
};

/*
 * Takes a call apart; @x1 to @x3 are the guest's registers. False for one that
 * switches nothing: CPU_SUSPEND above all, which is a wait for interrupt.
 */
static inline int mpst_psci_decode(unsigned int function, unsigned long long x1,
				   unsigned long long x2, unsigned long long x3,
				   struct mpst_psci_call *call)
{
	unsigned int family = function & 0xff000000u;

	*call = (struct mpst_psci_call){ 0 };
	if (function == MPST_PSCI_0_1 + 1)
		call->what = MPST_CPU_OFF;
	else if (function == MPST_PSCI_0_1 + 2)
		call->what = MPST_CPU_ON;
	else if (family == MPST_PSCI_32 || family == MPST_PSCI_64)
		call->what = function & 0x00ffffffu;

	if (family == MPST_PSCI_32) {
		x1 &= 0xffffffffu;
		x2 &= 0xffffffffu;
		x3 &= 0xffffffffu;
	}
	switch (call->what) {
	case MPST_CPU_ON:
		call->target = x1;
		call->entry = x2;
		call->context = x3;
		return 1;
	case MPST_SYSTEM_SUSPEND:
		call->entry = x1;
		call->context = x2;
		return 1;
	case MPST_CPU_OFF:
	case MPST_SYSTEM_OFF:
	case MPST_SYSTEM_RESET:
		/* no 64-bit call has these numbers */
		return family != MPST_PSCI_64;
	case MPST_SYSTEM_RESET2:
	case MPST_SYSTEM_OFF2:
		return 1;
	}
	return 0;
}

#endif
