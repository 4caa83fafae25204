// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: body 65321f9b1889 */
/* The commands of /dev/echo, for conformance.c. */

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/echo.h>

#include "conformance.h"
#include "echo_hooks.h"

static const struct member no_members[] = {
	{ .name = NULL }
};

static const struct echo_message valid_echo_message;

static const struct member echo_message_members[] = {
	{
		"timestamp_ns", offsetof(struct echo_message, timestamp_ns),
		sizeof(valid_echo_message.timestamp_ns), ANYTHING, 0
	},
	{
		"channel", offsetof(struct echo_message, channel),
		sizeof(valid_echo_message.channel), ANYTHING, 0
	},
	{
		"length", offsetof(struct echo_message, length),
		sizeof(valid_echo_message.length), ANYTHING, 0
	},
	{
		"reserved0", offsetof(struct echo_message, reserved0),
		sizeof(valid_echo_message.reserved0), RESERVED, 0
	},
	{ .name = NULL }
};

static const struct echo_info valid_echo_info;

static const struct member echo_info_members[] = {
	{
		"config_flags", offsetof(struct echo_info, config_flags),
		sizeof(valid_echo_info.config_flags), ANYTHING, 0
	},
	{
		"transfer_flags", offsetof(struct echo_info, transfer_flags),
		sizeof(valid_echo_info.transfer_flags), ANYTHING, 0
	},
	{
		"channels", offsetof(struct echo_info, channels),
		sizeof(valid_echo_info.channels), ANYTHING, 0
	},
	{
		"message_max", offsetof(struct echo_info, message_max),
		sizeof(valid_echo_info.message_max), ANYTHING, 0
	},
	{
		"messages", offsetof(struct echo_info, messages),
		sizeof(valid_echo_info.messages), ANYTHING, 0
	},
	{ .name = NULL }
};

static const struct echo_config valid_echo_config = {
	.repeat = 1,
};

static const struct member echo_config_members[] = {
	{
		"flags", offsetof(struct echo_config, flags),
		sizeof(valid_echo_config.flags), FLAGS, 0x00000003
	},
	{
		"mode", offsetof(struct echo_config, mode),
		sizeof(valid_echo_config.mode), NOT_VALID, 3
	},
	{
		"repeat", offsetof(struct echo_config, repeat),
		sizeof(valid_echo_config.repeat), NOT_VALID, 0
	},
	{
		"repeat", offsetof(struct echo_config, repeat),
		sizeof(valid_echo_config.repeat), NOT_VALID, 17
	},
	{
		"reserved0", offsetof(struct echo_config, reserved0),
		sizeof(valid_echo_config.reserved0), RESERVED, 0
	},
	{
		"delay_ns", offsetof(struct echo_config, delay_ns),
		sizeof(valid_echo_config.delay_ns), NOT_VALID, 1000000001ULL
	},
	{ .name = NULL }
};

static const struct echo_transfer valid_echo_transfer = {
	.size = sizeof(struct echo_transfer),
};

static const struct member echo_transfer_members[] = {
	{
		"size", offsetof(struct echo_transfer, size),
		sizeof(valid_echo_transfer.size), ANYTHING, 0
	},
	{
		"flags", offsetof(struct echo_transfer, flags),
		sizeof(valid_echo_transfer.flags), FLAGS, 0x00000001
	},
	{
		"channel", offsetof(struct echo_transfer, channel),
		sizeof(valid_echo_transfer.channel), NOT_VALID, 8
	},
	{
		"reserved0", offsetof(struct echo_transfer, reserved0),
		sizeof(valid_echo_transfer.reserved0), RESERVED, 0
	},
	{
		"input", offsetof(struct echo_transfer, input),
		sizeof(valid_echo_transfer.input), ANYTHING, 0
	},
	{
		"output", offsetof(struct echo_transfer, output),
		sizeof(valid_echo_transfer.output), ANYTHING, 0
	},
	{
		"input_len", offsetof(struct echo_transfer, input_len),
		sizeof(valid_echo_transfer.input_len), ANYTHING, 0
	},
	{
		"output_len", offsetof(struct echo_transfer, output_len),
		sizeof(valid_echo_transfer.output_len), ANYTHING, 0
	},
	{
		"timestamp_ns", offsetof(struct echo_transfer, timestamp_ns),
		sizeof(valid_echo_transfer.timestamp_ns), ANYTHING, 0
	},
	{ .name = NULL }
};

static const struct echo_open_monitor valid_echo_open_monitor;

static const struct member echo_open_monitor_members[] = {
	{
		"flags", offsetof(struct echo_open_monitor, flags),
		sizeof(valid_echo_open_monitor.flags), FLAGS, 0x00000001
	},
	{
		"channels", offsetof(struct echo_open_monitor, channels),
		sizeof(valid_echo_open_monitor.channels), FLAGS, 0x000000ff
	},
	{ .name = NULL }
};

static const struct {
	struct echo_message_list head;
	struct echo_message element;
} valid_echo_message_list = {
	.head = {
		.count = 1,
	},
};

