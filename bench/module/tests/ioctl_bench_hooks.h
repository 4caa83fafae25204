/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests do around calls that cannot be repeated for ever: where a
 * device starts but once, or a table is full some time. This file is yours.
 *
 * static void stop(int fd, long answer, const void *argument)
 * {
 *	ioctl(fd, IOCTL_BENCH_STOP);
 * }
 *
 * { .command = "IOCTL_BENCH_START", .tear_down = stop },
 * { .command = "IOCTL_BENCH_ADD", .limit = 16 },
 */
#ifndef IOCTL_BENCH_HOOKS_H
#define IOCTL_BENCH_HOOKS_H

static struct hook hooks[] = {
	{ .command = NULL }
};

#endif /* IOCTL_BENCH_HOOKS_H */
