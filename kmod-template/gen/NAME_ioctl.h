/* SPDX-License-Identifier: GPL-2.0-only */
${stamp}
#ifndef _${it.upper}_IOCTL_H
#define _${it.upper}_IOCTL_H

#include <linux/build_bug.h>
#include <linux/fs.h>
//% if header_is_theirs
#include <linux/ioctl.h>
//% endif
#include <linux/types.h>
#include <linux/${name}.h>

//% if in_tree
//% for record in it.checks
//% for mask in record.masks
//% if loop.first
/* What bits programs may set in &${record.type|comment}. */
//% endif
#define ${mask.name}	${mask.value|code}
//% if loop.last

//% endif
//% endfor
//% endfor
//% endif
//% if it.uses.flexible
/*
 * The bytes of a caller's array that the driver takes at most. More is answered with -E2BIG,
 * before memory is taken for it.
 */
#define ${it.upper}_ARRAY_BYTES_MAX	0x100000

//% endif
/**
 * struct ${it.symbol}_ops - what the driver does for each command
 *
 * A handler runs when its argument has been copied in and found valid, between
 * ${it.symbol}_enter() and ${it.symbol}_leave(). It answers 0, or the number that the command
 * returns, or an error: the caller gets what it answers. No lock is held. A handler that sleeps must
 * wake up and return -ENODEV when the device goes; until it returns, the device cannot be
 * removed. What a handler leaves in its argument goes to the caller only when it succeeds.
 * A command whose member is NULL answers -ENOTTY.
//% for c in it.commands
 *
 * @${c.op}: ${c.macro_use|comment}${c.remark|comment}::
 *
//% for line in c.stub
 *	${line|comment}
//% endfor
//% endfor
 */
struct ${it.symbol}_ops {
//% for c in it.commands
	${c.result|code}(*${c.op})(${c.parameters|code});
//% endfor
};

/* The driver defines these three. */
extern const struct ${it.symbol}_ops ${it.symbol}_ops;

/* Keeps the device from going, or answers -ENODEV where it is gone. */
int ${it.symbol}_enter(struct file *file);
/* Lets it go again. */
void ${it.symbol}_leave(struct file *file);

long ${it.symbol}_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
//% if it.compat == "translated"
#ifdef CONFIG_COMPAT
long ${it.symbol}_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
#else
#define ${it.symbol}_compat_ioctl	NULL
#endif
//% else
/* Every argument is an address, of a layout that is the same for 32-bit programs. */
#define ${it.symbol}_compat_ioctl	compat_ptr_ioctl
//% endif

#endif /* _${it.upper}_IOCTL_H */