static const struct member echo_message_list_members[] = {
	{
		"count", offsetof(struct echo_message_list, count),
		sizeof(valid_echo_message_list.head.count), ANYTHING, 0
	},
	{
		"total", offsetof(struct echo_message_list, total),
		sizeof(valid_echo_message_list.head.total), ANYTHING, 0
	},
	{
		"first", offsetof(struct echo_message_list, first),
		sizeof(valid_echo_message_list.head.first), ANYTHING, 0
	},
	{
		"reserved0", offsetof(struct echo_message_list, reserved0),
		sizeof(valid_echo_message_list.head.reserved0), RESERVED, 0
	},
	{
		"messages[0].timestamp_ns", offsetof(struct echo_message_list,
						     messages[0].timestamp_ns),
		sizeof(valid_echo_message_list.head.messages[0].timestamp_ns), ANYTHING, 0
	},
	{
		"messages[0].channel", offsetof(struct echo_message_list,
						messages[0].channel),
		sizeof(valid_echo_message_list.head.messages[0].channel), ANYTHING, 0
	},
	{
		"messages[0].length", offsetof(struct echo_message_list,
					       messages[0].length),
		sizeof(valid_echo_message_list.head.messages[0].length), ANYTHING, 0
	},
	{
		"messages[0].reserved0", offsetof(struct echo_message_list,
						  messages[0].reserved0),
		sizeof(valid_echo_message_list.head.messages[0].reserved0), RESERVED, 0
	},
	{ .name = NULL }
};

static const struct echo_limits valid_echo_limits = {
	.kept_messages = 1,
	.message_max = 1ULL,
};

static const struct member echo_limits_members[] = {
	{
		"kept_messages", offsetof(struct echo_limits, kept_messages),
		sizeof(valid_echo_limits.kept_messages), NOT_VALID, 0
	},
	{
		"kept_messages", offsetof(struct echo_limits, kept_messages),
		sizeof(valid_echo_limits.kept_messages), NOT_VALID, 65537
	},
	{
		"reserved0", offsetof(struct echo_limits, reserved0),
		sizeof(valid_echo_limits.reserved0), RESERVED, 0
	},
	{
		"message_max", offsetof(struct echo_limits, message_max),
		sizeof(valid_echo_limits.message_max), NOT_VALID, 0ULL
	},
	{
		"message_max", offsetof(struct echo_limits, message_max),
		sizeof(valid_echo_limits.message_max), NOT_VALID, 1048577ULL
	},
	{ .name = NULL }
};

static const struct echo_eventfd valid_echo_eventfd = {
	.fd = -1,
};

static const struct member echo_eventfd_members[] = {
	{
		"fd", offsetof(struct echo_eventfd, fd),
		sizeof(valid_echo_eventfd.fd), ANYTHING, 0
	},
	{
		"flags", offsetof(struct echo_eventfd, flags),
		sizeof(valid_echo_eventfd.flags), FLAGS, 0x00000001
	},
	{
		"reserved0", offsetof(struct echo_eventfd, reserved0),
		sizeof(valid_echo_eventfd.reserved0), RESERVED, 0
	},
	{ .name = NULL }
};

static const struct echo_usage valid_echo_usage;

static const struct member echo_usage_members[] = {
	{
		"messages", offsetof(struct echo_usage, messages),
		sizeof(valid_echo_usage.messages), ANYTHING, 0
	},
	{
		"failures", offsetof(struct echo_usage, failures),
		sizeof(valid_echo_usage.failures), ANYTHING, 0
	},
	{
		"bytes", offsetof(struct echo_usage, bytes),
		sizeof(valid_echo_usage.bytes), ANYTHING, 0
	},
	{ .name = NULL }
};

static const struct echo_channel valid_echo_channel;

static const struct member echo_channel_members[] = {
	{
		"flags", offsetof(struct echo_channel, flags),
		sizeof(valid_echo_channel.flags), FLAGS, 0x00000001
	},
	{
		"gain", offsetof(struct echo_channel, gain),
		sizeof(valid_echo_channel.gain), NOT_VALID, -25
	},
	{
		"gain", offsetof(struct echo_channel, gain),
		sizeof(valid_echo_channel.gain), NOT_VALID, 25
	},
	{ .name = NULL }
};

