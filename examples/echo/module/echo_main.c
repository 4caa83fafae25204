// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/echo: its device and its files. What each command does is in
 * echo_commands.c and echo_monitor.c; what is between the caller and these
 * functions is in gen/, and is made again from the definition.
 */

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "echo_driver.h"

static void echo_device_free(struct kref *refs)
{
	kfree(container_of(refs, struct echo_device, refs));
}

static void echo_user_put(struct echo_device *device)
{
	if (refcount_dec_and_test(&device->users))
		complete(&device->idle);
}

int echo_enter(struct file *file)
{
	struct echo_file *private = file->private_data;

	if (READ_ONCE(private->device->gone) ||
	    !refcount_inc_not_zero(&private->device->users))
		return -ENODEV;
	return 0;
}

void echo_leave(struct file *file)
{
	struct echo_file *private = file->private_data;

	echo_user_put(private->device);
}

static int echo_open(struct inode *inode, struct file *file)
{
	/* misc_open() left the miscdevice there, and holds off its removal. */
	struct echo_device *device = container_of(file->private_data,
						  struct echo_device, misc);
	struct echo_file *private;

	private = kzalloc(sizeof(*private), GFP_KERNEL_ACCOUNT);
	if (!private)
		return -ENOMEM;
	mutex_init(&private->lock);
	INIT_LIST_HEAD(&private->messages);
	INIT_LIST_HEAD(&private->monitors);
	echo_set_defaults(private);
	kref_get(&device->refs);
	private->device = device;
	file->private_data = private;
	return nonseekable_open(inode, file);
}

static int echo_release(struct inode *inode, struct file *file)
{
	struct echo_file *private = file->private_data;

	echo_monitor_end(private);
	echo_forget_messages(private);
	if (private->eventfd)
		eventfd_ctx_put(private->eventfd);
	kref_put(&private->device->refs, echo_device_free);
	kfree(private);
	return 0;
}

static const struct file_operations echo_fops = {
	.owner = THIS_MODULE,
	.open = echo_open,
	.release = echo_release,
	.unlocked_ioctl = echo_ioctl,
	.compat_ioctl = echo_compat_ioctl,
};

static void echo_remove(void *data)
{
	struct echo_device *device = data;

	misc_deregister(&device->misc);
	/* New commands are refused, and those that sleep wake up. */
	WRITE_ONCE(device->gone, true);
	wake_up_all(&device->wait);
	echo_user_put(device);
	wait_for_completion(&device->idle);
	kref_put(&device->refs, echo_device_free);
}

static int echo_probe(struct platform_device *pdev)
{
	struct echo_device *device;
	int ret;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;
	kref_init(&device->refs);
	refcount_set(&device->users, 1);
	init_completion(&device->idle);
	init_waitqueue_head(&device->wait);
	mutex_init(&device->limits_lock);
	device->limits.kept_messages = 1024;
	device->limits.message_max = 4096;
	device->misc.minor = MISC_DYNAMIC_MINOR;
	device->misc.name = "echo";
	device->misc.fops = &echo_fops;
	device->misc.parent = &pdev->dev;
	ret = misc_register(&device->misc);
	if (ret) {
		kref_put(&device->refs, echo_device_free);
		return ret;
	}
	return devm_add_action_or_reset(&pdev->dev, echo_remove, device);
}

static struct platform_driver echo_driver = {
	.probe = echo_probe,
	.driver = {
		.name = "echo",
	},
};

static struct platform_device *echo_platform_device;

static int __init echo_init(void)
{
	int ret;

	ret = platform_driver_register(&echo_driver);
	if (ret)
		return ret;
	echo_platform_device = platform_device_register_simple("echo",
							       PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(echo_platform_device)) {
		ret = PTR_ERR(echo_platform_device);
		goto unregister_driver;
	}
	return 0;

unregister_driver:
	platform_driver_unregister(&echo_driver);
	return ret;
}
module_init(echo_init);

static void __exit echo_exit(void)
{
	platform_device_unregister(echo_platform_device);
	platform_driver_unregister(&echo_driver);
}
module_exit(echo_exit);

MODULE_DESCRIPTION("/dev/echo");
MODULE_LICENSE("GPL");
