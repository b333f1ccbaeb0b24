// SPDX-License-Identifier: GPL-2.0-only
#include <linux/intel_rapl.h>

int probe(struct rapl_package *package);

int probe(struct rapl_package *package)
{
	return rapl_package_add_pmu(package);
}
