/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by ioctl-gen 0.1.0: schema bec1529e6891, body b7d959e335b2 */
/* Results as KTAP (Documentation/dev-tools/ktap.rst), for one program. */
#ifndef KTAP_H
#define KTAP_H

#include <stdio.h>

#define KTAP_PASS	0
#define KTAP_FAIL	1
#define KTAP_SKIP	4

static unsigned int ktap_count, ktap_failed, ktap_skipped;

static inline void ktap_begin(void)
{
	/* A test that dies has said all that it found. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
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

/* The plan comes last, and with it the result of the program. */
static inline int ktap_end(void)
{
	printf("1..%u\n", ktap_count);
	ktap_say("pass:%u fail:%u skip:%u",
		 ktap_count - ktap_failed - ktap_skipped,
		 ktap_failed, ktap_skipped);
	return ktap_failed ? KTAP_FAIL : KTAP_PASS;
}

#endif /* KTAP_H */
