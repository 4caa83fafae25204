// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

int main(void)
{
	begin(1);
	for (;;)
		__asm__ volatile("");
}
