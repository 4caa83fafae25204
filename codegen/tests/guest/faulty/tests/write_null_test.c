// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

int main(void)
{
	return !result(1, !ioctl(begin(1), FAULTY_OOPS), "nothing happens");
}
