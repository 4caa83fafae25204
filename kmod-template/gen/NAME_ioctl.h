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
//% if it.objects
#include <linux/xarray.h>
//% endif
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
//% if it.objects
/* The objects of a kind that an open file has at most. More are refused with -EBUSY. */
#define ${it.upper}_HANDLES_MAX	0xffff

//% for object in it.objects
struct ${object.symbol};
//% endfor

/**
 * struct ${it.symbol}_handles - the objects of an open file
//% for object in it.objects
 * @${object.name}: each &struct ${object.symbol}, by its handle
//% endfor
 */
struct ${it.symbol}_handles {
//% for object in it.objects
	struct xarray ${object.name};
//% endfor
};

/* For the driver's open() and release(). The latter puts each object that is left. */
void ${it.symbol}_handles_init(struct ${it.symbol}_handles *handles);
void ${it.symbol}_handles_free(struct ${it.symbol}_handles *handles);

/* The driver defines these, too: where a file has its handles, and an object's references. */
struct ${it.symbol}_handles *${it.symbol}_handles(struct file *file);
//% for object in it.objects
//% if object.used
/* Called with a spinlock held. */
void ${object.symbol}_get(struct ${object.symbol} *${object.name});
//% endif
void ${object.symbol}_put(struct ${object.symbol} *${object.name});
//% endfor

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
//% if it.objects
 *
 * A handler that makes an object returns it with one reference, which becomes the handle's: it
 * is put when the handle goes, or when the caller's memory cannot be written. No other thread
 * finds the object before the caller has its handle. A handler that gets an object has a
 * reference until it returns. If two threads destroy an object at once, the handler may run in
 * both: the handle is taken away when it has returned, and the second caller gets -ENOENT.
//% endif
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
