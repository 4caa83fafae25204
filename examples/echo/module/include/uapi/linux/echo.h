/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Made by ioctl-gen 0.1.0: body f365a2e53425 */
#ifndef _UAPI_LINUX_ECHO_H
#define _UAPI_LINUX_ECHO_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: /dev/echo
 *
 * The echo device. Each open file has a configuration, channels and messages
 * of its own.
 *
 * A call returns 0 unless its command says otherwise. What any command answers:
 *
 * ENOTTY: the number is none of these, or one that the driver does not
 * implement.
 *
 * EBADF: the file is not open in the mode that it needs.
 *
 * EPERM: the caller lacks the capability that it needs.
 *
 * EFAULT: memory of the caller cannot be read or written.
 *
 * EINVAL: a reserved member is not zero, a flag or a value is not one of those
 * that are listed, or a structure is shorter than its first version.
 *
 * E2BIG: a structure is longer than the driver's and not zero behind that, or
 * an array is longer than the driver takes.
 *
 * ENODEV: the device is gone.
 */

/* The type letter of all commands. */
#define ECHO_IOC_TYPE	0xe9

/**
 * struct echo_message - a message that was sent
 * @timestamp_ns: when it came back, in nanoseconds of CLOCK_MONOTONIC
 * @channel: over which channel
 * @length: bytes that were sent
 * @reserved0: zero
 */
struct echo_message {
	__aligned_u64 timestamp_ns;
	__u32 channel;
	__u32 length;
	__u8 reserved0[8];
};

#define ECHO_INFO_SIZE_VER0	16

/**
 * struct echo_info - what the driver can do
 * @config_flags: the ECHO_CONFIG_* that it knows
 * @transfer_flags: the ECHO_TRANSFER_* that it knows
 * @channels: how many channels there are
 * @message_max: the longest message, in bytes
 * @messages: how many messages this file has sent. Since the second version.
 */
struct echo_info {
	__u32 config_flags;
	__u32 transfer_flags;
	__u32 channels;
	__u32 message_max;
	__aligned_u64 messages;
};

/* Nothing comes back. */
#define ECHO_CONFIG_MUTED	0x00000001
/* Messages are kept for ECHO_LIST_MESSAGES. */
#define ECHO_CONFIG_KEEP	0x00000002
/* What comes back is what was sent. */
#define ECHO_MODE_PLAIN	0
/* The last byte comes back first. */
#define ECHO_MODE_REVERSED	1
/* ASCII letters come back as capitals. */
#define ECHO_MODE_UPPER	2
/* The largest echo_config.repeat. */
#define ECHO_REPEAT_MAX	16
/* The largest echo_config.delay_ns: a second. */
#define ECHO_DELAY_MAX_NS	1000000000ULL
#define ECHO_CONFIG_FLAGS_VALID	(ECHO_CONFIG_MUTED | ECHO_CONFIG_KEEP)

/**
 * struct echo_config - how a file echoes
 * @flags: ECHO_CONFIG_*; no bits but %ECHO_CONFIG_FLAGS_VALID
 * @mode: ECHO_MODE_*; one of %ECHO_MODE_PLAIN, %ECHO_MODE_REVERSED,
 *   %ECHO_MODE_UPPER
 * @repeat: how many times each message comes back; 1 to %ECHO_REPEAT_MAX
 * @reserved0: zero
 * @delay_ns: how long it takes, in nanoseconds; 0 to %ECHO_DELAY_MAX_NS
 */
struct echo_config {
	__u32 flags;
	__u32 mode;
	__u32 repeat;
	__u8 reserved0[4];
	__aligned_u64 delay_ns;
};

/* The message is not kept, and monitors do not see it. */
#define ECHO_TRANSFER_QUIET	0x00000001
/* How many channels there are. */
#define ECHO_CHANNELS	8
#define ECHO_TRANSFER_FLAGS_VALID	ECHO_TRANSFER_QUIET
#define ECHO_TRANSFER_SIZE_VER0	40

/**
 * struct echo_transfer - one message
 * @size: bytes of this structure: set by the call
 * @flags: ECHO_TRANSFER_*; no bits but %ECHO_TRANSFER_FLAGS_VALID
 * @channel: over which channel; 0 to 7
 * @reserved0: zero
 * @input: what is sent
 * @output: where the driver writes what comes back
 * @input_len: bytes that are sent
 * @output_len: for how many bytes there is room; behind the call, how many came
 *   back
 * @timestamp_ns: when the answer came, in nanoseconds of CLOCK_MONOTONIC: set
 *   by the driver. Since the second version.
 *
 * The structure grows: its size is in front, and the driver takes any that is
 * at least that of the first version, 40 bytes.
 */
