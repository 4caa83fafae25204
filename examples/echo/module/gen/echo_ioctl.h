/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by ioctl-gen 0.1.0: body 3f0438f81151 */
#ifndef _ECHO_IOCTL_H
#define _ECHO_IOCTL_H

#include <linux/build_bug.h>
#include <linux/fs.h>
#include <linux/types.h>
#include <linux/echo.h>

/*
 * The bytes of a caller's array that the driver takes at most. More is answered
 * with -E2BIG, before memory is taken for it.
 */
#define ECHO_ARRAY_BYTES_MAX	0x100000

/**
 * struct echo_ops - what the driver does for each command
 *
 * A handler runs when its argument has been copied in and found valid, between
 * echo_enter() and echo_leave(). It answers 0, or the number that the command
 * returns, or an error: the caller gets what it answers. No lock is held. A
 * handler that sleeps must wake up and return -ENODEV when the device goes;
 * until it returns, the device cannot be removed. What a handler leaves in its
 * argument goes to the caller only when it succeeds. A command whose member is
 * NULL answers -ENOTTY.
 *
 * @reset: ECHO_RESET::
 *
 *	static int echo_ioctl_reset(struct file *file);
 *
 * @get_info: ECHO_GET_INFO, whose argument begins as zeroes::
 *
 *	static int echo_ioctl_get_info(struct file *file,
 *				       struct echo_info *arg);
 *
 * @get_config: ECHO_GET_CONFIG, whose argument begins as zeroes::
 *
 *	static int echo_ioctl_get_config(struct file *file,
 *					 struct echo_config *arg);
 *
 * @set_config: ECHO_SET_CONFIG::
 *
 *	static int echo_ioctl_set_config(struct file *file,
 *					 const struct echo_config *arg);
 *
 * @transfer: ECHO_TRANSFER, whose members are 0 where a caller does not know
 *   them::
 *
 *	static int echo_ioctl_transfer(struct file *file,
 *				       struct echo_transfer *arg);
 *
 * @set_timeout: ECHO_SET_TIMEOUT, which returns a number::
 *
 *	static int echo_ioctl_set_timeout(struct file *file, u32 arg);
 *
 * @open_monitor: ECHO_OPEN_MONITOR, which returns a new file, or ERR_PTR()::
 *
 *	static struct file *
 *	echo_ioctl_open_monitor(struct file *file,
 *				const struct echo_open_monitor *arg);
 *
 * @list_messages: ECHO_LIST_MESSAGES, with room for @capacity elements::
 *
 *	static int echo_ioctl_list_messages(struct file *file,
 *					    struct echo_message_list *arg,
 *					    size_t capacity);
 *
 * @set_limits: ECHO_SET_LIMITS::
 *
 *	static int echo_ioctl_set_limits(struct file *file,
 *					 const struct echo_limits *arg);
 *
 * @set_eventfd: ECHO_SET_EVENTFD::
 *
 *	static int echo_ioctl_set_eventfd(struct file *file,
 *					  const struct echo_eventfd *arg);
 *
 * @get_usage: ECHO_GET_USAGE, whose argument begins as zeroes::
 *
 *	static int echo_ioctl_get_usage(struct file *file,
 *					struct echo_usage *arg);
 *
 * @get_channel: ECHO_GET_CHANNEL(index), whose argument begins as zeroes::
 *
 *	static int echo_ioctl_get_channel(struct file *file,
 *					  unsigned int index,
 *					  struct echo_channel *arg);
 *
 * @set_channel: ECHO_SET_CHANNEL(index)::
 *
 *	static int echo_ioctl_set_channel(struct file *file,
 *					  unsigned int index,
 *					  const struct echo_channel *arg);
 */
struct echo_ops {
	int (*reset)(struct file *file);
	int (*get_info)(struct file *file, struct echo_info *arg);
	int (*get_config)(struct file *file, struct echo_config *arg);
	int (*set_config)(struct file *file, const struct echo_config *arg);
	int (*transfer)(struct file *file, struct echo_transfer *arg);
	int (*set_timeout)(struct file *file, u32 arg);
	struct file *(*open_monitor)(struct file *file,
				     const struct echo_open_monitor *arg);
	int (*list_messages)(struct file *file, struct echo_message_list *arg,
			     size_t capacity);
	int (*set_limits)(struct file *file, const struct echo_limits *arg);
	int (*set_eventfd)(struct file *file, const struct echo_eventfd *arg);
	int (*get_usage)(struct file *file, struct echo_usage *arg);
	int (*get_channel)(struct file *file, unsigned int index,
			   struct echo_channel *arg);
	int (*set_channel)(struct file *file, unsigned int index,
			   const struct echo_channel *arg);
};

/* The driver defines these three. */
extern const struct echo_ops echo_ops;

/* Keeps the device from going, or answers -ENODEV where it is gone. */
int echo_enter(struct file *file);
/* Lets it go again. */
void echo_leave(struct file *file);

long echo_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
#ifdef CONFIG_COMPAT
long echo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
#else
#define echo_compat_ioctl	NULL
#endif

#endif /* _ECHO_IOCTL_H */
