# SPDX-License-Identifier: GPL-2.0-only
#
# What people type.  The kernel's build system reads Kbuild instead.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build
DESTDIR ?=
INSTALL_MOD_DIR ?= updates

# dkms.conf is the only place that states them.
name := $(shell sed -n 's/^PACKAGE_NAME="\(.*\)"/\1/p' dkms.conf)
version := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

# All that a module needs to be built: DKMS gets this and nothing else.
DKMS_SOURCES := dkms.conf Kbuild Makefile COPYING \
	$(sort $(filter-out %.mod.c,$(wildcard rapl_pmu/*.[ch] rapl_pmu/probe/*.c \
	kvm_arm_mpstate/*.[ch] kvm_arm_mpstate/probe/*.c))) \
	rapl_pmu/Kbuild kvm_arm_mpstate/Kbuild
dkms_dir = $(DESTDIR)/usr/src/$(name)-$(version)

# A kernel built by clang wants modules built by clang.  Handed down always,
# also when empty, so that none from the environment gets through.
LLVM ?= $(if $(shell grep -sx 'CONFIG_CC_IS_CLANG=y' $(KDIR)/.config),1)

V ?= 0
ifneq ($(V),1)
MAKEFLAGS += --no-print-directory
endif

kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR) LLVM=$(LLVM) V=$(V)

.DEFAULT_GOAL := $(if $(wildcard $(KDIR)/Makefile),modules,help)

# ---- Build and install ---------------------------------------------------

all: modules

modules: check-kdir	## build for the kernel in KDIR
	$(kbuild) modules

modules_install: modules
	$(kbuild) modules_install INSTALL_MOD_PATH=$(DESTDIR) \
		INSTALL_MOD_DIR=$(INSTALL_MOD_DIR)

conf := scripts/modprobe.d/$(name).conf
conf_dest = $(DESTDIR)/etc/modprobe.d/$(name).conf

install: modules_install	## build, install to /lib/modules and modprobe.d, depmod
	install -D -m 644 $(conf) $(conf_dest)
	$(if $(DESTDIR),,depmod $(KERNELRELEASE))

uninstall:	## remove what install put there
	rm -f $(foreach m,rapl_pmu kvm_arm_mpstate,\
		$(wildcard $(addprefix $(DESTDIR)/lib/modules/$(KERNELRELEASE)/$(INSTALL_MOD_DIR)/,\
			$m.ko* $m/$m.ko*)))
	rm -f $(conf_dest)
	$(if $(DESTDIR),,depmod $(KERNELRELEASE))

check-kdir:
	@test -e $(KDIR)/Makefile || { \
		echo 'No kernel headers in $(KDIR): run apt install linux-headers-$(KERNELRELEASE) (or linux-headers-amd64, linux-headers-arm64 for the newest), or name others by KDIR='; \
		exit 1; }

# For Secure Boot, with the key that DKMS signs with or SIGN_KEY= and SIGN_CERT=.
sign: modules	## sign what modules built, for Secure Boot (DKMS signs by itself)
	@scripts/sign $(KDIR) $(wildcard rapl_pmu/*.ko kvm_arm_mpstate/*.ko)

# Works without kernel headers, too.
clean:	## remove what a build left (needs no headers)
	@find Module.symvers modules.order Module.markers .*.cmd \
		rapl_pmu kvm_arm_mpstate -maxdepth 1 -type f \
		\( -name '*.ko' -o -name '*.o' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name '.*.d' -o -name 'Module.*' \
		-o -name modules.order \) -delete 2>/dev/null || true

print-sources:
	@printf '%s\n' $(DKMS_SOURCES)

# The lines of this file that have two of these signs
help:
	@echo '$(name) $(version)'
	@sed -n 's/^# ---- \([^-]*\) -*$$/\1:/p; s/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | \
		expand -t 19
	@echo 'Variables:'
	@echo '  KDIR=$(KDIR)'
	@echo '  KERNELRELEASE=$(KERNELRELEASE)'
	@echo '  LLVM=$(LLVM)  DESTDIR=$(DESTDIR)  V=$(V)'
	@echo '  KERNELS="6.1 7"  TESTS="*"  J=2   for check, check-mutations, bench'

dkms-source:
	@for f in $(DKMS_SOURCES); do \
		install -D -m 644 "$$f" "$(dkms_dir)/$$f" || exit 1; \
	done

dkms-install:	## hand over to DKMS: built anew for each kernel
	$(if $(DESTDIR),,@scripts/dkms-install -c $(name) $(version) $(KERNELRELEASE))
	@$(MAKE) dkms-source
	$(if $(DESTDIR),,@scripts/dkms-install $(name) $(version) $(KERNELRELEASE))
	@install -D -m 644 $(conf) $(conf_dest)

dkms-uninstall:	## take it back
	$(if $(DESTDIR),,dkms remove $(name)/$(version) --all)
	rm -rf '$(dkms_dir)' '$(conf_dest)'

# ---- Try and test ---------------------------------------------------------------

KERNELS ?= 6.1 7
TESTS ?= *
J ?= 2

demo:	## perf reads an emulated two-package machine: true or not?
	@tests/demo/run

flame:	## whose joules they were on that machine, as a flame graph
	@tests/demo/run -f

check:	## unit tests, negative controls, boots on 6.1 and the newest kernel
	@scripts/check -k '$(KERNELS)' -t '$(TESTS)' -j '$(J)'

check-all:	## the same on every kernel line, slow tests too, and every flavour; resumes
	@scripts/check -a -j '$(J)' $(if $(AGAIN),--again)

# make keeps -k and -l for itself.
check-rest:	## list what check-all has still to run (AGAIN=1: all of it)
	@scripts/check -a -l $(if $(AGAIN),--again)

check-long:	## a soak, a day of hwmon, a thousand unloads, 300 rounds of hotplug, half an hour of fuzzing
	@scripts/check -L -j '$(J)'

check-debug:	## both suites on kernels with KASAN, lockdep, kmemleak, KCSAN, with faults, by clang
	@scripts/check -d -j '$(J)'

check-unit:	## unit tests only: seconds
	@scripts/check -u

check-mutations:	## break both modules in known ways: a test must notice each (an hour)
	@tests/debug/build -a -j '$(J)' >/dev/null
	@tests/mutations/run.sh -j '$(J)'

prove:	## what the arithmetic does for every input (CBMC), the locking in every order (Spin)
	@tests/prove/run

compare:	## the kernel's own rapl beside rapl_pmu: a table of what both measure
	@tests/compare/run -k '$(KERNELS)'

coverage:	## which blocks and branches of the modules' object code the suites run
	@tests/cover/run

fleet:	## four machines, PCP and one Prometheus: do their joules add up? (15 minutes)
	@tests/fleet/run

check-dkms:	## add, build, install, remove with the real DKMS
	@tests/dkms/run.sh

# Debian releases by their kernel line: 5.10 is 11, 6.1 is 12, 6.12 is 13, 7 is 13 with backports.
RELEASES ?= 6.1 6.12

check-deb:	## build the .deb, install it in RELEASES, boot and test what came out (root)
	@tests/dkms/run.sh -p '$(RELEASES)'

readme-table:	## write what the last check, bench and compare measured into the READMEs
	@[ ! -e build/bench/figures.tsv ] || tests/bench/run -r -w >/dev/null
	@[ ! -d build/compare ] || tests/compare/run -r -w >/dev/null
	@scripts/readme-table

bench:	## both modules beside their rivals, in instructions: a table and a plot
	@tests/bench/run -k '$(KERNELS)' -j '$(J)'

lint:	## shellcheck, sparse, W=1, checkpatch if found
	@scripts/lint

# ---- Packages ------------------------------------------------------------

dist:	## the source archive, in build/dist
	@scripts/dist

deb:	## a package for Debian and Ubuntu from it, in build/deb
	@scripts/dist deb

rpm:	## a package for Fedora from it, in build/rpm
	@scripts/dist rpm

.PHONY: $(shell sed -n 's/^\([a-z_-]*\):.*/\1/p' Makefile)