static const struct command echo_commands[] = {
	{
		.name = "ECHO_RESET",
		.number = ECHO_RESET,
		.passing = NOTHING,
		.for_writing = true,
		.members = no_members,
	},
	{
		.name = "ECHO_GET_INFO",
		.number = ECHO_GET_INFO,
		.passing = GROWING_NUMBER,
		.any_size = true,
		.writes = true,
		.size = sizeof(struct echo_info),
		.min_size = ECHO_INFO_SIZE_VER0,
		.valid = &valid_echo_info,
		.members = echo_info_members,
	},
	{
		.name = "ECHO_GET_CONFIG",
		.number = ECHO_GET_CONFIG,
		.passing = POINTER,
		.writes = true,
		.size = sizeof(struct echo_config),
		.valid = &valid_echo_config,
		.members = echo_config_members,
	},
	{
		.name = "ECHO_SET_CONFIG",
		.number = ECHO_SET_CONFIG,
		.passing = POINTER,
		.reads = true,
		.for_writing = true,
		.size = sizeof(struct echo_config),
		.valid = &valid_echo_config,
		.members = echo_config_members,
	},
	{
		.name = "ECHO_TRANSFER",
		.number = ECHO_TRANSFER,
		.passing = GROWING_MEMBER,
		.any_size = true,
		.reads = true,
		.writes = true,
		.for_reading = true,
		.for_writing = true,
		.size = sizeof(struct echo_transfer),
		.min_size = ECHO_TRANSFER_SIZE_VER0,
		.valid = &valid_echo_transfer,
		.members = echo_transfer_members,
	},
	{
		.name = "ECHO_SET_TIMEOUT",
		.number = ECHO_SET_TIMEOUT,
		.passing = VALUE,
		.answer = NUMBER,
		.for_writing = true,
		.members = no_members,
	},
	{
		.name = "ECHO_OPEN_MONITOR",
		.number = ECHO_OPEN_MONITOR,
		.passing = POINTER,
		.answer = DESCRIPTOR,
		.reads = true,
		.for_reading = true,
		.size = sizeof(struct echo_open_monitor),
		.valid = &valid_echo_open_monitor,
		.members = echo_open_monitor_members,
	},
	{
		.name = "ECHO_LIST_MESSAGES",
		.number = ECHO_LIST_MESSAGES,
		.passing = FLEXIBLE,
		.reads = true,
		.writes = true,
		.for_reading = true,
		.size = sizeof(struct echo_message_list),
		.valid = &valid_echo_message_list,
		.members = echo_message_list_members,
		.count = { offsetof(struct echo_message_list,
				    count), sizeof(valid_echo_message_list.head.count) },
		.element = { offsetof(struct echo_message_list,
				      messages), sizeof(struct echo_message) },
	},
	{
		.name = "ECHO_SET_LIMITS",
		.number = ECHO_SET_LIMITS,
		.passing = POINTER,
		.reads = true,
		.privileged = true,
		.size = sizeof(struct echo_limits),
		.valid = &valid_echo_limits,
		.members = echo_limits_members,
	},
	{
		.name = "ECHO_SET_EVENTFD",
		.number = ECHO_SET_EVENTFD,
		.passing = POINTER,
		.reads = true,
		.for_writing = true,
		.size = sizeof(struct echo_eventfd),
		.valid = &valid_echo_eventfd,
		.members = echo_eventfd_members,
	},
	{
		.name = "ECHO_GET_USAGE",
		.number = ECHO_GET_USAGE,
		.passing = POINTER,
		.writes = true,
		.size = sizeof(struct echo_usage),
		.valid = &valid_echo_usage,
		.members = echo_usage_members,
	},
	{
		.name = "ECHO_GET_CHANNEL",
		.number = ECHO_GET_CHANNEL(0),
		.family = 7,
		.passing = POINTER,
		.writes = true,
		.size = sizeof(struct echo_channel),
		.valid = &valid_echo_channel,
		.members = echo_channel_members,
	},
	{
		.name = "ECHO_SET_CHANNEL",
		.number = ECHO_SET_CHANNEL(0),
		.family = 7,
		.passing = POINTER,
		.reads = true,
		.for_writing = true,
		.size = sizeof(struct echo_channel),
		.valid = &valid_echo_channel,
		.members = echo_channel_members,
	},
};

static const struct command echo_monitor_commands[] = {
	{
		.name = "ECHO_MONITOR_NEXT_MESSAGE",
		.number = ECHO_MONITOR_NEXT_MESSAGE,
		.passing = POINTER,
		.writes = true,
		.size = sizeof(struct echo_message),
		.valid = &valid_echo_message,
		.members = echo_message_members,
	},
	{
		.name = "ECHO_MONITOR_SKIP",
		.number = ECHO_MONITOR_SKIP,
		.passing = VALUE,
		.answer = NUMBER,
		.members = no_members,
	},
	{
		.name = "ECHO_MONITOR_COUNT_MESSAGES",
		.number = ECHO_MONITOR_COUNT_MESSAGES,
		.passing = NOTHING,
		.answer = NUMBER,
		.members = no_members,
	},
};

static const struct interface interfaces[] = {
	{
		.name = "echo",
		.commands = echo_commands,
		.count = ARRAY_SIZE(echo_commands),
	},
	{
		.name = "echo_monitor",
		.opener = &echo_commands[6],
		.commands = echo_monitor_commands,
		.count = ARRAY_SIZE(echo_monitor_commands),
	},
};

int main(int argc, char **argv)
{
	const char *path = getenv("ECHO_DEVICE");
	const struct device device = {
		.path = path ? path : "/dev/echo",
		.driver = "echo",
		.interfaces = interfaces,
		.count = ARRAY_SIZE(interfaces),
		.hooks = hooks,
	};

	/* --random [SECONDS [SEED]] */
	if (argc > 1 && !strcmp(argv[1], "--random"))
		return random_calls(&device, argc - 2, argv + 2);
	return conformance(&device);
}
