# SPDX-License-Identifier: GPL-2.0-only
# power_core that cannot be registered takes power with it.
# file: rapl_pmu/pmu.c
# case: 54-half
s/^\t\trapl_device_register\(rapl_devices\[1\]\);/\t\terr = rapl_device_register(rapl_devices[1]);\n\tif (err) {\n\t\trapl_device_unregister(rapl_devices[0]);\n\t\tgoto err_stop;\n\t}/
