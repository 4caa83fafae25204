// SPDX-License-Identifier: GPL-2.0-only
${stamp}

#include <linux/elfnote.h>

/*
 * What this module's interface is, for tools: a note of type 1 by "ioctlkit", which is also at
 * /sys/module/${name}/notes.
 */
ELFNOTE32("ioctlkit", 1,
//% for line in abi
	  "${line|string}\n"/*% if loop.last %*/);/*% endif %*/
//% endfor