struct echo_transfer {
	__u32 size;
	__u32 flags;
	__u32 channel;
	__u8 reserved0[4];
	__aligned_u64 input;
	__aligned_u64 output;
	__u32 input_len;
	__u32 output_len;
	__aligned_u64 timestamp_ns;
};

/* The monitor does not wait: EAGAIN where nothing has been sent. */
#define ECHO_MONITOR_NONBLOCK	0x00000001
/* The channels that there are, a bit each. */
#define ECHO_MONITOR_ALL	0x000000ff
#define ECHO_OPEN_MONITOR_FLAGS_VALID	ECHO_MONITOR_NONBLOCK
#define ECHO_OPEN_MONITOR_CHANNELS_VALID	ECHO_MONITOR_ALL

/**
 * struct echo_open_monitor - what a monitor sees
 * @flags: ECHO_MONITOR_NONBLOCK; no bits but %ECHO_OPEN_MONITOR_FLAGS_VALID
 * @channels: the channels that it sees, a bit each; no bits but
 *   %ECHO_OPEN_MONITOR_CHANNELS_VALID
 */
struct echo_open_monitor {
	__u32 flags;
	__u32 channels;
};

/**
 * struct echo_message_list - messages that were kept
 * @count: for how many there is room; behind the call, how many were written
 * @total: how many are kept: set by the driver
 * @first: how many of the oldest are left out
 * @reserved0: zero
 * @messages: the messages
 */
struct echo_message_list {
	__u32 count;
	__u32 total;
	__u32 first;
	__u8 reserved0[4];
	struct echo_message messages[];
};

/**
 * struct echo_limits - what all files together may use
 * @kept_messages: how many messages are kept; 1 to 65536
 * @reserved0: zero
 * @message_max: the longest message, in bytes; 1 to 1048576
 */
struct echo_limits {
	__u32 kept_messages;
	__u8 reserved0[4];
	__aligned_u64 message_max;
};

/* The eventfd is signalled once, and not again. */
#define ECHO_EVENTFD_ONCE	0x00000001
#define ECHO_EVENTFD_FLAGS_VALID	ECHO_EVENTFD_ONCE

/**
 * struct echo_eventfd - an eventfd to signal
 * @fd: the eventfd; -1 for none
 * @flags: ECHO_EVENTFD_*; no bits but %ECHO_EVENTFD_FLAGS_VALID
 * @reserved0: zero
 */
struct echo_eventfd {
	__s32 fd;
	__u32 flags;
	__u8 reserved0[8];
};

/**
 * struct echo_usage - what has been used
 * @messages: messages that were sent
 * @failures: messages that did not come back
 * @bytes: bytes that were sent
 *
 * Two members have the width of the caller's words, so that 32-bit programs
 * pass another structure, which has another number: EchoUsage32.
 */
struct echo_usage {
	unsigned long messages;
	unsigned long failures;
	__u64 bytes;
};

/* Nothing comes back over the channel. */
#define ECHO_CHANNEL_MUTED	0x00000001
/* The largest echo_channel.gain. */
#define ECHO_GAIN_MAX	24
#define ECHO_CHANNEL_FLAGS_VALID	ECHO_CHANNEL_MUTED

/**
 * struct echo_channel - one channel
 * @flags: ECHO_CHANNEL_*; no bits but %ECHO_CHANNEL_FLAGS_VALID
 * @gain: how loud it is, in decibels; -24 to %ECHO_GAIN_MAX
 */
struct echo_channel {
	__u32 flags;
	__s32 gain;
};

/**
 * ECHO_RESET - forgets all messages, and sets configuration and channels as
 * they were at first
 */
#define ECHO_RESET	_IO(ECHO_IOC_TYPE, 0x00)

/**
 * ECHO_GET_INFO - what this driver can do
 *
 * The structure grows: members that the driver does not know are 0.
 */
#define ECHO_GET_INFO	_IOR(ECHO_IOC_TYPE, 0x01, struct echo_info)

/**
 * ECHO_GET_CONFIG - reads the configuration
 */
#define ECHO_GET_CONFIG	_IOR(ECHO_IOC_TYPE, 0x02, struct echo_config)

/**
 * ECHO_SET_CONFIG - changes the configuration, all of it at once
 */
#define ECHO_SET_CONFIG	_IOW(ECHO_IOC_TYPE, 0x03, struct echo_config)

/**
 * ECHO_TRANSFER - sends bytes, and waits for what comes back
 *
 * Errors: EFAULT where a buffer cannot be reached, ENOSPC where the answer is
 * longer than its buffer, ETIMEDOUT where it does not come in time, EINTR where
 * a signal comes first; nothing has been sent then.
 */
