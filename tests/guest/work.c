// SPDX-License-Identifier: GPL-2.0-only
/*
 * Executes instructions of one class, which the RAPL model knows by their mark (work= in
 * tests/model/README.md), for a time. With several CPUs and every=MS one thread goes round
 * them; without, there is a thread on each.
 */
#define _GNU_SOURCE
#include "perf.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#define MAX_CPUS	64

static int cpus[MAX_CPUS];
static unsigned int class;
static volatile int over;

/*
 * Functions of their own, for those who look at symbols. Little but marks: QEMU may go on
 * at any of the instructions, in a new block.
 */
#define WORK(n)								\
static __attribute__((noinline)) void work_##n(void)			\
{									\
	while (!over)							\
		asm volatile(".rept 60\n\t"				\
			     "nopl 0x5241000" #n "(%rax)\n\t"		\
			     ".endr");					\
}
WORK(1)
WORK(2)
WORK(3)

static void go_to(pid_t thread, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(thread, sizeof(set), &set))
		die("cannot run on CPU %d: %s", cpu, strerror(errno));
}

static void *worker(void *arg)
{
	static void (*const works[])(void) = { work_1, work_2, work_3 };
	pid_t *thread = arg;

	*thread = gettid();
	works[class - 1]();
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned int n_cpus = 0, n, i;
	double seconds, every = 0, t;
	pthread_t threads[MAX_CPUS];
	static volatile pid_t ids[MAX_CPUS];
	char *word;

	if (argc < 5 || sscanf(argv[2], "%u", &class) != 1 || class < 1 || class > 3 ||
	    sscanf(argv[3], "%lf", &seconds) != 1 ||
	    (argc > 5 && sscanf(argv[5], "every=%lf", &every) != 1))
		die("usage: work NAME CLASS SECONDS CPU[,CPU...] [every=SECONDS]");
	for (word = strtok(argv[4], ","); word && n_cpus < MAX_CPUS; word = strtok(NULL, ","))
		cpus[n_cpus++] = atoi(word);
	prctl(PR_SET_NAME, argv[1]);
	n = every ? 1 : n_cpus;
	for (i = 0; i < n; i++) {
		if (pthread_create(&threads[i], NULL, worker, (void *)&ids[i]))
			die("cannot make a thread");
		while (!ids[i])
			sched_yield();
		go_to(ids[i], cpus[i]);
	}
	for (t = 0, i = 0; t < seconds; t += every ? every : seconds) {
		usleep((every ? every : seconds) * 1e6);
		if (every)
			go_to(ids[0], cpus[++i % n_cpus]);
	}
	over = 1;
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
