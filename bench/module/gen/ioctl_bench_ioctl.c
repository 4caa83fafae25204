// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: schema bec1529e6891, body 1da5f1c4907f */

#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "ioctl_bench_ioctl.h"

/* The commands. */

static long ioctl_bench_do_write_8(struct file *file, unsigned int cmd,
				   unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_8 karg;
	int ret;

	if (!ioctl_bench_ops.write_8)
		return -ENOTTY;
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
	ret = ioctl_bench_enter(file);
	if (ret)
		return ret;
	ret = ioctl_bench_ops.write_8(file, &karg);
	ioctl_bench_leave(file);
	return min(ret, 0);
}

static long ioctl_bench_do_write_64(struct file *file, unsigned int cmd,
				    unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_64 karg;
	int ret;

	if (!ioctl_bench_ops.write_64)
		return -ENOTTY;
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
	ret = ioctl_bench_enter(file);
	if (ret)
		return ret;
	ret = ioctl_bench_ops.write_64(file, &karg);
	ioctl_bench_leave(file);
	return min(ret, 0);
}

static long ioctl_bench_do_write_512(struct file *file, unsigned int cmd,
				     unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_512 *karg;
	int ret;

	if (!ioctl_bench_ops.write_512)
		return -ENOTTY;
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(karg, uarg, sizeof(*karg)))
		goto out;
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.write_512(file, karg);
	ioctl_bench_leave(file);
out:
	kfree(karg);
	return min(ret, 0);
}

static long ioctl_bench_do_write_1024(struct file *file, unsigned int cmd,
				      unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_1024 *karg;
	int ret;

	if (!ioctl_bench_ops.write_1024)
		return -ENOTTY;
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(karg, uarg, sizeof(*karg)))
		goto out;
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.write_1024(file, karg);
	ioctl_bench_leave(file);
out:
	kfree(karg);
	return min(ret, 0);
}

static long ioctl_bench_do_write_4096(struct file *file, unsigned int cmd,
				      unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_4096 *karg;
	int ret;

	if (!ioctl_bench_ops.write_4096)
		return -ENOTTY;
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(karg, uarg, sizeof(*karg)))
		goto out;
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.write_4096(file, karg);
	ioctl_bench_leave(file);
out:
	kfree(karg);
	return min(ret, 0);
}

static long ioctl_bench_do_read_8(struct file *file, unsigned int cmd,
				  unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_8 karg;
	int ret;

	if (!ioctl_bench_ops.read_8)
		return -ENOTTY;
	memset(&karg, 0, sizeof(karg));
	ret = ioctl_bench_enter(file);
	if (ret)
		return ret;
	ret = ioctl_bench_ops.read_8(file, &karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, sizeof(karg)))
		return -EFAULT;
	return 0;
}

static long ioctl_bench_do_read_64(struct file *file, unsigned int cmd,
				   unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_64 karg;
	int ret;

	if (!ioctl_bench_ops.read_64)
		return -ENOTTY;
	memset(&karg, 0, sizeof(karg));
	ret = ioctl_bench_enter(file);
	if (ret)
		return ret;
	ret = ioctl_bench_ops.read_64(file, &karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, sizeof(karg)))
		return -EFAULT;
	return 0;
}

