// SPDX-License-Identifier: GPL-2.0-only
/* What echo_calls.h has and the others have not: functions for files that a command opens. */

#include <fcntl.h>
#include <unistd.h>

#include "echo_calls.h"
#include "ktap.h"

int main(void)
{
	int fd = open("/dev/echo", O_RDWR);
	struct echo_open_monitor monitor;
	struct echo_config config;
	int made;

	ktap_begin(4);
	memset(&monitor, 0, sizeof(monitor));
	ktap_result("reset", "takes nothing", echo_ioctl_reset(fd));
	ktap_result("set_config", "takes what get_config yields",
		    echo_ioctl_get_config(fd, &config) || echo_ioctl_set_config(fd, &config));
	made = echo_ioctl_open_monitor(fd, &monitor);
	ktap_result("open_monitor", "returns a file", made < 3);
	ktap_result("count_messages", "is a command of that file",
		    echo_monitor_ioctl_count_messages(made) || close(made));
	return ktap_end();
}
