// SPDX-License-Identifier: GPL-2.0-only
/*
 * ${title|comment}: its devices, its files, and what each command does. What is between the caller and
 * these functions is in gen/, and is made again from the definition; this file is yours.
 */

//% if opens
#include <linux/anon_inodes.h>
//% endif
//% if device == "cdev"
#include <linux/cdev.h>
//% endif
#include <linux/completion.h>
//% if device == "cdev"
#include <linux/device.h>
//% endif
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
//% if device == "misc"
#include <linux/kref.h>
#include <linux/miscdevice.h>
//% endif
#include <linux/module.h>
//% block includes
//% endblock
#include <linux/platform_device.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/wait.h>

//% if bench
#include "gen/${name}_bench.h"
//% endif
//% for it in interfaces
#include "gen/${it.symbol}_ioctl.h"
//% endfor

//% if device == "cdev"
#define ${upper}_MINORS	${minors}

//% endif
/**
 * struct ${name}_device - one device
//% if device == "misc"
 * @refs: the driver, and each open file
//% else
 * @dev: the device, which lives as long as the driver or a file refers to it
 * @cdev: the file in /dev
//% endif
 * @users: the driver, and each command that runs
 * @idle: completed when the last of them has left
 * @gone: whether the driver has let go of the device
 * @wait: where handlers sleep until something happens or the device is @gone
//% if device == "misc"
 * @misc: the file in /dev
//% endif
 */
struct ${name}_device {
//% if device == "misc"
	struct kref refs;
//% else
	struct device dev;
	struct cdev cdev;
//% endif
	refcount_t users;
	struct completion idle;
	bool gone;
	wait_queue_head_t wait;
//% if device == "misc"
	struct miscdevice misc;
//% endif
};

/**
 * struct ${name}_file - one open file
 * @device: its device
//% block file_docs
//% endblock
 */
struct ${name}_file {
	struct ${name}_device *device;
//% block file_members
//% endblock
};

//% if device == "misc"
static void ${name}_device_free(struct kref *refs)
{
	kfree(container_of(refs, struct ${name}_device, refs));
}
//% else
static void ${name}_device_free(struct device *dev)
{
	kfree(container_of(dev, struct ${name}_device, dev));
}
//% endif

static void ${name}_user_put(struct ${name}_device *device)
{
	if (refcount_dec_and_test(&device->users))
		complete(&device->idle);
}

int ${name}_enter(struct file *file)
{
	struct ${name}_file *private = file->private_data;

	if (READ_ONCE(private->device->gone) ||
	    !refcount_inc_not_zero(&private->device->users))
		return -ENODEV;
	return 0;
}

void ${name}_leave(struct file *file)
{
	struct ${name}_file *private = file->private_data;

	${name}_user_put(private->device);
}

/* Handlers go here: gen/ has the text of each in front of its ops. */
//% block handlers
//% endblock
//% for it in interfaces
//% if not it.path

int ${it.symbol}_enter(struct file *file)
{
	return 0;
}

void ${it.symbol}_leave(struct file *file)
{
}

const struct ${it.symbol}_ops ${it.symbol}_ops = {
};

static const struct file_operations ${it.symbol}_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = ${it.symbol}_ioctl,
	.compat_ioctl = ${it.symbol}_compat_ioctl,
};
//% endif
//% endfor
//% for it in interfaces
//% for c in it.commands
//% if c.opens

${c.stub_definition|code}
{
	return anon_inode_getfile("[${c.opens}]", &${c.opens}_fops, NULL, O_RDWR);
}
//% endif
//% endfor
//% endfor

const struct ${name}_ops ${name}_ops = {
//% for c in interfaces[0].commands
//% if c.opens
	.${c.op} = ${c.handler},
//% endif
//% endfor
//% block ops
//% endblock
};

static int ${name}_open(struct inode *inode, struct file *file)
{
//% if device == "misc"
	/* misc_open() left the miscdevice there, and holds off its removal. */
	struct ${name}_device *device = container_of(file->private_data, struct ${name}_device, misc);
//% else
	struct ${name}_device *device = container_of(inode->i_cdev, struct ${name}_device, cdev);
//% endif
	struct ${name}_file *private;

	private = kzalloc(sizeof(*private), GFP_KERNEL_ACCOUNT);
	if (!private)
		return -ENOMEM;
//% if device == "misc"
	kref_get(&device->refs);
//% else
	get_device(&device->dev);
//% endif
	private->device = device;
//% block open
//% endblock
	file->private_data = private;
	return nonseekable_open(inode, file);
}

static int ${name}_release(struct inode *inode, struct file *file)
{
	struct ${name}_file *private = file->private_data;

//% if device == "misc"
	kref_put(&private->device->refs, ${name}_device_free);
//% else
	put_device(&private->device->dev);
//% endif
	kfree(private);
	return 0;
}

