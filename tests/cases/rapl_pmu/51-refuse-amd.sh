# SPDX-License-Identifier: GPL-2.0-only
# If this fails, an AMD processor from before Zen is taken for one that has RAPL, or
# probe=1 does not accept it.
# tier: slow
# kernels: 6.1 7
# cpu: EPYC,family=22,model=48
# model: vendor=amd,packages=1,pkg0=65/10.5
# guest: pmu

plan 5
dmesg_mark
check "family 16h: ENODEV" refuse_load rapl_pmu 'No such device'
check "the log names it and the way out" \
	expect_dmesg '^rapl_pmu: AuthenticAMD family 0x16 model 0x30 stepping [0-9]+: .*probe=1'
check "probe=1 accepts it" load_mod rapl_pmu probe=1
check "and its energy is true" pmu truth 3 0.5 power/energy-pkg@0
check "rmmod" unload_mod rapl_pmu