#define ECHO_TRANSFER	_IOWR(ECHO_IOC_TYPE, 0x04, struct echo_transfer)

/**
 * ECHO_SET_TIMEOUT - how many milliseconds ECHO_TRANSFER waits; 0 waits for
 * ever
 *
 * Returns what it was before.
 *
 * Errors: EINVAL where that is over an hour.
 */
#define ECHO_SET_TIMEOUT	_IO(ECHO_IOC_TYPE, 0x05)

/**
 * ECHO_OPEN_MONITOR - opens a file that sees the messages of this one
 *
 * It is closed on exec, and stays when this one is closed.
 *
 * Errors: EMFILE and ENFILE where there are too many files.
 */
#define ECHO_OPEN_MONITOR \
	_IOW(ECHO_IOC_TYPE, 0x06, struct echo_open_monitor)

/**
 * ECHO_LIST_MESSAGES - the messages that are kept, the oldest first: as many as
 * there is room for, and how many there are
 */
#define ECHO_LIST_MESSAGES \
	_IOWR(ECHO_IOC_TYPE, 0x07, struct echo_message_list)

/**
 * ECHO_SET_LIMITS - changes what all files together may use
 *
 * Errors: EPERM without CAP_SYS_ADMIN; EBUSY where more is in use already.
 */
#define ECHO_SET_LIMITS	_IOW(ECHO_IOC_TYPE, 0x08, struct echo_limits)

/**
 * ECHO_SET_EVENTFD - signals an eventfd for each message; -1 stops that
 *
 * Errors: EBADF where the number is no open file, EINVAL where that is no
 * eventfd.
 */
#define ECHO_SET_EVENTFD	_IOW(ECHO_IOC_TYPE, 0x09, struct echo_eventfd)

/**
 * ECHO_GET_USAGE - what has been used, as the first version of the driver
 * counted it
 *
 * Its structure differs between 32-bit and 64-bit programs; ECHO_GET_INFO has
 * what new programs need.
 */
#define ECHO_GET_USAGE	_IOR(ECHO_IOC_TYPE, 0x0a, struct echo_usage)

/**
 * ECHO_GET_CHANNEL - reads one of the ECHO_CHANNELS channels
 * @index: which one, from 0 to 7
 */
#define ECHO_GET_CHANNEL(index) \
	_IOR(ECHO_IOC_TYPE, 0x10 + (index), struct echo_channel)

/**
 * ECHO_SET_CHANNEL - changes one of the ECHO_CHANNELS channels
 * @index: which one, from 0 to 7
 */
#define ECHO_SET_CHANNEL(index) \
	_IOW(ECHO_IOC_TYPE, 0x18 + (index), struct echo_channel)

/**
 * ECHO_MONITOR_NEXT_MESSAGE - the next message
 *
 * Waits for one, again after a signal.
 *
 * Errors: EAGAIN where there is none and the monitor does not wait; EPIPE where
 * the file that it sees has been closed and there are no more.
 */
#define ECHO_MONITOR_NEXT_MESSAGE \
	_IOR(ECHO_IOC_TYPE, 0x40, struct echo_message)

/**
 * ECHO_MONITOR_SKIP - leaves out so many messages
 *
 * Returns how many there were.
 */
#define ECHO_MONITOR_SKIP	_IO(ECHO_IOC_TYPE, 0x41)

/**
 * ECHO_MONITOR_COUNT_MESSAGES - how many messages there are to see
 */
#define ECHO_MONITOR_COUNT_MESSAGES	_IO(ECHO_IOC_TYPE, 0x42)

/* Where static_assert() exists, it checks the layout on every ABI. */
#ifdef static_assert
static_assert(sizeof(struct echo_message) == 24, "struct echo_message: size");
static_assert(__builtin_offsetof(struct echo_message, timestamp_ns) == 0,
	      "struct echo_message: timestamp_ns");
static_assert(__builtin_offsetof(struct echo_message, channel) == 8,
	      "struct echo_message: channel");
static_assert(__builtin_offsetof(struct echo_message, length) == 12,
	      "struct echo_message: length");
static_assert(__builtin_offsetof(struct echo_message, reserved0) == 16,
	      "struct echo_message: reserved0");
static_assert(sizeof(struct echo_info) == 24, "struct echo_info: size");
static_assert(__builtin_offsetof(struct echo_info, config_flags) == 0,
	      "struct echo_info: config_flags");
static_assert(__builtin_offsetof(struct echo_info, transfer_flags) == 4,
	      "struct echo_info: transfer_flags");
