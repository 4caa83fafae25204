/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by ioctl-gen 0.1.0: body 311547038309 */
/* Results as KTAP (Documentation/dev-tools/ktap.rst), for one program. */
#ifndef KTAP_H
#define KTAP_H

#include <stdio.h>

#define KTAP_PASS	0
#define KTAP_FAIL	1
#define KTAP_SKIP	4

static unsigned int ktap_planned, ktap_count, ktap_failed, ktap_skipped;

static inline void ktap_version(void)
{
	/* A test that dies has said all that it found. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
}

/* How many results will come: in front of them, as the kernel's parser has it. */
static inline void ktap_plan(unsigned int planned)
{
	ktap_planned = planned;
	printf("1..%u\n", planned);
}

static inline void ktap_begin(unsigned int planned)
{
	ktap_version();
	ktap_plan(planned);
}

#define ktap_say(...)	(printf("# "), printf(__VA_ARGS__), printf("\n"))

static inline void ktap_result(const char *subject, const char *test,
			       int failed)
{
	ktap_count++;
	ktap_failed += !!failed;
	printf("%sok %u %s: %s\n", failed ? "not " : "", ktap_count, subject,
	       test);
}

static inline void ktap_skip(const char *subject, const char *test,
			     const char *why)
{
	ktap_count++;
	ktap_skipped++;
	printf("ok %u %s: %s # SKIP %s\n", ktap_count, subject, test, why);
}

/* The result of the program: a plan that is not kept is a failure, too. */
static inline int ktap_end(void)
{
	ktap_say("Totals: pass:%u fail:%u xfail:0 xpass:0 skip:%u error:0",
		 ktap_count - ktap_failed - ktap_skipped, ktap_failed, ktap_skipped);
	if (ktap_count != ktap_planned)
		ktap_say("%u results were planned, %u came", ktap_planned,
			 ktap_count);
	return ktap_failed || ktap_count != ktap_planned ? KTAP_FAIL : KTAP_PASS;
}

#endif /* KTAP_H */
