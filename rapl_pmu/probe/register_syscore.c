// SPDX-License-Identifier: GPL-2.0-only
#include <linux/syscore_ops.h>

void probe(struct syscore *syscore);

void probe(struct syscore *syscore)
{
	register_syscore(syscore);
}