static_assert(__builtin_offsetof(struct echo_info, channels) == 8,
	      "struct echo_info: channels");
static_assert(__builtin_offsetof(struct echo_info, message_max) == 12,
	      "struct echo_info: message_max");
static_assert(__builtin_offsetof(struct echo_info, messages) == 16,
	      "struct echo_info: messages");
static_assert(sizeof(struct echo_config) == 24, "struct echo_config: size");
static_assert(__builtin_offsetof(struct echo_config, flags) == 0,
	      "struct echo_config: flags");
static_assert(__builtin_offsetof(struct echo_config, mode) == 4,
	      "struct echo_config: mode");
static_assert(__builtin_offsetof(struct echo_config, repeat) == 8,
	      "struct echo_config: repeat");
static_assert(__builtin_offsetof(struct echo_config, reserved0) == 12,
	      "struct echo_config: reserved0");
static_assert(__builtin_offsetof(struct echo_config, delay_ns) == 16,
	      "struct echo_config: delay_ns");
static_assert(sizeof(struct echo_transfer) == 48, "struct echo_transfer: size");
static_assert(__builtin_offsetof(struct echo_transfer, size) == 0,
	      "struct echo_transfer: size");
static_assert(__builtin_offsetof(struct echo_transfer, flags) == 4,
	      "struct echo_transfer: flags");
static_assert(__builtin_offsetof(struct echo_transfer, channel) == 8,
	      "struct echo_transfer: channel");
static_assert(__builtin_offsetof(struct echo_transfer, reserved0) == 12,
	      "struct echo_transfer: reserved0");
static_assert(__builtin_offsetof(struct echo_transfer, input) == 16,
	      "struct echo_transfer: input");
static_assert(__builtin_offsetof(struct echo_transfer, output) == 24,
	      "struct echo_transfer: output");
static_assert(__builtin_offsetof(struct echo_transfer, input_len) == 32,
	      "struct echo_transfer: input_len");
static_assert(__builtin_offsetof(struct echo_transfer, output_len) == 36,
	      "struct echo_transfer: output_len");
static_assert(__builtin_offsetof(struct echo_transfer, timestamp_ns) == 40,
	      "struct echo_transfer: timestamp_ns");
static_assert(sizeof(struct echo_open_monitor) == 8,
	      "struct echo_open_monitor: size");
static_assert(__builtin_offsetof(struct echo_open_monitor, flags) == 0,
	      "struct echo_open_monitor: flags");
static_assert(__builtin_offsetof(struct echo_open_monitor, channels) == 4,
	      "struct echo_open_monitor: channels");
static_assert(sizeof(struct echo_message_list) == 16,
	      "struct echo_message_list: size");
static_assert(__builtin_offsetof(struct echo_message_list, count) == 0,
	      "struct echo_message_list: count");
static_assert(__builtin_offsetof(struct echo_message_list, total) == 4,
	      "struct echo_message_list: total");
static_assert(__builtin_offsetof(struct echo_message_list, first) == 8,
	      "struct echo_message_list: first");
static_assert(__builtin_offsetof(struct echo_message_list, reserved0) == 12,
	      "struct echo_message_list: reserved0");
static_assert(__builtin_offsetof(struct echo_message_list, messages) == 16,
	      "struct echo_message_list: messages");
static_assert(sizeof(struct echo_limits) == 16, "struct echo_limits: size");
static_assert(__builtin_offsetof(struct echo_limits, kept_messages) == 0,
	      "struct echo_limits: kept_messages");
static_assert(__builtin_offsetof(struct echo_limits, reserved0) == 4,
	      "struct echo_limits: reserved0");
static_assert(__builtin_offsetof(struct echo_limits, message_max) == 8,
	      "struct echo_limits: message_max");
static_assert(sizeof(struct echo_eventfd) == 16, "struct echo_eventfd: size");
static_assert(__builtin_offsetof(struct echo_eventfd, fd) == 0,
	      "struct echo_eventfd: fd");
static_assert(__builtin_offsetof(struct echo_eventfd, flags) == 4,
	      "struct echo_eventfd: flags");
static_assert(__builtin_offsetof(struct echo_eventfd, reserved0) == 8,
	      "struct echo_eventfd: reserved0");
static_assert(sizeof(struct echo_channel) == 8, "struct echo_channel: size");
static_assert(__builtin_offsetof(struct echo_channel, flags) == 0,
	      "struct echo_channel: flags");
static_assert(__builtin_offsetof(struct echo_channel, gain) == 4,
	      "struct echo_channel: gain");
#endif

#endif /* _UAPI_LINUX_ECHO_H */
