/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests do around calls that cannot be repeated for ever: where a
 * device starts but once, or a table is full some time. This file is yours.
 *
 * static void stop(int fd, long answer, const void *argument)
 * {
 *	ioctl(fd, ECHO_STOP);
 * }
 *
 * { .command = "ECHO_START", .tear_down = stop },
 * { .command = "ECHO_ADD", .limit = 16 },
 */
#ifndef ECHO_HOOKS_H
#define ECHO_HOOKS_H

static struct hook hooks[] = {
	{ .command = NULL }
};

#endif /* ECHO_HOOKS_H */
