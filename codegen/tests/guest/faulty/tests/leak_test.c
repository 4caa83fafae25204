// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

int main(void)
{
	struct faulty_bytes bytes = { { 0 } };
	int fd = begin(1), other = 0;

	if (ioctl(fd, FAULTY_LEAK, &bytes))
		return 1;
	for (unsigned int i = 0; i < sizeof(bytes); i++)
		other += bytes.bytes[i] != 0;
	printf("# %d bytes, of which the first is 0x%02x\n", other, bytes.bytes[0]);
	return !result(1, !other, "no byte of the kernel's memory comes back");
}
