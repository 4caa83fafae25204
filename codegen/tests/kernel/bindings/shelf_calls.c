// SPDX-License-Identifier: GPL-2.0-only
/* Objects by their handles: what one command makes, another fills, copies, and drops. */

#include <fcntl.h>

#include "shelf_calls.h"
#include "ktap.h"

static __u64 sum_of(int fd, __u32 box)
{
	struct shelf_sum sum = { .handle = box };

	return shelf_ioctl_sum(fd, &sum) ? ~0ULL : sum.sum;
}

int main(void)
{
	struct shelf_new_box one = { .bytes = 4 }, other = { .bytes = 2 };
	struct shelf_fill fill = { .data = { 1, 2, 3, 4 } };
	struct shelf_new_label label = { .text = 0x12345 };
	struct shelf_drop_label drop_label = { 0 };
	struct shelf_drop_box drop_box = { 0 };
	struct shelf_copy copy = { 0 };
	int fd = open("/dev/shelf", O_RDWR), elsewhere = open("/dev/shelf", O_RDWR);

	ktap_begin(9);
	ktap_result("new_box", "returns a handle", shelf_ioctl_new_box(fd, &one) || !one.handle);
	ktap_result("new_box", "returns another", shelf_ioctl_new_box(fd, &other) ||
		    other.handle == one.handle);
	fill.handle = one.handle;
	ktap_result("fill", "fills what there is", shelf_ioctl_fill(fd, &fill) || fill.filled != 4);
	ktap_result("sum", "adds up", sum_of(fd, one.handle) != 10);
	copy.from = one.handle;
	copy.to = other.handle;
	ktap_result("copy", "takes two handles",
		    shelf_ioctl_copy(fd, &copy) || sum_of(fd, other.handle) != 3);
	ktap_result("copy", "finds none of another file", shelf_ioctl_copy(elsewhere, &copy) != -ENOENT);
	label.carton = drop_box.handle = one.handle;
	ktap_result("new_label", "is of another kind", shelf_ioctl_new_label(fd, &label) || !label.label);
	ktap_result("drop_box", "takes the handle away", shelf_ioctl_drop_box(fd, &drop_box) ||
		    shelf_ioctl_drop_box(fd, &drop_box) != -ENOENT);
	drop_label.label = label.label;
	ktap_result("drop_label", "returns what it said",
		    shelf_ioctl_drop_label(fd, &drop_label) != 0x2345);
	return ktap_end();
}
