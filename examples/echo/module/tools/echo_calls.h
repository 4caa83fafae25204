/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Made by ioctl-gen 0.1.0: body 56e43dd126b3 */
/*
 * The commands of /dev/echo as functions, for C99 and C++.
 *
 * A function returns what its command returns, 0 if that is nothing, or a
 * negative error number. Ignore errno. Reserved members are cleared and sizes
 * are filled in before the kernel reads them: in a copy, where the argument is
 * const. A const argument that ends in an array is passed unchanged: its
 * reserved members must already be zero.
 *
 * A call that a signal interrupts is not repeated: it returns -EINTR. The
 * kernel restarts by itself what can be restarted (SA_RESTART), and of the rest
 * only the caller knows whether it may be done twice.
 */
#ifndef _ECHO_CALLS_H
#define _ECHO_CALLS_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/ioctl.h>
#include <linux/types.h>

#include <linux/echo.h>

static inline void echo_eventfd_clear_reserved(struct echo_eventfd *it)
{
	memset(&it->reserved0, 0, sizeof(it->reserved0));
}

static inline void echo_limits_clear_reserved(struct echo_limits *it)
{
	memset(&it->reserved0, 0, sizeof(it->reserved0));
}

static inline void echo_message_clear_reserved(struct echo_message *it)
{
	memset(&it->reserved0, 0, sizeof(it->reserved0));
}

static inline void
echo_message_list_clear_reserved(struct echo_message_list *it)
{
	memset(&it->reserved0, 0, sizeof(it->reserved0));
}

static inline void echo_transfer_clear_reserved(struct echo_transfer *it)
{
	memset(&it->reserved0, 0, sizeof(it->reserved0));
}

static inline void echo_config_clear_reserved(struct echo_config *it)
{
	memset(&it->reserved0, 0, sizeof(it->reserved0));
}

/**
 * echo_message_list_alloc() - zeroed memory for struct echo_message_list
 * @count: elements of its array, which is filled in
 *
 * Return: what is to be freed with free(), or NULL with an error in errno.
 */
static inline struct echo_message_list *echo_message_list_alloc(size_t count)
{
	const size_t each = sizeof(struct echo_message);
	struct echo_message_list *it = NULL;
	const size_t head = sizeof(*it);
	void *room = NULL;

	if (count <= ((size_t)-1 - head) / each)
		room = calloc(1, head + count * each);
	it = (struct echo_message_list *)room;
	if (!it) {
		errno = ENOMEM;
		return NULL;
	}
	it->count = (__u32)count;
	if (it->count == count)
		return it;
	free(it);
	errno = E2BIG;
	return NULL;
}

/**
 * echo_ioctl_reset() - forgets all messages, and sets configuration and
 * channels as they were at first
 * @fd: a file descriptor of /dev/echo
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_reset(int fd)
{
	int ret;

	ret = ioctl(fd, ECHO_RESET);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_get_info() - what this driver can do
 * @fd: a file descriptor of /dev/echo
 * @arg: where the result goes
 *
 * The structure grows: members that the driver does not know are 0.
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_get_info(int fd, struct echo_info *arg)
{
	int ret;

	ret = ioctl(fd, ECHO_GET_INFO, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_get_config() - reads the configuration
 * @fd: a file descriptor of /dev/echo
 * @arg: where the result goes
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_get_config(int fd, struct echo_config *arg)
{
	int ret;

	ret = ioctl(fd, ECHO_GET_CONFIG, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_set_config() - changes the configuration, all of it at once
 * @fd: a file descriptor of /dev/echo
 * @arg: what is passed
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_set_config(int fd, const struct echo_config *arg)
{
	struct echo_config sent = *arg;
	int ret;

	echo_config_clear_reserved(&sent);
	ret = ioctl(fd, ECHO_SET_CONFIG, &sent);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_transfer() - sends bytes, and waits for what comes back
 * @fd: a file descriptor of /dev/echo
 * @arg: what is passed, and comes back changed
 *
 * Errors: EFAULT where a buffer cannot be reached, ENOSPC where the answer is
 * longer than its buffer, ETIMEDOUT where it does not come in time, EINTR where
 * a signal comes first; nothing has been sent then.
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_transfer(int fd, struct echo_transfer *arg)
{
	int ret;

	echo_transfer_clear_reserved(arg);
	arg->size = sizeof(*arg);
	ret = ioctl(fd, ECHO_TRANSFER, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_set_timeout() - how many milliseconds ECHO_TRANSFER waits; 0 waits
 * for ever
 * @fd: a file descriptor of /dev/echo
 * @value: what is passed
 *
 * Returns what it was before.
 *
 * Errors: EINVAL where that is over an hour.
 *
 * Return: a number, or a negative error number.
 */
