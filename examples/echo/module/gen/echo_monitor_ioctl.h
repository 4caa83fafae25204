/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by ioctl-gen 0.1.0: body deef0753469a */
#ifndef _ECHO_MONITOR_IOCTL_H
#define _ECHO_MONITOR_IOCTL_H

#include <linux/build_bug.h>
#include <linux/fs.h>
#include <linux/types.h>
#include <linux/echo.h>

/**
 * struct echo_monitor_ops - what the driver does for each command
 *
 * A handler runs when its argument has been copied in and found valid, between
 * echo_monitor_enter() and echo_monitor_leave(). It answers 0, or the number
 * that the command returns, or an error: the caller gets what it answers. No
 * lock is held. A handler that sleeps must wake up and return -ENODEV when the
 * device goes; until it returns, the device cannot be removed. What a handler
 * leaves in its argument goes to the caller only when it succeeds. A command
 * whose member is NULL answers -ENOTTY.
 *
 * @next_message: ECHO_MONITOR_NEXT_MESSAGE, whose argument begins as zeroes::
 *
 *	static int echo_monitor_ioctl_next_message(struct file *file,
 *						   struct echo_message *arg);
 *
 * @skip: ECHO_MONITOR_SKIP, which returns a number::
 *
 *	static int echo_monitor_ioctl_skip(struct file *file, u32 arg);
 *
 * @count_messages: ECHO_MONITOR_COUNT_MESSAGES, which returns a number::
 *
 *	static int echo_monitor_ioctl_count_messages(struct file *file);
 */
struct echo_monitor_ops {
	int (*next_message)(struct file *file, struct echo_message *arg);
	int (*skip)(struct file *file, u32 arg);
	int (*count_messages)(struct file *file);
};

/* The driver defines these three. */
extern const struct echo_monitor_ops echo_monitor_ops;

/* Keeps the device from going, or answers -ENODEV where it is gone. */
int echo_monitor_enter(struct file *file);
/* Lets it go again. */
void echo_monitor_leave(struct file *file);

long echo_monitor_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
#ifdef CONFIG_COMPAT
long echo_monitor_compat_ioctl(struct file *file, unsigned int cmd,
			       unsigned long arg);
#else
#define echo_monitor_compat_ioctl	NULL
#endif

#endif /* _ECHO_MONITOR_IOCTL_H */
