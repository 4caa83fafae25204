// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: body 1e4ebc4e620a */

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "echo_ioctl.h"

/* What an argument may hold. */

static int echo_check_config(const struct echo_config *arg)
{
	if (arg->flags & ~ECHO_CONFIG_FLAGS_VALID)
		return -EINVAL;
	if (arg->mode != ECHO_MODE_PLAIN && arg->mode != ECHO_MODE_REVERSED &&
	    arg->mode != ECHO_MODE_UPPER)
		return -EINVAL;
	if (arg->repeat < 1 || arg->repeat > ECHO_REPEAT_MAX)
		return -EINVAL;
	if (memchr_inv(arg->reserved0, 0, sizeof(arg->reserved0)))
		return -EINVAL;
	if (arg->delay_ns > ECHO_DELAY_MAX_NS)
		return -EINVAL;
	return 0;
}

static int echo_check_transfer(const struct echo_transfer *arg)
{
	if (arg->flags & ~ECHO_TRANSFER_FLAGS_VALID)
		return -EINVAL;
	if (arg->channel > 7)
		return -EINVAL;
	if (memchr_inv(arg->reserved0, 0, sizeof(arg->reserved0)))
		return -EINVAL;
	return 0;
}

static int echo_check_open_monitor(const struct echo_open_monitor *arg)
{
	if (arg->flags & ~ECHO_OPEN_MONITOR_FLAGS_VALID)
		return -EINVAL;
	if (arg->channels & ~ECHO_OPEN_MONITOR_CHANNELS_VALID)
		return -EINVAL;
	return 0;
}

static int echo_check_message(const struct echo_message *arg)
{
	if (memchr_inv(arg->reserved0, 0, sizeof(arg->reserved0)))
		return -EINVAL;
	return 0;
}

static int echo_check_message_list(const struct echo_message_list *arg)
{
	if (memchr_inv(arg->reserved0, 0, sizeof(arg->reserved0)))
		return -EINVAL;
	return 0;
}

static int echo_check_limits(const struct echo_limits *arg)
{
	if (arg->kept_messages < 1 || arg->kept_messages > 65536)
		return -EINVAL;
	if (memchr_inv(arg->reserved0, 0, sizeof(arg->reserved0)))
		return -EINVAL;
	if (arg->message_max < 1ULL || arg->message_max > 1048576ULL)
		return -EINVAL;
	return 0;
}

static int echo_check_eventfd(const struct echo_eventfd *arg)
{
	if (arg->flags & ~ECHO_EVENTFD_FLAGS_VALID)
		return -EINVAL;
	if (memchr_inv(arg->reserved0, 0, sizeof(arg->reserved0)))
		return -EINVAL;
	return 0;
}

static int echo_check_channel(const struct echo_channel *arg)
{
	if (arg->flags & ~ECHO_CHANNEL_FLAGS_VALID)
		return -EINVAL;
	if (arg->gain < -ECHO_GAIN_MAX || arg->gain > ECHO_GAIN_MAX)
		return -EINVAL;
	return 0;
}

/* The commands. */

static long echo_do_reset(struct file *file)
{
	int ret;

	if (!echo_ops.reset)
		return -ENOTTY;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.reset(file);
	echo_leave(file);
	return ret;
}

static long echo_do_get_info(struct file *file, unsigned int cmd,
			     void __user *uarg)
{
	size_t size = _IOC_SIZE(cmd);
	struct echo_info karg;
	int ret;

	if (size < ECHO_INFO_SIZE_VER0 || !echo_ops.get_info)
		return -ENOTTY;
	if (size > PAGE_SIZE)
		return -E2BIG;
	memset(&karg, 0, sizeof(karg));
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.get_info(file, &karg);
	echo_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, min_t(size_t, size, sizeof(karg))))
		return -EFAULT;
	/* The members that the driver does not know. */
	if (size > sizeof(karg) &&
	    clear_user(uarg + sizeof(karg), size - sizeof(karg)))
		return -EFAULT;
	return ret;
}

static long echo_do_get_config(struct file *file, void __user *uarg)
{
	struct echo_config karg;
	int ret;

	if (!echo_ops.get_config)
		return -ENOTTY;
	memset(&karg, 0, sizeof(karg));
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.get_config(file, &karg);
	echo_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, sizeof(karg)))
		return -EFAULT;
	return ret;
}

static long echo_do_set_config(struct file *file, void __user *uarg)
{
	struct echo_config karg;
	int ret;

	if (!echo_ops.set_config)
		return -ENOTTY;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
	ret = echo_check_config(&karg);
	if (ret)
		return ret;
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.set_config(file, &karg);
	echo_leave(file);
	return ret;
}

