/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests do around calls that cannot be repeated for ever: where a
 * device starts but once, or a table is full some time. This file is yours.
 *
 * static void stop(int fd, long answer, const void *argument)
 * {
 *	ioctl(fd, ${upper}_STOP);
 * }
 *
 * { .command = "${upper}_START", .tear_down = stop },
 * { .command = "${upper}_ADD", .limit = 16 },
 */
#ifndef ${upper}_HOOKS_H
#define ${upper}_HOOKS_H

static struct hook hooks[] = {
	{ .command = NULL }
};

#endif /* ${upper}_HOOKS_H */
