// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

int main(void)
{
	begin(1);
	for (volatile int i = 0;; i = 0)
		continue;
}