static long echo_do_transfer(struct file *file, unsigned int cmd,
			     void __user *uarg)
{
	struct echo_transfer karg;
	u32 size;
	int ret;

	if (_IOC_SIZE(cmd) < ECHO_TRANSFER_SIZE_VER0 || !echo_ops.transfer)
		return -ENOTTY;
	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (get_user(size, (u32 __user *)uarg))
		return -EFAULT;
	if (size < ECHO_TRANSFER_SIZE_VER0)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(&karg, sizeof(karg), uarg, size);
	if (ret)
		return ret;
	/* It was read twice: the one that was checked counts. */
	karg.size = size;
	ret = echo_check_transfer(&karg);
	if (ret)
		return ret;
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.transfer(file, &karg);
	echo_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, min_t(size_t, size, sizeof(karg))))
		return -EFAULT;
	return ret;
}

static long echo_do_set_timeout(struct file *file, unsigned long arg)
{
	int ret;

	if (!echo_ops.set_timeout)
		return -ENOTTY;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.set_timeout(file, (u32)arg);
	echo_leave(file);
	return ret;
}

static long echo_do_open_monitor(struct file *file, void __user *uarg)
{
	struct echo_open_monitor karg;
	struct file *made;
	int fd, ret;

	if (!echo_ops.open_monitor)
		return -ENOTTY;
	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
	ret = echo_check_open_monitor(&karg);
	if (ret)
		return ret;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	ret = echo_enter(file);
	if (ret)
		goto put_fd;
	made = echo_ops.open_monitor(file, &karg);
	echo_leave(file);
	if (IS_ERR(made)) {
		ret = PTR_ERR(made);
		goto put_fd;
	}
	/* Behind this, another thread may use the file: nothing can fail. */
	fd_install(fd, made);
	return fd;

put_fd:
	put_unused_fd(fd);
	return ret;
}

static long echo_do_list_messages(struct file *file,
				  struct echo_message_list __user *uarg)
{
	struct echo_message_list head, *karg;
	size_t capacity, size;
	size_t i;
	int ret;

	if (!echo_ops.list_messages)
		return -ENOTTY;
	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (copy_from_user(&head, uarg, sizeof(head)))
		return -EFAULT;
	ret = echo_check_message_list(&head);
	if (ret)
		return ret;
	capacity = head.count;
	size = struct_size(karg, messages, capacity);
	if (size > ECHO_ARRAY_BYTES_MAX)
		return -E2BIG;
	karg = kvzalloc(max(size, sizeof(*karg)), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	/* The head was checked: fetched again, it could be another. */
	memcpy(karg, &head, sizeof(head));
	ret = -EFAULT;
	if (copy_from_user(karg->messages, uarg->messages,
			   array_size(sizeof(*karg->messages), capacity)))
		goto out;
	for (i = 0; i < capacity; i++) {
		ret = echo_check_message(&karg->messages[i]);
		if (ret)
			goto out;
	}
	ret = echo_enter(file);
	if (ret)
		goto out;
	ret = echo_ops.list_messages(file, karg, capacity);
	echo_leave(file);
	if (ret < 0)
		goto out;
	size = struct_size(karg, messages,
			   min_t(size_t, karg->count, capacity));
	if (copy_to_user(uarg, karg, size))
		ret = -EFAULT;
out:
	kvfree(karg);
	return ret;
}

static long echo_do_set_limits(struct file *file, void __user *uarg)
{
	struct echo_limits karg;
	int ret;

	if (!echo_ops.set_limits)
		return -ENOTTY;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
	ret = echo_check_limits(&karg);
	if (ret)
		return ret;
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.set_limits(file, &karg);
	echo_leave(file);
	return ret;
}

static long echo_do_set_eventfd(struct file *file, void __user *uarg)
{
	struct echo_eventfd karg;
	int ret;

	if (!echo_ops.set_eventfd)
		return -ENOTTY;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
	ret = echo_check_eventfd(&karg);
	if (ret)
		return ret;
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.set_eventfd(file, &karg);
	echo_leave(file);
	return ret;
}

static long echo_do_get_usage(struct file *file, void __user *uarg)
{
	struct echo_usage karg;
	int ret;

	if (!echo_ops.get_usage)
		return -ENOTTY;
	memset(&karg, 0, sizeof(karg));
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.get_usage(file, &karg);
	echo_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, sizeof(karg)))
		return -EFAULT;
	return ret;
}

static long echo_do_get_channel(struct file *file, unsigned int cmd,
				void __user *uarg)
{
	unsigned int index = array_index_nospec(_IOC_NR(cmd) - 0x10, 8);
	struct echo_channel karg;
	int ret;

	if (!echo_ops.get_channel)
		return -ENOTTY;
	memset(&karg, 0, sizeof(karg));
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.get_channel(file, index, &karg);
	echo_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, sizeof(karg)))
		return -EFAULT;
	return ret;
}

static long echo_do_set_channel(struct file *file, unsigned int cmd,
				void __user *uarg)
{
	unsigned int index = array_index_nospec(_IOC_NR(cmd) - 0x18, 8);
	struct echo_channel karg;
	int ret;

	if (!echo_ops.set_channel)
		return -ENOTTY;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
	ret = echo_check_channel(&karg);
	if (ret)
		return ret;
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.set_channel(file, index, &karg);
	echo_leave(file);
	return ret;
}

