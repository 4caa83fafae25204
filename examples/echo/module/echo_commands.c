// SPDX-License-Identifier: GPL-2.0-only
/* What each command of /dev/echo does, once its argument is known to be valid. */

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "echo_driver.h"

/* An hour. */
#define ECHO_TIMEOUT_MAX_MS	(60 * 60 * 1000)

/* A message that is kept. */
struct echo_kept {
	struct list_head link;
	struct echo_message message;
};

static void echo_drop_oldest(struct echo_file *private)
{
	struct echo_kept *kept = list_first_entry(&private->messages,
						  struct echo_kept, link);

	list_del(&kept->link);
	kfree(kept);
	private->kept--;
	private->device->kept--;
}

void echo_forget_messages(struct echo_file *private)
{
	mutex_lock(&private->device->limits_lock);
	while (private->kept)
		echo_drop_oldest(private);
	mutex_unlock(&private->device->limits_lock);
}

/* Where all files keep as much as they may, the oldest of this one goes. */
static void echo_keep(struct echo_file *private,
		      const struct echo_message *message)
{
	struct echo_device *device = private->device;
	struct echo_kept *kept;

	kept = kzalloc(sizeof(*kept), GFP_KERNEL_ACCOUNT);
	if (!kept)
		return;
	kept->message = *message;
	mutex_lock(&device->limits_lock);
	if (device->kept >= device->limits.kept_messages && private->kept)
		echo_drop_oldest(private);
	if (device->kept < device->limits.kept_messages) {
		list_add_tail(&kept->link, &private->messages);
		private->kept++;
		device->kept++;
		kept = NULL;
	}
	mutex_unlock(&device->limits_lock);
	kfree(kept);
}

void echo_set_defaults(struct echo_file *private)
{
	memset(&private->config, 0, sizeof(private->config));
	private->config.repeat = 1;
	memset(private->channels, 0, sizeof(private->channels));
}

static int echo_ioctl_reset(struct file *file)
{
	struct echo_file *private = file->private_data;

	mutex_lock(&private->lock);
	echo_forget_messages(private);
	echo_set_defaults(private);
	mutex_unlock(&private->lock);
	return 0;
}

static int echo_ioctl_get_info(struct file *file, struct echo_info *arg)
{
	struct echo_file *private = file->private_data;

	arg->config_flags = ECHO_CONFIG_FLAGS_VALID;
	arg->transfer_flags = ECHO_TRANSFER_FLAGS_VALID;
	arg->channels = ECHO_CHANNELS;
	mutex_lock(&private->device->limits_lock);
	arg->message_max = private->device->limits.message_max;
	mutex_unlock(&private->device->limits_lock);
	mutex_lock(&private->lock);
	arg->messages = private->usage.messages;
	mutex_unlock(&private->lock);
	return 0;
}

static int echo_ioctl_get_config(struct file *file, struct echo_config *arg)
{
	struct echo_file *private = file->private_data;

	mutex_lock(&private->lock);
	*arg = private->config;
	mutex_unlock(&private->lock);
	return 0;
}

static int echo_ioctl_set_config(struct file *file,
				 const struct echo_config *arg)
{
	struct echo_file *private = file->private_data;

	mutex_lock(&private->lock);
	private->config = *arg;
	mutex_unlock(&private->lock);
	return 0;
}

/* Takes as long as an answer does. */
static int echo_wait(struct echo_device *device, u64 delay_ns, u32 timeout_ms)
{
	u64 timeout_ns = (u64)timeout_ms * NSEC_PER_MSEC;
	bool late = timeout_ns && delay_ns > timeout_ns;
	ktime_t time = ns_to_ktime(late ? timeout_ns : delay_ns);
	int ret;

	if (!delay_ns)
		return 0;
	ret = wait_event_interruptible_hrtimeout(device->wait, READ_ONCE(device->gone), time);
	if (!ret)
		return -ENODEV;
	if (ret != -ETIME)
		return -EINTR;
	return late ? -ETIMEDOUT : 0;
}

static void echo_change(u8 *bytes, size_t length, u32 mode)
{
	size_t i;

	switch (mode) {
	case ECHO_MODE_REVERSED:
		for (i = 0; i < length / 2; i++)
			swap(bytes[i], bytes[length - 1 - i]);
		break;
	case ECHO_MODE_UPPER:
		for (i = 0; i < length; i++)
			bytes[i] = isascii(bytes[i]) ? toupper(bytes[i]) : bytes[i];
		break;
	}
}

/* The message has been sent: everybody who wants to know of it does. */
static void echo_tell(struct echo_file *private,
		      const struct echo_message *message)
{
	echo_monitor_show(private, message);
	if (!private->eventfd)
		return;
#ifdef ECHO_EVENTFD_SIGNAL_COUNTS
	eventfd_signal(private->eventfd, 1);
#else
	eventfd_signal(private->eventfd);
#endif
	if (private->eventfd_once) {
		eventfd_ctx_put(private->eventfd);
		private->eventfd = NULL;
	}
}

