/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../faulty.h"

/* The device, of a program with that many tests. */
static inline int begin(int count)
{
	int fd = open("/dev/faulty", O_RDWR);

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%d\n", count);
	if (fd < 0) {
		perror("/dev/faulty");
		exit(1);
	}
	return fd;
}

static inline bool result(int number, bool is_ok, const char *name)
{
	printf("%s %d %s\n", is_ok ? "ok" : "not ok", number, name);
	return is_ok;
}
