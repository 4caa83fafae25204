/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver's own files share. */
#ifndef _ECHO_DRIVER_H
#define _ECHO_DRIVER_H

#include <linux/completion.h>
#include <linux/eventfd.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/wait.h>

#include "gen/echo_ioctl.h"

/**
 * struct echo_device - one device
 * @refs: the driver, and each open file
 * @users: the driver, and each command that runs
 * @idle: completed when the last of them has left
 * @gone: whether the driver has let go of the device
 * @wait: where handlers sleep until something happens or the device is @gone
 * @misc: the file in /dev
 * @limits_lock: guards @limits and @kept
 * @limits: what all files together may use
 * @kept: how many messages all files keep
 */
struct echo_device {
	struct kref refs;
	refcount_t users;
	struct completion idle;
	bool gone;
	wait_queue_head_t wait;
	struct miscdevice misc;
	/* Guards what is below. */
	struct mutex limits_lock;
	struct echo_limits limits;
	u32 kept;
};

/**
 * struct echo_file - one open file
 * @device: its device
 * @lock: guards the members below, but not @monitors
 * @config: as ECHO_SET_CONFIG left it
 * @channels: as ECHO_SET_CHANNEL left them
 * @timeout_ms: how long an answer may take; 0 for ever
 * @messages: those that are kept, the oldest first
 * @kept: how many there are
 * @usage: what has been sent
 * @eventfd: is signalled for each message, unless it is NULL
 * @eventfd_once: whether that ends with the next one
 * @monitors: the files that see its messages
 */
struct echo_file {
	struct echo_device *device;
	/* Guards what is below. */
	struct mutex lock;
	struct echo_config config;
	struct echo_channel channels[ECHO_CHANNELS];
	u32 timeout_ms;
	struct list_head messages;
	u32 kept;
	struct echo_usage usage;
	struct eventfd_ctx *eventfd;
	bool eventfd_once;
	struct list_head monitors;
};

/* Files of one user that is gone: what it kept is given back. */
void echo_forget_messages(struct echo_file *private);
/* Configuration and channels as they are at first. */
void echo_set_defaults(struct echo_file *private);

struct file *echo_monitor_open(struct echo_file *private,
			       const struct echo_open_monitor *arg);
/* Shows a message to the monitors that want to see its channel. */
void echo_monitor_show(struct echo_file *private,
		       const struct echo_message *message);
/* There are no more messages. */
void echo_monitor_end(struct echo_file *private);

#endif /* _ECHO_DRIVER_H */