static const struct file_operations ${name}_fops = {
	.owner = THIS_MODULE,
	.open = ${name}_open,
	.release = ${name}_release,
	.unlocked_ioctl = ${name}_ioctl,
	.compat_ioctl = ${name}_compat_ioctl,
};

static void ${name}_remove(void *data)
{
	struct ${name}_device *device = data;

//% if device == "misc"
	misc_deregister(&device->misc);
//% else
	cdev_device_del(&device->cdev, &device->dev);
//% endif
	/* New commands are refused, and those that sleep wake up. */
	WRITE_ONCE(device->gone, true);
	wake_up_all(&device->wait);
	${name}_user_put(device);
	wait_for_completion(&device->idle);
//% if device == "misc"
	kref_put(&device->refs, ${name}_device_free);
//% else
	put_device(&device->dev);
//% endif
}

//% if device == "misc"
static int ${name}_probe(struct platform_device *pdev)
{
	struct ${name}_device *device;
	int ret;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;
	kref_init(&device->refs);
	refcount_set(&device->users, 1);
	init_completion(&device->idle);
	init_waitqueue_head(&device->wait);
	device->misc.minor = MISC_DYNAMIC_MINOR;
	device->misc.name = "${node|string}";
	device->misc.fops = &${name}_fops;
	device->misc.parent = &pdev->dev;
	ret = misc_register(&device->misc);
	if (ret) {
		kref_put(&device->refs, ${name}_device_free);
		return ret;
	}
	return devm_add_action_or_reset(&pdev->dev, ${name}_remove, device);
}
//% else
static dev_t ${name}_devt;

static struct class ${name}_class = {
	.name = "${name}",
};

static int ${name}_add(struct device *parent, unsigned int minor)
{
	struct ${name}_device *device;
	int ret;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;
	refcount_set(&device->users, 1);
	init_completion(&device->idle);
	init_waitqueue_head(&device->wait);
	device_initialize(&device->dev);
	device->dev.class = &${name}_class;
	device->dev.parent = parent;
	device->dev.devt = MKDEV(MAJOR(${name}_devt), MINOR(${name}_devt) + minor);
	device->dev.release = ${name}_device_free;
	cdev_init(&device->cdev, &${name}_fops);
	device->cdev.owner = THIS_MODULE;
//% if minors > 1
	ret = dev_set_name(&device->dev, "${node|format}%u", minor);
//% else
	ret = dev_set_name(&device->dev, "${node|format}");
//% endif
	if (!ret)
		ret = cdev_device_add(&device->cdev, &device->dev);
	if (ret) {
		put_device(&device->dev);
		return ret;
	}
	return devm_add_action_or_reset(parent, ${name}_remove, device);
}

static int ${name}_probe(struct platform_device *pdev)
{
	unsigned int minor;
	int ret;

	for (minor = 0; minor < ${upper}_MINORS; minor++) {
		ret = ${name}_add(&pdev->dev, minor);
		if (ret)
			return ret;
	}
	return 0;
}
//% endif

static struct platform_driver ${name}_driver = {
	.probe = ${name}_probe,
	.driver = {
		.name = "${name}",
	},
};

static struct platform_device *${name}_platform_device;

static int __init ${name}_init(void)
{
	int ret;

//% if device == "cdev"
	ret = alloc_chrdev_region(&${name}_devt, 0, ${upper}_MINORS, "${name}");
	if (ret)
		return ret;
	ret = class_register(&${name}_class);
	if (ret)
		goto unregister_region;
//% endif
	ret = platform_driver_register(&${name}_driver);
	if (ret)
		${("goto unregister_class" if device == "cdev" else "return ret")|code};
	${name}_platform_device = platform_device_register_simple("${name}", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(${name}_platform_device)) {
		ret = PTR_ERR(${name}_platform_device);
		goto unregister_driver;
	}
//% if bench
	ret = ${name}_bench_register();
	if (ret)
		goto unregister_device;
//% endif
	return 0;

//% if bench
unregister_device:
	platform_device_unregister(${name}_platform_device);
//% endif
unregister_driver:
	platform_driver_unregister(&${name}_driver);
//% if device == "cdev"
unregister_class:
	class_unregister(&${name}_class);
unregister_region:
	unregister_chrdev_region(${name}_devt, ${upper}_MINORS);
//% endif
	return ret;
}
module_init(${name}_init);

static void __exit ${name}_exit(void)
{
//% if bench
	${name}_bench_unregister();
//% endif
	platform_device_unregister(${name}_platform_device);
	platform_driver_unregister(&${name}_driver);
//% if device == "cdev"
	class_unregister(&${name}_class);
	unregister_chrdev_region(${name}_devt, ${upper}_MINORS);
//% endif
}
module_exit(${name}_exit);

MODULE_DESCRIPTION("${title|string}");
MODULE_LICENSE("GPL");
