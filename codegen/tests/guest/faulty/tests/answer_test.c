// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

int main(void)
{
	int fd = begin(2), answer = 0;
	bool is_ok = result(1, !ioctl(fd, FAULTY_ANSWER, &answer), "the command answers");

	printf("# it answers %d\n", answer);
	return !(result(2, answer == 42, "the answer is 42") && is_ok);
}
