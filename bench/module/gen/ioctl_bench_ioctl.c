// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: body 3de13b33ec2b */

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "ioctl_bench_ioctl.h"

/* The commands. */

static long ioctl_bench_do_write_8(struct file *file, void __user *uarg)
{
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
	return ret;
}

static long ioctl_bench_do_write_64(struct file *file, void __user *uarg)
{
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
	return ret;
}

static long ioctl_bench_do_write_512(struct file *file, void __user *uarg)
{
	struct ioctl_bench_512 *karg;
	int ret;

	if (!ioctl_bench_ops.write_512)
		return -ENOTTY;
	karg = memdup_user(uarg, sizeof(*karg));
	if (IS_ERR(karg))
		return PTR_ERR(karg);
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.write_512(file, karg);
	ioctl_bench_leave(file);
out:
	kfree(karg);
	return ret;
}

static long ioctl_bench_do_write_1024(struct file *file, void __user *uarg)
{
	struct ioctl_bench_1024 *karg;
	int ret;

	if (!ioctl_bench_ops.write_1024)
		return -ENOTTY;
	karg = memdup_user(uarg, sizeof(*karg));
	if (IS_ERR(karg))
		return PTR_ERR(karg);
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.write_1024(file, karg);
	ioctl_bench_leave(file);
out:
	kfree(karg);
	return ret;
}

static long ioctl_bench_do_write_4096(struct file *file, void __user *uarg)
{
	struct ioctl_bench_4096 *karg;
	int ret;

	if (!ioctl_bench_ops.write_4096)
		return -ENOTTY;
	karg = memdup_user(uarg, sizeof(*karg));
	if (IS_ERR(karg))
		return PTR_ERR(karg);
	ret = ioctl_bench_enter(file);
	if (ret)
		goto out;
	ret = ioctl_bench_ops.write_4096(file, karg);
	ioctl_bench_leave(file);
out:
	kfree(karg);
	return ret;
}

static long ioctl_bench_do_read_8(struct file *file, void __user *uarg)
{
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
	return ret;
}

static long ioctl_bench_do_read_64(struct file *file, void __user *uarg)
{
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
	return ret;
}

static long ioctl_bench_do_read_512(struct file *file, void __user *uarg)
{
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
	return ret;
}

static long ioctl_bench_do_read_1024(struct file *file, void __user *uarg)
{
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
	return ret;
}

static long ioctl_bench_do_read_4096(struct file *file, void __user *uarg)
{
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
	return ret;
}

static long ioctl_bench_do_exchange_8(struct file *file, void __user *uarg)
{
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
	return ret;
}

static long ioctl_bench_do_exchange_64(struct file *file, void __user *uarg)
{
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
	return ret;
}

static long ioctl_bench_do_exchange_512(struct file *file, void __user *uarg)
{
	struct ioctl_bench_512 *karg;
	int ret;

	if (!ioctl_bench_ops.exchange_512)
		return -ENOTTY;
	karg = memdup_user(uarg, sizeof(*karg));
	if (IS_ERR(karg))
		return PTR_ERR(karg);
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
	return ret;
}

static long ioctl_bench_do_exchange_1024(struct file *file, void __user *uarg)
{
	struct ioctl_bench_1024 *karg;
	int ret;

	if (!ioctl_bench_ops.exchange_1024)
		return -ENOTTY;
	karg = memdup_user(uarg, sizeof(*karg));
	if (IS_ERR(karg))
		return PTR_ERR(karg);
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
	return ret;
}

static long ioctl_bench_do_exchange_4096(struct file *file, void __user *uarg)
{
	struct ioctl_bench_4096 *karg;
	int ret;

	if (!ioctl_bench_ops.exchange_4096)
		return -ENOTTY;
	karg = memdup_user(uarg, sizeof(*karg));
	if (IS_ERR(karg))
		return PTR_ERR(karg);
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
	return ret;
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
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case IOCTL_BENCH_WRITE_8:
		return ioctl_bench_do_write_8(file, uarg);
	case IOCTL_BENCH_WRITE_64:
		return ioctl_bench_do_write_64(file, uarg);
	case IOCTL_BENCH_WRITE_512:
		return ioctl_bench_do_write_512(file, uarg);
	case IOCTL_BENCH_WRITE_1024:
		return ioctl_bench_do_write_1024(file, uarg);
	case IOCTL_BENCH_WRITE_4096:
		return ioctl_bench_do_write_4096(file, uarg);
	case IOCTL_BENCH_READ_8:
		return ioctl_bench_do_read_8(file, uarg);
	case IOCTL_BENCH_READ_64:
		return ioctl_bench_do_read_64(file, uarg);
	case IOCTL_BENCH_READ_512:
		return ioctl_bench_do_read_512(file, uarg);
	case IOCTL_BENCH_READ_1024:
		return ioctl_bench_do_read_1024(file, uarg);
	case IOCTL_BENCH_READ_4096:
		return ioctl_bench_do_read_4096(file, uarg);
	case IOCTL_BENCH_EXCHANGE_8:
		return ioctl_bench_do_exchange_8(file, uarg);
	case IOCTL_BENCH_EXCHANGE_64:
		return ioctl_bench_do_exchange_64(file, uarg);
	case IOCTL_BENCH_EXCHANGE_512:
		return ioctl_bench_do_exchange_512(file, uarg);
	case IOCTL_BENCH_EXCHANGE_1024:
		return ioctl_bench_do_exchange_1024(file, uarg);
	case IOCTL_BENCH_EXCHANGE_4096:
		return ioctl_bench_do_exchange_4096(file, uarg);
	}
	return -ENOTTY;
}
