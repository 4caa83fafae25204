// SPDX-License-Identifier: GPL-2.0-only
/* What the handlers of /dev/echo do with valid arguments, for 32-bit programs as well. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/echo.h>

#include "ktap.h"

static int send_text(int fd, const char *text, char *answer, __u32 room, __u32 channel)
{
	struct echo_transfer transfer = {
		.size = sizeof(transfer),
		.channel = channel,
		.input = (unsigned long)text,
		.output = (unsigned long)answer,
		.input_len = strlen(text),
		.output_len = room,
	};

	if (ioctl(fd, ECHO_TRANSFER, &transfer))
		return -errno;
	return transfer.timestamp_ns ? (int)transfer.output_len : -EINVAL;
}

static int configure(int fd, __u32 flags, __u32 mode, __u32 repeat, __u64 delay_ns)
{
	struct echo_config config = {
		.flags = flags, .mode = mode, .repeat = repeat, .delay_ns = delay_ns,
	};

	return ioctl(fd, ECHO_SET_CONFIG, &config);
}

static void test_transfer(int fd)
{
	char answer[32] = "";
	struct echo_channel muted = { .flags = ECHO_CHANNEL_MUTED };

	ktap_result("ECHO_TRANSFER", "sends back",
		    send_text(fd, "echo", answer, 32, 0) != 4 || memcmp(answer, "echo", 4));
	configure(fd, 0, ECHO_MODE_REVERSED, 2, 0);
	ktap_result("ECHO_TRANSFER", "sends back reversed, twice",
		    send_text(fd, "echo", answer, 32, 0) != 8 || memcmp(answer, "ohceohce", 8));
	ktap_result("ECHO_TRANSFER", "needs room",
		    send_text(fd, "echo", answer, 7, 0) != -ENOSPC);
	ioctl(fd, ECHO_SET_CHANNEL(7), &muted);
	ktap_result("ECHO_TRANSFER", "is quiet on a muted channel",
		    send_text(fd, "echo", answer, 32, 7) != 0);
	configure(fd, 0, ECHO_MODE_PLAIN, 1, 20 * 1000 * 1000);
	ktap_result("ECHO_SET_TIMEOUT", "returns the one before",
		    ioctl(fd, ECHO_SET_TIMEOUT, 1L) != 0 || ioctl(fd, ECHO_SET_TIMEOUT, 2L) != 1);
	ktap_result("ECHO_TRANSFER", "comes in time or not at all",
		    send_text(fd, "echo", answer, 32, 0) != -ETIMEDOUT);
	ioctl(fd, ECHO_SET_TIMEOUT, 0L);
	configure(fd, 0, ECHO_MODE_PLAIN, 1, 0);
}

static void test_messages(int fd)
{
	struct {
		struct echo_message_list head;
		struct echo_message messages[2];
	} list = { .head.count = 2, .head.first = 1 };
	char answer[32];

	configure(fd, ECHO_CONFIG_KEEP, ECHO_MODE_PLAIN, 1, 0);
	send_text(fd, "a", answer, 32, 1);
	send_text(fd, "bb", answer, 32, 2);
	ktap_result("ECHO_LIST_MESSAGES", "lists what was kept",
		    ioctl(fd, ECHO_LIST_MESSAGES, &list) || list.head.count != 1 ||
		    list.head.total != 2 || list.messages[0].length != 2 ||
		    list.messages[0].channel != 2);
	ioctl(fd, ECHO_RESET);
	list.head.count = 2;
	list.head.first = 0;
	ktap_result("ECHO_RESET", "forgets them",
		    ioctl(fd, ECHO_LIST_MESSAGES, &list) || list.head.total);
}

static void test_monitor(void)
{
	struct echo_open_monitor open_monitor = {
		.flags = ECHO_MONITOR_NONBLOCK, .channels = 1 << 3,
	};
	int fd = open("/dev/echo", O_RDWR | O_CLOEXEC);
	int monitor = ioctl(fd, ECHO_OPEN_MONITOR, &open_monitor);
	struct echo_message message;
	char answer[32];

	send_text(fd, "abc", answer, 32, 3);
	send_text(fd, "abc", answer, 32, 4);
	send_text(fd, "abcd", answer, 32, 3);
	ktap_result("ECHO_MONITOR_COUNT_MESSAGES", "counts those of its channels",
		    ioctl(monitor, ECHO_MONITOR_COUNT_MESSAGES) != 2);
	ktap_result("ECHO_MONITOR_NEXT_MESSAGE", "is the oldest",
		    ioctl(monitor, ECHO_MONITOR_NEXT_MESSAGE, &message) || message.length != 3);
	ktap_result("ECHO_MONITOR_SKIP", "says how many there were",
		    ioctl(monitor, ECHO_MONITOR_SKIP, 9L) != 1);
	ktap_result("ECHO_MONITOR_NEXT_MESSAGE", "does not wait",
		    ioctl(monitor, ECHO_MONITOR_NEXT_MESSAGE, &message) != -1 || errno != EAGAIN);
	close(fd);
	ktap_result("ECHO_MONITOR_NEXT_MESSAGE", "ends with the file that it sees",
		    ioctl(monitor, ECHO_MONITOR_NEXT_MESSAGE, &message) != -1 || errno != EPIPE);
	close(monitor);
}

static void test_others(int fd)
{
	struct echo_usage before, after;
	struct echo_info info;
	struct echo_limits limits = { .kept_messages = 1, .message_max = 3 };
	struct echo_eventfd eventfd_ = {
		.fd = eventfd(0, EFD_NONBLOCK), .flags = ECHO_EVENTFD_ONCE,
	};
	__u64 count = 0;
	char answer[32];

	ioctl(fd, ECHO_GET_USAGE, &before);
	send_text(fd, "echo", answer, 32, 0);
	ktap_result("ECHO_GET_USAGE", "counts messages and bytes",
		    ioctl(fd, ECHO_GET_USAGE, &after) || after.messages != before.messages + 1 ||
		    after.bytes != before.bytes + 4 || after.failures != before.failures);
	ktap_result("ECHO_GET_INFO", "knows the driver",
		    ioctl(fd, ECHO_GET_INFO, &info) || info.channels != ECHO_CHANNELS ||
		    info.messages != after.messages);
	ktap_result("ECHO_SET_EVENTFD", "is signalled once",
		    ioctl(fd, ECHO_SET_EVENTFD, &eventfd_) ||
		    send_text(fd, "a", answer, 32, 0) != 1 ||
		    send_text(fd, "a", answer, 32, 0) != 1 ||
		    read(eventfd_.fd, &count, 8) != 8 || count != 1);
	ktap_result("ECHO_SET_LIMITS", "limits messages",
		    ioctl(fd, ECHO_SET_LIMITS, &limits) ||
		    send_text(fd, "echo", answer, 32, 0) != -E2BIG);
	limits.kept_messages = 1024;
	limits.message_max = 4096;
	ioctl(fd, ECHO_SET_LIMITS, &limits);
	close(eventfd_.fd);
}

int main(void)
{
	int fd = open("/dev/echo", O_RDWR | O_CLOEXEC);

	ktap_version();
	if (fd < 0) {
		printf("1..0 # SKIP cannot open /dev/echo\n");
		return KTAP_SKIP;
	}
	ktap_plan(17);
	test_transfer(fd);
	test_messages(fd);
	test_monitor();
	test_others(fd);
	close(fd);
	return ktap_end();
}
