// SPDX-License-Identifier: GPL-2.0-only
/* A misc device with a defect for each command. */
#include <linux/compat.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "faulty.h"

static int answer = 42;
module_param(answer, int, 0444);
MODULE_PARM_DESC(answer, "what FAULTY_ANSWER answers");

/* Returns memory that was freed before as it is. */
static long leak(struct faulty_bytes __user *user)
{
	struct faulty_bytes *bytes = kmalloc(sizeof(*bytes), GFP_KERNEL);
	long error;

	if (!bytes)
		return -ENOMEM;
	error = copy_to_user(user, bytes, sizeof(*bytes)) ? -EFAULT : 0;
	kfree(bytes);
	return error;
}

/* Writes behind an object's end. */
static long overrun(void)
{
	char *bytes = kmalloc(64, GFP_KERNEL);

	if (!bytes)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(bytes);
	WRITE_ONCE(bytes[64], 1);
	kfree(bytes);
	return 0;
}

static long oops(void)
{
	int *nowhere = NULL;

	OPTIMIZER_HIDE_VAR(nowhere);
	WRITE_ONCE(*nowhere, 1);
	return 0;
}

static long faulty_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case FAULTY_ANSWER:
		return put_user(answer, (int __user *)arg);
	case FAULTY_LEAK:
		return leak((struct faulty_bytes __user *)arg);
	case FAULTY_OVERRUN:
		return overrun();
	case FAULTY_WARN:
		WARN(1, "a warning that was asked for\n");
		return 0;
	case FAULTY_WAIT:
		msleep(24 * 3600 * 1000);
		return 0;
	case FAULTY_OOPS:
		return oops();
	default:
		return -ENOTTY;
	}
}

static const struct file_operations faulty_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = faulty_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice faulty_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "faulty",
	.fops = &faulty_fops,
};
module_misc_device(faulty_device);

MODULE_DESCRIPTION("Misc device with defects");
MODULE_LICENSE("GPL");
