// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>

ftrace_func_t probe(void);

static void callback(unsigned long ip, unsigned long parent,
		     struct ftrace_ops *ops, struct ftrace_regs *regs)
{
}

ftrace_func_t probe(void)
{
	return callback;
}
