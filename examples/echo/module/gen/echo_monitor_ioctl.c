// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: body fe3ae07aa36e */

#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "echo_monitor_ioctl.h"

/* The commands. */

static long echo_monitor_do_next_message(struct file *file, void __user *uarg)
{
	struct echo_message karg;
	int ret;

	if (!echo_monitor_ops.next_message)
		return -ENOTTY;
	memset(&karg, 0, sizeof(karg));
	ret = echo_monitor_enter(file);
	if (ret)
		return ret;
	ret = echo_monitor_ops.next_message(file, &karg);
	echo_monitor_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, sizeof(karg)))
		return -EFAULT;
	return ret;
}

static long echo_monitor_do_skip(struct file *file, unsigned long arg)
{
	int ret;

	if (!echo_monitor_ops.skip)
		return -ENOTTY;
	ret = echo_monitor_enter(file);
	if (ret)
		return ret;
	ret = echo_monitor_ops.skip(file, (u32)arg);
	echo_monitor_leave(file);
	return ret;
}

static long echo_monitor_do_count_messages(struct file *file)
{
	int ret;

	if (!echo_monitor_ops.count_messages)
		return -ENOTTY;
	ret = echo_monitor_enter(file);
	if (ret)
		return ret;
	ret = echo_monitor_ops.count_messages(file);
	echo_monitor_leave(file);
	return ret;
}

/**
 * echo_monitor_ioctl - the unlocked_ioctl of echo_monitor files
 * @file: the open file
 * @cmd: the command's number
 * @arg: its argument
 *
 * Return: what the command returns, or an error.
 */
long echo_monitor_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case ECHO_MONITOR_NEXT_MESSAGE:
		return echo_monitor_do_next_message(file, uarg);
	case ECHO_MONITOR_SKIP:
		return echo_monitor_do_skip(file, arg);
	case ECHO_MONITOR_COUNT_MESSAGES:
		return echo_monitor_do_count_messages(file);
	}
	return -ENOTTY;
}

#ifdef CONFIG_COMPAT

/**
 * echo_monitor_compat_ioctl - the compat_ioctl of echo_monitor files
 * @file: the open file
 * @cmd: the command's number, as 32-bit programs have it
 * @arg: its argument
 *
 * Return: what the command returns, or an error.
 */
long echo_monitor_compat_ioctl(struct file *file, unsigned int cmd,
			       unsigned long arg)
{
	/* Not of numbers: compat_ptr() would cut the top bit off. */
	void __user *uarg = compat_ptr(arg);

	switch (cmd) {
	case ECHO_MONITOR_NEXT_MESSAGE:
		return echo_monitor_do_next_message(file, uarg);
	case ECHO_MONITOR_SKIP:
		return echo_monitor_do_skip(file, arg);
	case ECHO_MONITOR_COUNT_MESSAGES:
		return echo_monitor_do_count_messages(file);
	}
	return -ENOTTY;
}

#endif /* CONFIG_COMPAT */
