// SPDX-License-Identifier: GPL-2.0-only
/*
 * rapl_pmu/cpu_models.h, row by row, against cpu_models.tsv: what was found
 * out about these processors, kept apart from the code.
 */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "tap.h"
#include "../../rapl_pmu/cpu_table.h"

#define FACTS "cpu_models.tsv"	/* the Makefile runs it here */

struct row {
	unsigned int family, model, domains, quirks;
};

static const struct row table[] = {
#define RAPL_CPU(family, model, domains, quirks) \
	{ family, model, domains, quirks }
#include "../../rapl_pmu/cpu_models.h"
};

#define ROWS (sizeof(table) / sizeof(table[0]))

static unsigned int parse_domains(const char *text)
{
	static const char letters[] = "CPDGS";
	unsigned int mask = 0;

	for (; *text; text++) {
		const char *at = strchr(letters, *text);

		if (!at) {
			fprintf(stderr, "unknown domain %c\n", *text);
			exit(2);
		}
		mask |= 1U << (at - letters);
	}
	return mask;
}

static unsigned int parse_quirks(char *text)
{
	static const struct {
		const char *word;
		unsigned int quirk;
	} quirks[] = {
		{ "ram16", RAPL_Q_RAM_16 }, { "psys0", RAPL_Q_PSYS_0 }, { "micro", RAPL_Q_MICRO },
		{ "tpmi", RAPL_Q_TPMI }, { "msrpmu", RAPL_Q_MSR_PMU },
		{ "stamp", RAPL_Q_STAMP }, { "-", 0 },
	};
	const unsigned int n = sizeof(quirks) / sizeof(quirks[0]);
	unsigned int mask = 0, i;
	char *word;

	for (word = strtok(text, " "); word; word = strtok(NULL, " ")) {
		for (i = 0; i < n && strcmp(word, quirks[i].word); i++)
			;
		if (i == n) {
			fprintf(stderr, "unknown quirk %s\n", word);
			exit(2);
		}
		mask |= quirks[i].quirk;
	}
	return mask;
}

int main(void)
{
	char line[256], name[64], domains[16], quirks[64];
	unsigned char seen[ROWS] = { 0 };
	unsigned int family, model, i, facts = 0;
	FILE *file;

	file = fopen(FACTS, "r");
	if (!file) {
		perror(FACTS);
		return 2;
	}

	while (fgets(line, sizeof(line), file)) {
		const struct row *row = NULL;

		if (line[0] == '#')
			continue;
		if (sscanf(line, "%u\t%x\t%63[^\t]\t%15[^\t]\t%63[^\n]",
			   &family, &model, name, domains, quirks) != 5) {
			fprintf(stderr, FACTS ": bad line: %s", line);
			return 2;
		}
		facts++;
		for (i = 0; i < ROWS; i++) {
			if (table[i].family != family || table[i].model != model)
				continue;
			row = &table[i];
			seen[i]++;
		}
		TEST(row && row->domains == parse_domains(domains) &&
		     row->quirks == parse_quirks(quirks),
		     "%u/0x%02x %s: domains %s", family, model, name, domains);
	}
	fclose(file);

	for (i = 0; i < ROWS; i++)
		if (seen[i] != 1)
			printf("# %u/0x%02x is in %u lines of the facts\n",
			       table[i].family, table[i].model, seen[i]);
	for (i = 0; i < ROWS && seen[i] == 1; i++)
		;
	TEST(i == ROWS, "no row but those of the facts, and none twice");
	TEST(facts == ROWS, "%u rows, %u facts", (unsigned int)ROWS, facts);
	return TEST_END();
}
