// SPDX-License-Identifier: GPL-2.0-only
/* What has to compile on every kernel: else the compiler or the headers are broken. */
#include <linux/ftrace.h>
#include <linux/module.h>

struct module *probe(void);

struct module *probe(void)
{
	return THIS_MODULE;
}
