/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTY_H
#define FAULTY_H

#include <linux/ioctl.h>
#include <linux/types.h>

struct faulty_bytes {
	__u8 bytes[64];
};

#define FAULTY_ANSWER	_IOR('F', 0, int)
#define FAULTY_LEAK	_IOR('F', 1, struct faulty_bytes)
#define FAULTY_OVERRUN	_IO('F', 2)
#define FAULTY_WARN	_IO('F', 3)
#define FAULTY_WAIT	_IO('F', 4)
#define FAULTY_OOPS	_IO('F', 5)

#endif /* FAULTY_H */