static inline int echo_ioctl_set_timeout(int fd, __u32 value)
{
	int ret;

	ret = ioctl(fd, ECHO_SET_TIMEOUT, (unsigned long)value);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_open_monitor() - opens a file that sees the messages of this one
 * @fd: a file descriptor of /dev/echo
 * @arg: what is passed
 *
 * It is closed on exec, and stays when this one is closed.
 *
 * Errors: EMFILE and ENFILE where there are too many files.
 *
 * Return: a new file descriptor, which is closed on exec, or a negative error
 * number.
 */
static inline int echo_ioctl_open_monitor(int fd,
					  const struct echo_open_monitor *arg)
{
	int ret;

	ret = ioctl(fd, ECHO_OPEN_MONITOR, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_list_messages() - the messages that are kept, the oldest first: as
 * many as there is room for, and how many there are
 * @fd: a file descriptor of /dev/echo
 * @arg: what is passed, and comes back changed, with room for as many elements
 *   as @count says
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_list_messages(int fd,
					   struct echo_message_list *arg)
{
	int ret;

	echo_message_list_clear_reserved(arg);
	ret = ioctl(fd, ECHO_LIST_MESSAGES, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_set_limits() - changes what all files together may use
 * @fd: a file descriptor of /dev/echo
 * @arg: what is passed
 *
 * Errors: EPERM without CAP_SYS_ADMIN; EBUSY where more is in use already.
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_set_limits(int fd, const struct echo_limits *arg)
{
	struct echo_limits sent = *arg;
	int ret;

	echo_limits_clear_reserved(&sent);
	ret = ioctl(fd, ECHO_SET_LIMITS, &sent);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_set_eventfd() - signals an eventfd for each message; -1 stops that
 * @fd: a file descriptor of /dev/echo
 * @arg: what is passed
 *
 * Errors: EBADF where the number is no open file, EINVAL where that is no
 * eventfd.
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_set_eventfd(int fd, const struct echo_eventfd *arg)
{
	struct echo_eventfd sent = *arg;
	int ret;

	echo_eventfd_clear_reserved(&sent);
	ret = ioctl(fd, ECHO_SET_EVENTFD, &sent);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_get_usage() - what has been used, as the first version of the
 * driver counted it
 * @fd: a file descriptor of /dev/echo
 * @arg: where the result goes
 *
 * Its structure differs between 32-bit and 64-bit programs; ECHO_GET_INFO has
 * what new programs need.
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_get_usage(int fd, struct echo_usage *arg)
{
	int ret;

	ret = ioctl(fd, ECHO_GET_USAGE, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_get_channel() - reads one of the ECHO_CHANNELS channels
 * @fd: a file descriptor of /dev/echo
 * @index: which one, from 0 to 7
 * @arg: where the result goes
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_get_channel(int fd, unsigned int index,
					 struct echo_channel *arg)
{
	int ret;

	if (index > 7)
		return -EINVAL;
	ret = ioctl(fd, ECHO_GET_CHANNEL(index), arg);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_ioctl_set_channel() - changes one of the ECHO_CHANNELS channels
 * @fd: a file descriptor of /dev/echo
 * @index: which one, from 0 to 7
 * @arg: what is passed
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_ioctl_set_channel(int fd, unsigned int index,
					 const struct echo_channel *arg)
{
	int ret;

	if (index > 7)
		return -EINVAL;
	ret = ioctl(fd, ECHO_SET_CHANNEL(index), arg);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_monitor_ioctl_next_message() - the next message
 * @fd: a file descriptor of a echo_monitor file
 * @arg: where the result goes
 *
 * Waits for one, again after a signal.
 *
 * Errors: EAGAIN where there is none and the monitor does not wait; EPIPE where
 * the file that it sees has been closed and there are no more.
 *
 * Return: 0, or a negative error number.
 */
static inline int echo_monitor_ioctl_next_message(int fd,
						  struct echo_message *arg)
{
	int ret;

	ret = ioctl(fd, ECHO_MONITOR_NEXT_MESSAGE, arg);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_monitor_ioctl_skip() - leaves out so many messages
 * @fd: a file descriptor of a echo_monitor file
 * @value: what is passed
 *
 * Returns how many there were.
 *
 * Return: a number, or a negative error number.
 */
static inline int echo_monitor_ioctl_skip(int fd, __u32 value)
{
	int ret;

	ret = ioctl(fd, ECHO_MONITOR_SKIP, (unsigned long)value);
	return ret == -1 ? -errno : ret;
}

/**
 * echo_monitor_ioctl_count_messages() - how many messages there are to see
 * @fd: a file descriptor of a echo_monitor file
 *
 * Return: a number, or a negative error number.
 */
static inline int echo_monitor_ioctl_count_messages(int fd)
{
	int ret;

	ret = ioctl(fd, ECHO_MONITOR_COUNT_MESSAGES);
	return ret == -1 ? -errno : ret;
}

#endif /* _ECHO_CALLS_H */
