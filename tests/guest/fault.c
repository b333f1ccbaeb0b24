// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does something again and again, and each time one thing further on fails in it: an
 * allocation, or a function that the case has registered with fail_function. Needs a kernel
 * with FAULT_INJECTION (tests/debug).
 */
#define _GNU_SOURCE
#include "perf.h"

#include <fcntl.h>

/* More than there are in anything that is done here */
#define MAX_PLACES	5000

static const char usage[] =
	"usage: fault [-p PLACES] TASK load MODULE FILE [PARAMETERS]\n"
	"       fault [-p PLACES] TASK open PMU/EVENT@CPU\n"
	"       fault [-p PLACES] TASK read FILE\n"
	"       fault [-p PLACES] TASK write FILE TEXT UNDO\n"
	"TASK: in whom things fail: self, or a kernel thread's name. For n = 1, 2, ... the n-th\n"
	"thing that can fail does; what worked all the same is undone; then it is done without\n"
	"a fault, which must work, and undone. Ends with the first n that is more than there are,\n"
	"which must be PLACES, if given, or one at least.\n";

/* What is done, and how what worked is undone; both return 0 or an errno. */
struct action {
	const char *name;
	int words;
	int (*act)(char **words);
	int (*undo)(char **words);
};

static int write_text(const char *path, const char *text)
{
	int fd = MUST(open(path, O_WRONLY));
	int error = write(fd, text, strlen(text)) < 0 ? errno : 0;

	close(fd);
	return error;
}

/* Opened beforehand, so that what is done is the one call that is looked at. */
static int fd = -1;
static struct event event;

static int load(char **words)
{
	return syscall(SYS_finit_module, fd, words[2] ? words[2] : "", 0) ? errno : 0;
}

static int unload(char **words)
{
	return syscall(SYS_delete_module, words[0], O_NONBLOCK) ? errno : 0;
}

static int open_it(char **words)
{
	(void)words;
	event.fd = perf_open(&event.attr, -1, event.cpu, -1);
	return event.fd < 0 ? errno : 0;
}

static int close_it(char **words)
{
	(void)words;
	return close(event.fd) ? errno : 0;
}

static int read_file(char **words)
{
	char buf[256];
	int file = open(words[0], O_RDONLY), error = 0;

	if (file < 0)
		return errno;
	if (read(file, buf, sizeof(buf)) <= 0)
		error = errno ? errno : ENODATA;
	close(file);
	return error;
}

static int nothing(char **words)
{
	(void)words;
	return 0;
}

static int write_it(char **words)
{
	return write(fd, words[1], strlen(words[1])) < 0 ? errno : 0;
}

static int write_back(char **words)
{
	return write_text(words[0], words[2]);
}

static const struct action actions[] = {
	{ "load", 2, load, unload },
	{ "open", 1, open_it, close_it },
	{ "read", 1, read_file, nothing },
	{ "write", 3, write_it, write_back },
};

/* ---- the n-th thing ------------------------------------------------------------------- */

static int nth;

static void set_nth(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	MUST(pwrite(nth, text, strlen(text), 0));
}

/* 0: there was an n-th thing, and it failed */
static unsigned int get_nth(void)
{
	char text[16] = "";

	MUST(pread(nth, text, sizeof(text) - 1, 0));
	return atoi(text);
}

static int open_nth(const char *task)
{
	char path[64], name[64];
	int pid;
	FILE *f;

	if (!strcmp(task, "self"))
		return MUST(open("/proc/self/fail-nth", O_RDWR));
	for (pid = 2; pid < 1000; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fscanf(f, "%63s", name) == 1 && !strcmp(name, task)) {
			fclose(f);
			snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
			return MUST(open(path, O_RDWR));
		}
		fclose(f);
	}
	die("there is no task %s", task);
}

static bool is_loaded(const char *module)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

int main(int argc, char **argv)
{
	const struct action *a = actions;
	unsigned int n, left, errors = 0;
	char **words;
	int error, places = -1;

	if (argc > 2 && !strcmp(argv[1], "-p")) {
		places = atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (argc < 4) {
		fputs(usage, stderr);
		return 2;
	}
	words = argv + 3;
	while (strcmp(a->name, argv[2]))
		if (++a == actions + sizeof(actions) / sizeof(*actions))
			die("what is %s?", argv[2]);
	if (argc - 3 < a->words)
		die("%s wants %d words", a->name, a->words);
	if (a->act == load)
		fd = MUST(open(words[1], O_RDONLY | O_CLOEXEC));
	if (a->act == write_it)
		fd = MUST(open(words[0], O_WRONLY | O_CLOEXEC));
	if (a->act == open_it)
		event = parse_event(words[0]);
	nth = open_nth(argv[1]);

	for (n = 1; n <= MAX_PLACES; n++) {
		set_nth(n);
		error = a->act(words);
		left = get_nth();
		set_nth(0);
		if (error && left)
			die("%s: %s, without a fault (the %u. was to come)", a->name, strerror(error), n);
		errors += !!error;
		error = error ? 0 : a->undo(words);
		if (error)
			die("after fault %u: not undone: %s", n, strerror(error));
		if (a->act == load && is_loaded(words[0]))
			die("after fault %u: %s is still there", n, words[0]);
		if (left) {
			printf("%u places, %u of them make it fail\n", n - 1, errors);
			return places < 0 ? n == 1 : n - 1 != (unsigned int)places;
		}
		error = a->act(words);
		if (error)
			die("after fault %u: the next try fails, too: %s", n, strerror(error));
		error = a->undo(words);
		if (error)
			die("after fault %u and the next try: not undone: %s", n, strerror(error));
	}
	die("more than %d places", MAX_PLACES);
}