/* Sends bytes that are in @bytes already. */
static int echo_send(struct echo_file *private, struct echo_transfer *arg,
		     u8 *bytes)
{
	const struct echo_config *config = &private->config;
	const struct echo_channel *channel = &private->channels[arg->channel];
	u8 __user *output = u64_to_user_ptr(arg->output);
	struct echo_message message = {
		.channel = arg->channel,
		.length = arg->input_len,
	};
	u32 i, repeat = config->repeat;
	int ret;

	if (config->flags & ECHO_CONFIG_MUTED || channel->flags & ECHO_CHANNEL_MUTED)
		repeat = 0;
	if ((u64)arg->input_len * repeat > arg->output_len)
		return -ENOSPC;
	ret = echo_wait(private->device, config->delay_ns, private->timeout_ms);
	if (ret)
		return ret;
	echo_change(bytes, arg->input_len, config->mode);
	for (i = 0; i < repeat; i++)
		if (copy_to_user(output + i * arg->input_len, bytes, arg->input_len))
			return -EFAULT;
	message.timestamp_ns = ktime_get_ns();
	arg->output_len = repeat * arg->input_len;
	arg->timestamp_ns = message.timestamp_ns;
	private->usage.messages++;
	private->usage.bytes += arg->input_len;
	if (arg->flags & ECHO_TRANSFER_QUIET)
		return 0;
	if (config->flags & ECHO_CONFIG_KEEP)
		echo_keep(private, &message);
	echo_tell(private, &message);
	return 0;
}

static int echo_ioctl_transfer(struct file *file, struct echo_transfer *arg)
{
	struct echo_file *private = file->private_data;
	u64 longest;
	u8 *bytes;
	int ret;

	mutex_lock(&private->device->limits_lock);
	longest = private->device->limits.message_max;
	mutex_unlock(&private->device->limits_lock);
	if (arg->input_len > longest)
		return -E2BIG;
	bytes = kvzalloc(max_t(size_t, arg->input_len, 1), GFP_KERNEL_ACCOUNT);
	if (!bytes)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(bytes, u64_to_user_ptr(arg->input), arg->input_len))
		goto out;
	ret = mutex_lock_interruptible(&private->lock);
	if (ret)
		goto out;
	ret = echo_send(private, arg, bytes);
	if (ret)
		private->usage.failures++;
	mutex_unlock(&private->lock);
out:
	kvfree(bytes);
	return ret;
}

static int echo_ioctl_set_timeout(struct file *file, u32 arg)
{
	struct echo_file *private = file->private_data;
	u32 before;

	if (arg > ECHO_TIMEOUT_MAX_MS)
		return -EINVAL;
	mutex_lock(&private->lock);
	before = private->timeout_ms;
	private->timeout_ms = arg;
	mutex_unlock(&private->lock);
	return before;
}

static struct file *echo_ioctl_open_monitor(struct file *file,
					    const struct echo_open_monitor *arg)
{
	return echo_monitor_open(file->private_data, arg);
}

static int echo_ioctl_list_messages(struct file *file,
				    struct echo_message_list *arg,
				    size_t capacity)
{
	struct echo_file *private = file->private_data;
	struct echo_kept *kept;
	u32 index = 0;

	mutex_lock(&private->lock);
	arg->count = 0;
	arg->total = private->kept;
	list_for_each_entry(kept, &private->messages, link) {
		if (arg->count == capacity)
			break;
		if (index++ >= arg->first)
			arg->messages[arg->count++] = kept->message;
	}
	mutex_unlock(&private->lock);
	return 0;
}

static int echo_ioctl_set_limits(struct file *file,
				 const struct echo_limits *arg)
{
	struct echo_file *private = file->private_data;
	struct echo_device *device = private->device;
	int ret = 0;

	mutex_lock(&device->limits_lock);
	if (arg->kept_messages < device->kept)
		ret = -EBUSY;
	else
		device->limits = *arg;
	mutex_unlock(&device->limits_lock);
	return ret;
}

static int echo_ioctl_set_eventfd(struct file *file,
				  const struct echo_eventfd *arg)
{
	struct echo_file *private = file->private_data;
	struct eventfd_ctx *eventfd = NULL, *before;

	if (arg->fd != -1) {
		eventfd = eventfd_ctx_fdget(arg->fd);
		if (IS_ERR(eventfd))
			return PTR_ERR(eventfd);
	}
	mutex_lock(&private->lock);
	before = private->eventfd;
	private->eventfd = eventfd;
	private->eventfd_once = arg->flags & ECHO_EVENTFD_ONCE;
	mutex_unlock(&private->lock);
	if (before)
		eventfd_ctx_put(before);
	return 0;
}

static int echo_ioctl_get_usage(struct file *file, struct echo_usage *arg)
{
	struct echo_file *private = file->private_data;

	mutex_lock(&private->lock);
	*arg = private->usage;
	mutex_unlock(&private->lock);
	return 0;
}

static int echo_ioctl_get_channel(struct file *file, unsigned int index,
				  struct echo_channel *arg)
{
	struct echo_file *private = file->private_data;

	mutex_lock(&private->lock);
	*arg = private->channels[index];
	mutex_unlock(&private->lock);
	return 0;
}

static int echo_ioctl_set_channel(struct file *file, unsigned int index,
				  const struct echo_channel *arg)
{
	struct echo_file *private = file->private_data;

	mutex_lock(&private->lock);
	private->channels[index] = *arg;
	mutex_unlock(&private->lock);
	return 0;
}

const struct echo_ops echo_ops = {
	.reset = echo_ioctl_reset,
	.get_info = echo_ioctl_get_info,
	.get_config = echo_ioctl_get_config,
	.set_config = echo_ioctl_set_config,
	.transfer = echo_ioctl_transfer,
	.set_timeout = echo_ioctl_set_timeout,
	.open_monitor = echo_ioctl_open_monitor,
	.list_messages = echo_ioctl_list_messages,
	.set_limits = echo_ioctl_set_limits,
	.set_eventfd = echo_ioctl_set_eventfd,
	.get_usage = echo_ioctl_get_usage,
	.get_channel = echo_ioctl_get_channel,
	.set_channel = echo_ioctl_set_channel,
};
