// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of a kernel booted with nokaslr: prints where the functions are that
 * age.c changes, each with the address of the symbol behind it, and ends.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[] = {
	"_stext",
	"kvm_arch_vcpu_ioctl_get_mpstate",
	"kvm_arch_vcpu_ioctl_set_mpstate",
	"kvm_vm_ioctl_check_extension",
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

int main(void)
{
	unsigned long start[N_NAMES] = { 0 }, end[N_NAMES] = { 0 }, addr;
	char line[512], name[256], type;
	unsigned int i;
	FILE *f;

	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	if (!freopen("/dev/ttyAMA0", "w", stdout))
		return 1;
	f = fopen("/proc/sys/kernel/kptr_restrict", "w");
	if (f) {
		fputs("0", f);
		fclose(f);
	}
	f = fopen("/proc/kallsyms", "r");
	if (!f)
		printf("aged: no kallsyms\n");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx %c %255s", &addr, &type, name) != 3)
			continue;
		for (i = 0; i < N_NAMES; i++) {
			if (!strcmp(name, names[i]) && !start[i])
				start[i] = addr;
		}
	}
	/* sorted by address it is not everywhere: the nearest above is the end */
	if (f)
		rewind(f);
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx", &addr) != 1)
			continue;
		for (i = 0; i < N_NAMES; i++)
			if (start[i] && addr > start[i] && (!end[i] || addr < end[i]))
				end[i] = addr;
	}
	for (i = 0; i < N_NAMES; i++)
		printf("aged: %s %lx %lx\n", names[i], start[i], end[i]);
	printf("aged: end\n");
	fflush(stdout);
	sync();
	reboot(RB_AUTOBOOT);
	return 0;
}
