// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of the nested guest. Takes one command a line from its console and
 * answers with lines that begin with "guest:":
 *
 *	show		online CPUs
 *	off N, on N	hotplug, by PSCI CPU_OFF and CPU_ON; then as show
 *	log		what the kernel's log says of CPUs that came and went: "log on
 *			N", "log off N", then "log end"
 *	reboot, poweroff
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static void show_online(void)
{
	char list[64] = "";
	FILE *f = fopen("/sys/devices/system/cpu/online", "r");

	if (f && fgets(list, sizeof(list), f))
		list[strcspn(list, "\n")] = 0;
	if (f)
		fclose(f);
	printf("guest: online %s\n", list);
}

static void switch_cpu(int cpu, const char *value)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	f = fopen(path, "w");
	if (!f || fputs(value, f) < 0 || fclose(f))
		printf("guest: cpu %d does not take %s\n", cpu, value);
}

static void show_log(void)
{
	static char log[1 << 18];
	char *line;
	int n = klogctl(3, log, sizeof(log) - 1), cpu;	/* SYSLOG_ACTION_READ_ALL */

	log[n > 0 ? n : 0] = 0;
	for (line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		char *text = strstr(line, "CPU");

		if (!text)
			continue;
		if (sscanf(text, "CPU%d: Booted secondary", &cpu) == 1 && strstr(text, "Booted"))
			printf("guest: log on %d\n", cpu);
		if (sscanf(text, "CPU%d killed", &cpu) == 1 && strstr(text, "killed"))
			printf("guest: log off %d\n", cpu);
	}
	printf("guest: log end\n");
}

int main(void)
{
	struct termios tio;
	char line[64];
	int fd;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	fd = open("/dev/ttyAMA0", O_RDWR);
	if (fd < 0 || tcgetattr(fd, &tio))
		return 1;
	tio.c_lflag &= ~(ECHO | ECHONL);
	tcsetattr(fd, TCSANOW, &tio);
	dup2(fd, 0);
	dup2(fd, 1);
	setvbuf(stdout, NULL, _IOLBF, 0);

	printf("guest: booted\n");
	show_online();
	while (fgets(line, sizeof(line), stdin)) {
		if (!strncmp(line, "off ", 4))
			switch_cpu(atoi(line + 4), "0");
		else if (!strncmp(line, "on ", 3))
			switch_cpu(atoi(line + 3), "1");
		else if (!strncmp(line, "log", 3))
			show_log();
		else if (!strncmp(line, "reboot", 6))
			reboot(RB_AUTOBOOT);
		else if (!strncmp(line, "poweroff", 8))
			reboot(RB_POWER_OFF);
		show_online();
	}
	return 0;
}
