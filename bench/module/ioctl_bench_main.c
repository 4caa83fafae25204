// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ioctl_bench: its devices, its files, and what each command does. What is
 * between the caller and these functions is in gen/, and is made again from the
 * definition; this file is yours.
 */

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "gen/ioctl_bench_bench.h"
#include "gen/ioctl_bench_ioctl.h"

/**
 * struct ioctl_bench_device - one device
 * @refs: the driver, and each open file
 * @users: the driver, and each command that runs
 * @idle: completed when the last of them has left
 * @gone: whether the driver has let go of the device
 * @wait: where handlers sleep until something happens or the device is @gone
 * @misc: the file in /dev
 * @store_lock: guards @store
 * @store: what the last caller put there
 */
struct ioctl_bench_device {
	struct kref refs;
	refcount_t users;
	struct completion idle;
	bool gone;
	wait_queue_head_t wait;
	struct miscdevice misc;
	/* Guards what is below. */
	struct mutex store_lock;
	u8 store[sizeof(struct ioctl_bench_4096)];
};

/**
 * struct ioctl_bench_file - one open file
 * @device: its device
 */
struct ioctl_bench_file {
	struct ioctl_bench_device *device;
};

static void ioctl_bench_device_free(struct kref *refs)
{
	kfree(container_of(refs, struct ioctl_bench_device, refs));
}

static void ioctl_bench_user_put(struct ioctl_bench_device *device)
{
	if (refcount_dec_and_test(&device->users))
		complete(&device->idle);
}

int ioctl_bench_enter(struct file *file)
{
	struct ioctl_bench_file *private = file->private_data;

	if (READ_ONCE(private->device->gone) ||
	    !refcount_inc_not_zero(&private->device->users))
		return -ENODEV;
	return 0;
}

void ioctl_bench_leave(struct file *file)
{
	struct ioctl_bench_file *private = file->private_data;

	ioctl_bench_user_put(private->device);
}

static int ioctl_bench_put(struct file *file, const void *bytes, size_t size)
{
	struct ioctl_bench_file *private = file->private_data;
	struct ioctl_bench_device *device = private->device;

	mutex_lock(&device->store_lock);
	memcpy(device->store, bytes, size);
	mutex_unlock(&device->store_lock);
	return 0;
}

static int ioctl_bench_get(struct file *file, void *bytes, size_t size)
{
	struct ioctl_bench_file *private = file->private_data;
	struct ioctl_bench_device *device = private->device;

	mutex_lock(&device->store_lock);
	memcpy(bytes, device->store, size);
	mutex_unlock(&device->store_lock);
	return 0;
}

static int ioctl_bench_put_and_get(struct file *file, void *bytes, size_t size)
{
	int ret;

	ret = ioctl_bench_put(file, bytes, size);
	return ret ? ret : ioctl_bench_get(file, bytes, size);
}

