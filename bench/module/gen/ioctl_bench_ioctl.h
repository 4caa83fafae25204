/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by ioctl-gen 0.1.0: body 2a7ca20df1bc */
#ifndef _IOCTL_BENCH_IOCTL_H
#define _IOCTL_BENCH_IOCTL_H

#include <linux/build_bug.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include <linux/ioctl_bench.h>

/**
 * struct ioctl_bench_ops - what the driver does for each command
 *
 * A handler runs when its argument has been copied in and found valid, between
 * ioctl_bench_enter() and ioctl_bench_leave(). It answers 0, or the number that
 * the command returns, or an error: the caller gets what it answers. No lock is
 * held. A handler that sleeps must wake up and return -ENODEV when the device
 * goes; until it returns, the device cannot be removed. What a handler leaves
 * in its argument goes to the caller only when it succeeds. A command whose
 * member is NULL answers -ENOTTY.
 *
 * @write_8: IOCTL_BENCH_WRITE_8::
 *
 *	static int ioctl_bench_ioctl_write_8(struct file *file,
 *					     const struct ioctl_bench_8 *arg);
 *
 * @write_64: IOCTL_BENCH_WRITE_64::
 *
 *	static int ioctl_bench_ioctl_write_64(struct file *file,
 *					      const struct ioctl_bench_64 *arg);
 *
 * @write_512: IOCTL_BENCH_WRITE_512::
 *
 *	static int
 *	ioctl_bench_ioctl_write_512(struct file *file,
 *				    const struct ioctl_bench_512 *arg);
 *
 * @write_1024: IOCTL_BENCH_WRITE_1024::
 *
 *	static int
 *	ioctl_bench_ioctl_write_1024(struct file *file,
 *				     const struct ioctl_bench_1024 *arg);
 *
 * @write_4096: IOCTL_BENCH_WRITE_4096::
 *
 *	static int
 *	ioctl_bench_ioctl_write_4096(struct file *file,
 *				     const struct ioctl_bench_4096 *arg);
 *
 * @read_8: IOCTL_BENCH_READ_8, whose argument begins as zeroes::
 *
 *	static int ioctl_bench_ioctl_read_8(struct file *file,
 *					    struct ioctl_bench_8 *arg);
 *
 * @read_64: IOCTL_BENCH_READ_64, whose argument begins as zeroes::
 *
 *	static int ioctl_bench_ioctl_read_64(struct file *file,
 *					     struct ioctl_bench_64 *arg);
 *
 * @read_512: IOCTL_BENCH_READ_512, whose argument begins as zeroes::
 *
 *	static int ioctl_bench_ioctl_read_512(struct file *file,
 *					      struct ioctl_bench_512 *arg);
 *
 * @read_1024: IOCTL_BENCH_READ_1024, whose argument begins as zeroes::
 *
 *	static int ioctl_bench_ioctl_read_1024(struct file *file,
 *					       struct ioctl_bench_1024 *arg);
 *
 * @read_4096: IOCTL_BENCH_READ_4096, whose argument begins as zeroes::
 *
 *	static int ioctl_bench_ioctl_read_4096(struct file *file,
 *					       struct ioctl_bench_4096 *arg);
 *
 * @exchange_8: IOCTL_BENCH_EXCHANGE_8::
 *
 *	static int ioctl_bench_ioctl_exchange_8(struct file *file,
 *						struct ioctl_bench_8 *arg);
 *
 * @exchange_64: IOCTL_BENCH_EXCHANGE_64::
 *
 *	static int ioctl_bench_ioctl_exchange_64(struct file *file,
 *						 struct ioctl_bench_64 *arg);
 *
 * @exchange_512: IOCTL_BENCH_EXCHANGE_512::
 *
 *	static int ioctl_bench_ioctl_exchange_512(struct file *file,
 *						  struct ioctl_bench_512 *arg);
 *
 * @exchange_1024: IOCTL_BENCH_EXCHANGE_1024::
 *
 *	static int
 *	ioctl_bench_ioctl_exchange_1024(struct file *file,
 *					struct ioctl_bench_1024 *arg);
 *
 * @exchange_4096: IOCTL_BENCH_EXCHANGE_4096::
 *
 *	static int
 *	ioctl_bench_ioctl_exchange_4096(struct file *file,
 *					struct ioctl_bench_4096 *arg);
 */
struct ioctl_bench_ops {
	int (*write_8)(struct file *file, const struct ioctl_bench_8 *arg);
	int (*write_64)(struct file *file, const struct ioctl_bench_64 *arg);
	int (*write_512)(struct file *file, const struct ioctl_bench_512 *arg);
	int (*write_1024)(struct file *file,
			  const struct ioctl_bench_1024 *arg);
	int (*write_4096)(struct file *file,
			  const struct ioctl_bench_4096 *arg);
	int (*read_8)(struct file *file, struct ioctl_bench_8 *arg);
	int (*read_64)(struct file *file, struct ioctl_bench_64 *arg);
	int (*read_512)(struct file *file, struct ioctl_bench_512 *arg);
	int (*read_1024)(struct file *file, struct ioctl_bench_1024 *arg);
	int (*read_4096)(struct file *file, struct ioctl_bench_4096 *arg);
	int (*exchange_8)(struct file *file, struct ioctl_bench_8 *arg);
	int (*exchange_64)(struct file *file, struct ioctl_bench_64 *arg);
	int (*exchange_512)(struct file *file, struct ioctl_bench_512 *arg);
	int (*exchange_1024)(struct file *file, struct ioctl_bench_1024 *arg);
	int (*exchange_4096)(struct file *file, struct ioctl_bench_4096 *arg);
};

/* The driver defines these three. */
extern const struct ioctl_bench_ops ioctl_bench_ops;

/* Keeps the device from going, or answers -ENODEV where it is gone. */
int ioctl_bench_enter(struct file *file);
/* Lets it go again. */
void ioctl_bench_leave(struct file *file);

long ioctl_bench_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
/* Every argument is an address, of a layout that is the same for 32-bit programs. */
#define ioctl_bench_compat_ioctl	compat_ptr_ioctl

#endif /* _IOCTL_BENCH_IOCTL_H */