static long ioctl_bench_do_read_512(struct file *file, unsigned int cmd,
				    unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_512 *karg;
	int ret;

	if (!ioctl_bench_ops.read_512)
		return -ENOTTY;
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.read_512(file, karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		goto out;
	if (copy_to_user(uarg, karg, sizeof(*karg)))
		ret = -EFAULT;
out:
	kfree(karg);
	return min(ret, 0);
}

static long ioctl_bench_do_read_1024(struct file *file, unsigned int cmd,
				     unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_1024 *karg;
	int ret;

	if (!ioctl_bench_ops.read_1024)
		return -ENOTTY;
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.read_1024(file, karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		goto out;
	if (copy_to_user(uarg, karg, sizeof(*karg)))
		ret = -EFAULT;
out:
	kfree(karg);
	return min(ret, 0);
}

static long ioctl_bench_do_read_4096(struct file *file, unsigned int cmd,
				     unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_4096 *karg;
	int ret;

	if (!ioctl_bench_ops.read_4096)
		return -ENOTTY;
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.read_4096(file, karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		goto out;
	if (copy_to_user(uarg, karg, sizeof(*karg)))
		ret = -EFAULT;
out:
	kfree(karg);
	return min(ret, 0);
}

static long ioctl_bench_do_exchange_8(struct file *file, unsigned int cmd,
				      unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_8 karg;
	int ret;

	if (!ioctl_bench_ops.exchange_8)
		return -ENOTTY;
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
	ret = ioctl_bench_enter(file);
	if (ret)
		return ret;
	ret = ioctl_bench_ops.exchange_8(file, &karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, sizeof(karg)))
		return -EFAULT;
	return 0;
}

static long ioctl_bench_do_exchange_64(struct file *file, unsigned int cmd,
				       unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_64 karg;
	int ret;

	if (!ioctl_bench_ops.exchange_64)
		return -ENOTTY;
	if (copy_from_user(&karg, uarg, sizeof(karg)))
		return -EFAULT;
	ret = ioctl_bench_enter(file);
	if (ret)
		return ret;
	ret = ioctl_bench_ops.exchange_64(file, &karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		return ret;
	if (copy_to_user(uarg, &karg, sizeof(karg)))
		return -EFAULT;
	return 0;
}

static long ioctl_bench_do_exchange_512(struct file *file, unsigned int cmd,
					unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_512 *karg;
	int ret;

	if (!ioctl_bench_ops.exchange_512)
		return -ENOTTY;
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(karg, uarg, sizeof(*karg)))
		goto out;
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.exchange_512(file, karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		goto out;
	if (copy_to_user(uarg, karg, sizeof(*karg)))
		ret = -EFAULT;
out:
	kfree(karg);
	return min(ret, 0);
}

static long ioctl_bench_do_exchange_1024(struct file *file, unsigned int cmd,
					 unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_1024 *karg;
	int ret;

	if (!ioctl_bench_ops.exchange_1024)
		return -ENOTTY;
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(karg, uarg, sizeof(*karg)))
		goto out;
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.exchange_1024(file, karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		goto out;
	if (copy_to_user(uarg, karg, sizeof(*karg)))
		ret = -EFAULT;
out:
	kfree(karg);
	return min(ret, 0);
}

static long ioctl_bench_do_exchange_4096(struct file *file, unsigned int cmd,
					 unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct ioctl_bench_4096 *karg;
	int ret;

	if (!ioctl_bench_ops.exchange_4096)
		return -ENOTTY;
	karg = kzalloc(sizeof(*karg), GFP_KERNEL_ACCOUNT);
	if (!karg)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(karg, uarg, sizeof(*karg)))
		goto out;
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.exchange_4096(file, karg);
	ioctl_bench_leave(file);
	if (ret < 0)
		goto out;
	if (copy_to_user(uarg, karg, sizeof(*karg)))
		ret = -EFAULT;
out:
	kfree(karg);
	return min(ret, 0);
}

/**
 * struct ioctl_bench_ioctl - one command
 * @cmd: its number; of a family, that of the first
 * @mask: the bits of the number that a caller's must have
 * @do_ioctl: carries it out
 */
struct ioctl_bench_ioctl {
	unsigned int cmd;
	unsigned int mask;
	long (*do_ioctl)(struct file *file, unsigned int cmd,
			 unsigned long arg);
};

#define IOCTL_BENCH_WHOLE	(~0U)

static const struct ioctl_bench_ioctl ioctl_bench_ioctls[] = {
	[0x10] = {
		.cmd = IOCTL_BENCH_WRITE_8,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_write_8,
	},
	[0x11] = {
		.cmd = IOCTL_BENCH_WRITE_64,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_write_64,
	},
	[0x12] = {
		.cmd = IOCTL_BENCH_WRITE_512,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_write_512,
	},
	[0x13] = {
		.cmd = IOCTL_BENCH_WRITE_1024,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_write_1024,
	},
	[0x14] = {
		.cmd = IOCTL_BENCH_WRITE_4096,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_write_4096,
	},
	[0x20] = {
		.cmd = IOCTL_BENCH_READ_8,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_read_8,
	},
	[0x21] = {
		.cmd = IOCTL_BENCH_READ_64,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_read_64,
	},
	[0x22] = {
		.cmd = IOCTL_BENCH_READ_512,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_read_512,
	},
	[0x23] = {
		.cmd = IOCTL_BENCH_READ_1024,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_read_1024,
	},
	[0x24] = {
		.cmd = IOCTL_BENCH_READ_4096,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_read_4096,
	},
	[0x30] = {
		.cmd = IOCTL_BENCH_EXCHANGE_8,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_exchange_8,
	},
	[0x31] = {
		.cmd = IOCTL_BENCH_EXCHANGE_64,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_exchange_64,
	},
	[0x32] = {
		.cmd = IOCTL_BENCH_EXCHANGE_512,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_exchange_512,
	},
	[0x33] = {
		.cmd = IOCTL_BENCH_EXCHANGE_1024,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_exchange_1024,
	},
	[0x34] = {
		.cmd = IOCTL_BENCH_EXCHANGE_4096,
		.mask = IOCTL_BENCH_WHOLE,
		.do_ioctl = ioctl_bench_do_exchange_4096,
	},
};

static const struct ioctl_bench_ioctl *
ioctl_bench_find(const struct ioctl_bench_ioctl *ioctls, unsigned int count,
		 unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);
	const struct ioctl_bench_ioctl *found;

	if (nr >= count)
		return NULL;
	found = &ioctls[array_index_nospec(nr, count)];
	if (!found->do_ioctl)
		return NULL;
	/* In a family, the nr is all that differs from the first. */
	if ((cmd ^ (found->cmd + nr - _IOC_NR(found->cmd))) & found->mask)
		return NULL;
	return found;
}

/**
 * ioctl_bench_ioctl - the unlocked_ioctl of /dev/ioctl_bench
 * @file: the open file
 * @cmd: the command's number
 * @arg: its argument
 *
 * Return: what the command returns, or an error.
 */
long ioctl_bench_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct ioctl_bench_ioctl *found;

	found = ioctl_bench_find(ioctl_bench_ioctls,
				 ARRAY_SIZE(ioctl_bench_ioctls), cmd);
	if (!found)
		return -ENOTTY;
	return found->do_ioctl(file, cmd, arg);
}