static int ioctl_bench_ioctl_write_8(struct file *file,
				     const struct ioctl_bench_8 *arg)
{
	return ioctl_bench_put(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_write_64(struct file *file,
				      const struct ioctl_bench_64 *arg)
{
	return ioctl_bench_put(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_write_512(struct file *file,
				       const struct ioctl_bench_512 *arg)
{
	return ioctl_bench_put(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_write_1024(struct file *file,
					const struct ioctl_bench_1024 *arg)
{
	return ioctl_bench_put(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_write_4096(struct file *file,
					const struct ioctl_bench_4096 *arg)
{
	return ioctl_bench_put(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_read_8(struct file *file,
				    struct ioctl_bench_8 *arg)
{
	return ioctl_bench_get(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_read_64(struct file *file,
				     struct ioctl_bench_64 *arg)
{
	return ioctl_bench_get(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_read_512(struct file *file,
				      struct ioctl_bench_512 *arg)
{
	return ioctl_bench_get(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_read_1024(struct file *file,
				       struct ioctl_bench_1024 *arg)
{
	return ioctl_bench_get(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_read_4096(struct file *file,
				       struct ioctl_bench_4096 *arg)
{
	return ioctl_bench_get(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_exchange_8(struct file *file,
					struct ioctl_bench_8 *arg)
{
	return ioctl_bench_put_and_get(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_exchange_64(struct file *file,
					 struct ioctl_bench_64 *arg)
{
	return ioctl_bench_put_and_get(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_exchange_512(struct file *file,
					  struct ioctl_bench_512 *arg)
{
	return ioctl_bench_put_and_get(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_exchange_1024(struct file *file,
					   struct ioctl_bench_1024 *arg)
{
	return ioctl_bench_put_and_get(file, arg, sizeof(*arg));
}

static int ioctl_bench_ioctl_exchange_4096(struct file *file,
					   struct ioctl_bench_4096 *arg)
{
	return ioctl_bench_put_and_get(file, arg, sizeof(*arg));
}

const struct ioctl_bench_ops ioctl_bench_ops = {
	.write_8 = ioctl_bench_ioctl_write_8,
	.write_64 = ioctl_bench_ioctl_write_64,
	.write_512 = ioctl_bench_ioctl_write_512,
	.write_1024 = ioctl_bench_ioctl_write_1024,
	.write_4096 = ioctl_bench_ioctl_write_4096,
	.read_8 = ioctl_bench_ioctl_read_8,
	.read_64 = ioctl_bench_ioctl_read_64,
	.read_512 = ioctl_bench_ioctl_read_512,
	.read_1024 = ioctl_bench_ioctl_read_1024,
	.read_4096 = ioctl_bench_ioctl_read_4096,
	.exchange_8 = ioctl_bench_ioctl_exchange_8,
	.exchange_64 = ioctl_bench_ioctl_exchange_64,
	.exchange_512 = ioctl_bench_ioctl_exchange_512,
	.exchange_1024 = ioctl_bench_ioctl_exchange_1024,
	.exchange_4096 = ioctl_bench_ioctl_exchange_4096,
};

static int ioctl_bench_open(struct inode *inode, struct file *file)
{
	/* misc_open() left the miscdevice there, and holds off its removal. */
	struct ioctl_bench_device *device = container_of(file->private_data,
							 struct ioctl_bench_device, misc);
	struct ioctl_bench_file *private;

	private = kzalloc(sizeof(*private), GFP_KERNEL_ACCOUNT);
	if (!private)
		return -ENOMEM;
	kref_get(&device->refs);
	private->device = device;
	file->private_data = private;
	return nonseekable_open(inode, file);
}

static int ioctl_bench_release(struct inode *inode, struct file *file)
{
	struct ioctl_bench_file *private = file->private_data;

	kref_put(&private->device->refs, ioctl_bench_device_free);
	kfree(private);
	return 0;
}

static const struct file_operations ioctl_bench_fops = {
	.owner = THIS_MODULE,
	.open = ioctl_bench_open,
	.release = ioctl_bench_release,
	.unlocked_ioctl = ioctl_bench_ioctl,
	.compat_ioctl = ioctl_bench_compat_ioctl,
};

static void ioctl_bench_remove(void *data)
{
	struct ioctl_bench_device *device = data;

	misc_deregister(&device->misc);
	/* New commands are refused, and those that sleep wake up. */
	WRITE_ONCE(device->gone, true);
	wake_up_all(&device->wait);
	ioctl_bench_user_put(device);
	wait_for_completion(&device->idle);
	kref_put(&device->refs, ioctl_bench_device_free);
}

static int ioctl_bench_probe(struct platform_device *pdev)
{
	struct ioctl_bench_device *device;
	int ret;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;
	kref_init(&device->refs);
	refcount_set(&device->users, 1);
	init_completion(&device->idle);
	init_waitqueue_head(&device->wait);
	mutex_init(&device->store_lock);
	device->misc.minor = MISC_DYNAMIC_MINOR;
	device->misc.name = "ioctl_bench";
	device->misc.fops = &ioctl_bench_fops;
	device->misc.parent = &pdev->dev;
	ret = misc_register(&device->misc);
	if (ret) {
		kref_put(&device->refs, ioctl_bench_device_free);
		return ret;
	}
	return devm_add_action_or_reset(&pdev->dev, ioctl_bench_remove, device);
}

static struct platform_driver ioctl_bench_driver = {
	.probe = ioctl_bench_probe,
	.driver = {
		.name = "ioctl_bench",
	},
};

static struct platform_device *ioctl_bench_platform_device;

static int __init ioctl_bench_init(void)
{
	int ret;

	ret = platform_driver_register(&ioctl_bench_driver);
	if (ret)
		return ret;
	ioctl_bench_platform_device =
		platform_device_register_simple("ioctl_bench",
						PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(ioctl_bench_platform_device)) {
		ret = PTR_ERR(ioctl_bench_platform_device);
		goto unregister_driver;
	}
	ret = ioctl_bench_bench_register();
	if (ret)
		goto unregister_device;
	return 0;

unregister_device:
	platform_device_unregister(ioctl_bench_platform_device);
unregister_driver:
	platform_driver_unregister(&ioctl_bench_driver);
	return ret;
}
module_init(ioctl_bench_init);

static void __exit ioctl_bench_exit(void)
{
	ioctl_bench_bench_unregister();
	platform_device_unregister(ioctl_bench_platform_device);
	platform_driver_unregister(&ioctl_bench_driver);
}
module_exit(ioctl_bench_exit);

MODULE_DESCRIPTION("/dev/ioctl_bench");
MODULE_LICENSE("GPL");
