// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: schema 7053c9446447, body b77988ac1445 */

#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "echo_monitor_ioctl.h"

/* The commands. */

static long echo_monitor_do_next_message(struct file *file, unsigned int cmd,
					 unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
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
	return 0;
}

static long echo_monitor_do_skip(struct file *file, unsigned int cmd,
				 unsigned long arg)
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

static long echo_monitor_do_count_messages(struct file *file, unsigned int cmd,
					   unsigned long arg)
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
 * struct echo_monitor_ioctl - one command
 * @cmd: its number; of a family, that of the first
 * @mask: the bits of the number that a caller's must have
 * @do_ioctl: carries it out
 * @value: whether its argument is a number, and no address
 */
struct echo_monitor_ioctl {
	unsigned int cmd;
	unsigned int mask;
	long (*do_ioctl)(struct file *file, unsigned int cmd,
			 unsigned long arg);
	bool value;
};

#define ECHO_MONITOR_WHOLE	(~0U)

static const struct echo_monitor_ioctl echo_monitor_ioctls[] = {
	[0x40] = {
		.cmd = ECHO_MONITOR_NEXT_MESSAGE,
		.mask = ECHO_MONITOR_WHOLE,
		.do_ioctl = echo_monitor_do_next_message,
	},
	[0x41] = {
		.cmd = ECHO_MONITOR_SKIP,
		.mask = ECHO_MONITOR_WHOLE,
		.do_ioctl = echo_monitor_do_skip,
	},
	[0x42] = {
		.cmd = ECHO_MONITOR_COUNT_MESSAGES,
		.mask = ECHO_MONITOR_WHOLE,
		.do_ioctl = echo_monitor_do_count_messages,
	},
};

static const struct echo_monitor_ioctl *
echo_monitor_find(const struct echo_monitor_ioctl *ioctls, unsigned int count,
		  unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);
	const struct echo_monitor_ioctl *found;

	if (nr >= count)
		return NULL;
	found = &ioctls[array_index_nospec(nr, count)];
	if (!found->do_ioctl)
		return NULL;
	/* In a family, the nr is all that differs from the first. */
	if ((cmd ^ (found->cmd + nr - _IOC_NR(found->cmd))) & found->mask)
		return NULL;
	return found;
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
	const struct echo_monitor_ioctl *found;

	found = echo_monitor_find(echo_monitor_ioctls,
				  ARRAY_SIZE(echo_monitor_ioctls), cmd);
	if (!found)
		return -ENOTTY;
	return found->do_ioctl(file, cmd, arg);
}

#ifdef CONFIG_COMPAT

static const struct echo_monitor_ioctl echo_monitor_compat_ioctls[] = {
	[0x40] = {
		.cmd = ECHO_MONITOR_NEXT_MESSAGE,
		.mask = ECHO_MONITOR_WHOLE,
		.do_ioctl = echo_monitor_do_next_message,
	},
	[0x41] = {
		.cmd = ECHO_MONITOR_SKIP,
		.mask = ECHO_MONITOR_WHOLE,
		.do_ioctl = echo_monitor_do_skip,
		.value = true,
	},
	[0x42] = {
		.cmd = ECHO_MONITOR_COUNT_MESSAGES,
		.mask = ECHO_MONITOR_WHOLE,
		.do_ioctl = echo_monitor_do_count_messages,
	},
};

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
	const struct echo_monitor_ioctl *found;

	found = echo_monitor_find(echo_monitor_compat_ioctls,
				  ARRAY_SIZE(echo_monitor_compat_ioctls), cmd);
	if (!found)
		return -ENOTTY;
	/* A number is no address: compat_ptr() would cut its top bit off. */
	if (!found->value)
		arg = (unsigned long)compat_ptr(arg);
	return found->do_ioctl(file, cmd, arg);
}

#endif /* CONFIG_COMPAT */