/**
 * echo_ioctl - the unlocked_ioctl of /dev/echo
 * @file: the open file
 * @cmd: the command's number
 * @arg: its argument
 *
 * Return: what the command returns, or an error.
 */
long echo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case ECHO_RESET:
		return echo_do_reset(file);
	case ECHO_GET_CONFIG:
		return echo_do_get_config(file, uarg);
	case ECHO_SET_CONFIG:
		return echo_do_set_config(file, uarg);
	case ECHO_SET_TIMEOUT:
		return echo_do_set_timeout(file, arg);
	case ECHO_OPEN_MONITOR:
		return echo_do_open_monitor(file, uarg);
	case ECHO_LIST_MESSAGES:
		return echo_do_list_messages(file, uarg);
	case ECHO_SET_LIMITS:
		return echo_do_set_limits(file, uarg);
	case ECHO_SET_EVENTFD:
		return echo_do_set_eventfd(file, uarg);
	case ECHO_GET_USAGE:
		return echo_do_get_usage(file, uarg);
	case ECHO_GET_CHANNEL(0) ... ECHO_GET_CHANNEL(7):
		return echo_do_get_channel(file, cmd, uarg);
	case ECHO_SET_CHANNEL(0) ... ECHO_SET_CHANNEL(7):
		return echo_do_set_channel(file, cmd, uarg);
	}
	/* The size in these numbers is for the command to judge. */
	switch (cmd & ~IOCSIZE_MASK) {
	case ECHO_GET_INFO & ~IOCSIZE_MASK:
		return echo_do_get_info(file, cmd, uarg);
	case ECHO_TRANSFER & ~IOCSIZE_MASK:
		return echo_do_transfer(file, cmd, uarg);
	}
	return -ENOTTY;
}

#ifdef CONFIG_COMPAT

/* struct echo_usage, as 32-bit programs have it. */
struct echo_usage32 {
	compat_ulong_t messages;
	compat_ulong_t failures;
	compat_u64 bytes;
};

#ifdef CONFIG_X86
static_assert(sizeof(struct echo_usage32) == 16);
#endif

static int echo_to_usage32(struct echo_usage32 *to,
			   const struct echo_usage *from)
{
	memset(to, 0, sizeof(*to));
	to->messages = from->messages;
	if (to->messages != from->messages)
		return -EOVERFLOW;
	to->failures = from->failures;
	if (to->failures != from->failures)
		return -EOVERFLOW;
	to->bytes = from->bytes;
	return 0;
}

static long echo_compat_do_get_usage(struct file *file, void __user *uarg)
{
	struct echo_usage karg;
	struct echo_usage32 carg;
	int ret;

	if (!echo_ops.get_usage)
		return -ENOTTY;
	memset(&karg, 0, sizeof(karg));
	ret = echo_enter(file);
	if (ret)
		return ret;
	ret = echo_ops.get_usage(file, &karg);
	echo_leave(file);
	if (ret < 0)
		return ret;
	if (echo_to_usage32(&carg, &karg))
		return -EOVERFLOW;
	if (copy_to_user(uarg, &carg, sizeof(carg)))
		return -EFAULT;
	return ret;
}

/**
 * echo_compat_ioctl - the compat_ioctl of /dev/echo
 * @file: the open file
 * @cmd: the command's number, as 32-bit programs have it
 * @arg: its argument
 *
 * Return: what the command returns, or an error.
 */
long echo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	/* Not of numbers: compat_ptr() would cut the top bit off. */
	void __user *uarg = compat_ptr(arg);

	switch (cmd) {
	case ECHO_RESET:
		return echo_do_reset(file);
	case ECHO_GET_CONFIG:
		return echo_do_get_config(file, uarg);
	case ECHO_SET_CONFIG:
		return echo_do_set_config(file, uarg);
	case ECHO_SET_TIMEOUT:
		return echo_do_set_timeout(file, arg);
	case ECHO_OPEN_MONITOR:
		return echo_do_open_monitor(file, uarg);
	case ECHO_LIST_MESSAGES:
		return echo_do_list_messages(file, uarg);
	case ECHO_SET_LIMITS:
		return echo_do_set_limits(file, uarg);
	case ECHO_SET_EVENTFD:
		return echo_do_set_eventfd(file, uarg);
	case _IOR(0xe9, 0x0a, struct echo_usage32):
		return echo_compat_do_get_usage(file, uarg);
	case ECHO_GET_CHANNEL(0) ... ECHO_GET_CHANNEL(7):
		return echo_do_get_channel(file, cmd, uarg);
	case ECHO_SET_CHANNEL(0) ... ECHO_SET_CHANNEL(7):
		return echo_do_set_channel(file, cmd, uarg);
	}
	/* The size in these numbers is for the command to judge. */
	switch (cmd & ~IOCSIZE_MASK) {
	case ECHO_GET_INFO & ~IOCSIZE_MASK:
		return echo_do_get_info(file, cmd, uarg);
	case ECHO_TRANSFER & ~IOCSIZE_MASK:
		return echo_do_transfer(file, cmd, uarg);
	}
	return -ENOTTY;
}

#endif /* CONFIG_COMPAT */
