// SPDX-License-Identifier: GPL-2.0
/* A misc device that answers one command with a parameter, and misbehaves when it is told to. */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static int answer = 42;
module_param(answer, int, 0444);
MODULE_PARM_DESC(answer, "what the command answers");

static bool warn_on_load;
module_param(warn_on_load, bool, 0444);
MODULE_PARM_DESC(warn_on_load, "give a warning while loading");

static bool refuse;
module_param(refuse, bool, 0444);
MODULE_PARM_DESC(refuse, "do not load");

enum {
	HELLO_ANSWER = _IOR('H', 0, int),
	HELLO_OOPS = _IO('H', 1),
	HELLO_HANG = _IO('H', 2),
	HELLO_OVERWRITE = _IO('H', 3),
};

static noinline void overwrite_a_freed_object(void)
{
	char *object = kmalloc(96, GFP_KERNEL);

	if (!object)
		return;
	OPTIMIZER_HIDE_VAR(object);
	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	WRITE_ONCE(object[40], 1);
}

static long hello_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case HELLO_ANSWER:
		return put_user(answer, (int __user *)arg);
	case HELLO_OOPS:
		WRITE_ONCE(*(int *)8, 1);
		return 0;
	case HELLO_HANG:
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
		return 0;
	case HELLO_OVERWRITE:
		overwrite_a_freed_object();
		return 0;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations hello_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = hello_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice hello_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vm_hello",
	.fops = &hello_fops,
};

static int __init hello_init(void)
{
	if (refuse)
		return -ENODEV;
	WARN(warn_on_load, "a warning that was asked for\n");
	return misc_register(&hello_device);
}

static void __exit hello_exit(void)
{
	misc_deregister(&hello_device);
}

module_init(hello_init);
module_exit(hello_exit);
MODULE_DESCRIPTION("Misc device of the tests of ioctlkit-vm");
MODULE_LICENSE("GPL");
