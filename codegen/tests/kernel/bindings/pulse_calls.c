// SPDX-License-Identifier: GPL-2.0-only
/* What pulse_calls.h has and the others have not: reserved members of nested structures, arrays that
 * are only read, wide counts. */

#include <fcntl.h>
#include <unistd.h>

#include "pulse_calls.h"
#include "ktap.h"

int main(void)
{
	struct pulse_shape shape = {
		{ 1, 1, 9 }, { { 2, 2, 9 }, { 3, 8, 9 } }, 5, 1, 1,
	};
	struct pulse_train *train = pulse_train_alloc(3);
	struct pulse_open line = { 4, 0 };
	const __u32 words[2] = { 1, 2 };
	struct pulse_large large;
	int fd = open("/dev/pulse0", O_RDWR);
	__u64 gain = 5;
	int made;

	ktap_begin(8);
	memset(&large, 0, sizeof(large));
	ktap_result("send", "clears what is reserved wherever it is",
		    pulse_ioctl_send(fd, &shape) != 3 || shape.first.level != 7);
	ktap_result("train", "is passed", pulse_ioctl_train(fd, train));
	ktap_result("past", "is filled",
		    pulse_ioctl_past(fd, train) || train->count != 2 || train->starts[1] != 2);
	ktap_result("large", "knows its size", pulse_ioctl_large(fd, &large) || large.data[0] != 1);
	made = pulse_ioctl_open_line(fd, &line);
	ktap_result("open_line", "returns a file and more", made < 3 || line.id != 5 || close(made));
	ktap_result("write", "passes an array", pulse_ioctl_write(fd, words, 2));
	ktap_result("gain", "comes back", pulse_ioctl_gain(fd, 15, &gain) || gain != 20);
	ktap_result("gain", "has an end", pulse_ioctl_gain(fd, 16, &gain) != -EINVAL);
	free(train);
	return ktap_end();
}
