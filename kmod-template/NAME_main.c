// SPDX-License-Identifier: GPL-2.0-only
/*
//% if in_tree
 * ${title|comment}: its devices, its files, and what each command does. What is between the caller and
 * these functions is in ${name}_ioctl.c.
//% else
 * ${title|comment}: its devices, its files, and what each command does. What is between the caller and
 * these functions is in gen/, and is made again from the definition; this file is yours.
//% endif
 */

//% set objects = interfaces[0].objects
//% set waits = bus != "none" or with.events
//% if with.events
#include <linux/atomic.h>
//% endif
//% if opens
#include <linux/anon_inodes.h>
//% endif
//% if bus == "auxiliary"
#include <linux/auxiliary_bus.h>
//% endif
//% if device == "cdev"
#include <linux/cdev.h>
//% endif
//% if bus != "none"
#include <linux/completion.h>
//% endif
//% if device == "cdev" or bus == "usb"
#include <linux/device.h>
//% endif
//% if objects
#include <linux/err.h>
//% endif
#include <linux/fs.h>
//% if bus == "i2c"
#include <linux/i2c.h>
//% endif
#include <linux/kernel.h>
//% if objects or (device == "misc" and bus != "none")
#include <linux/kref.h>
//% endif
//% if device == "misc"
#include <linux/miscdevice.h>
//% endif
//% if bus != "none"
#include <linux/mod_devicetable.h>
//% endif
#include <linux/module.h>
//% block includes
//% endblock
//% if bus == "pci"
#include <linux/pci.h>
//% elif bus == "platform"
#include <linux/platform_device.h>
//% endif
//% if with.events
#include <linux/poll.h>
//% endif
//% if bus != "none"
#include <linux/refcount.h>
//% endif
#include <linux/slab.h>
//% if with.events
#include <linux/uaccess.h>
//% endif
//% if bus == "usb"
#include <linux/usb.h>
//% endif
//% if with.mmap
#include <linux/vmalloc.h>
//% endif
//% if waits
#include <linux/wait.h>
//% endif

//% if bench
#include "gen/${name}_bench.h"
//% endif
//% for it in interfaces
#include "gen/${it.symbol}_ioctl.h"
//% endfor

//% if device == "cdev"
#define ${upper}_MINORS	${minors}

//% endif
//% if with.mmap
/* The bytes that can be mapped. */
#define ${upper}_MEMORY	PAGE_SIZE

//% endif
/**
 * struct ${name}_device - one device
//% if device == "cdev"
 * @dev: the device, which lives as long as the driver or a file refers to it
 * @cdev: the file in /dev
//% elif bus != "none"
 * @refs: the driver, and each open file
//% endif
//% if bus != "none"
 * @users: the driver, and each command that runs
 * @idle: completed when the last of them has left
 * @gone: whether the driver has let go of the device
//% endif
//% if waits
//% if bus == "none"
 * @wait: where callers sleep until something happens
//% else
 * @wait: where callers sleep until something happens or the device is @gone
//% endif
//% endif
//% if with.events
 * @events: how often something has happened
//% endif
//% if with.mmap
 * @memory: what programs can map
//% endif
//% if device == "misc"
 * @misc: the file in /dev
//% endif
 */
struct ${name}_device {
//% if device == "cdev"
	struct device dev;
	struct cdev cdev;
//% elif bus != "none"
	struct kref refs;
//% endif
//% if bus != "none"
	refcount_t users;
	struct completion idle;
	bool gone;
//% endif
//% if waits
	wait_queue_head_t wait;
//% endif
//% if with.events
	atomic_t events;
//% endif
//% if with.mmap
	void *memory;
//% endif
//% if device == "misc"
	struct miscdevice misc;
//% endif
};

/**
 * struct ${name}_file - one open file
 * @device: its device
//% if with.events
 * @seen: how many of the device's events were read
//% endif
//% if objects
 * @handles: the objects that its commands have made
//% endif
//% block file_docs
//% endblock
 */
struct ${name}_file {
	struct ${name}_device *device;
//% if with.events
	atomic_t seen;
//% endif
//% if objects
	struct ${name}_handles handles;
//% endif
//% block file_members
//% endblock
};

//% if device == "cdev"
static void ${name}_device_free(struct device *dev)
{
//% if with.mmap
	struct ${name}_device *device = container_of(dev, struct ${name}_device, dev);

	vfree(device->memory);
	kfree(device);
//% else
	kfree(container_of(dev, struct ${name}_device, dev));
//% endif
}

//% elif bus != "none"
static void ${name}_device_free(struct kref *refs)
{
//% if with.mmap
	struct ${name}_device *device = container_of(refs, struct ${name}_device, refs);

	vfree(device->memory);
	kfree(device);
//% else
	kfree(container_of(refs, struct ${name}_device, refs));
//% endif
}

//% endif
//% if bus == "none"
/* The device is there as long as the module is, which an open file keeps. */
int ${name}_enter(struct file *file)
{
	return 0;
}

void ${name}_leave(struct file *file)
{
}
//% else
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
//% endif

//% if with.events
/* For handlers and interrupts: something has happened, which wakes up whoever waits for it. */
static void __maybe_unused ${name}_event(struct ${name}_device *device)
{
	atomic_inc(&device->events);
	wake_up_interruptible_all(&device->wait);
}

static unsigned int ${name}_pending(struct ${name}_file *private)
{
	return atomic_read(&private->device->events) - atomic_read(&private->seen);
}

//% endif
//% for object in objects
/**
 * struct ${object.symbol} - what ${object.creators|comment} makes
 * @refs: the handle, and each command that uses the object
 */
struct ${object.symbol} {
	struct kref refs;
};

static void ${object.symbol}_free(struct kref *refs)
{
	kfree(container_of(refs, struct ${object.symbol}, refs));
}

//% if object.used
void ${object.symbol}_get(struct ${object.symbol} *${object.name})
{
	kref_get(&${object.name}->refs);
}

//% endif
void ${object.symbol}_put(struct ${object.symbol} *${object.name})
{
	kref_put(&${object.name}->refs, ${object.symbol}_free);
}

//% endfor
//% if objects
struct ${name}_handles *${name}_handles(struct file *file)
{
	struct ${name}_file *private = file->private_data;

	return &private->handles;
}

//% endif
//% if in_tree
/* Handlers go here: ${name}_ioctl.h has the text of each in front of its ops. */
//% else
/* Handlers go here: gen/ has the text of each in front of its ops. */
//% endif
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
//% elif c.created

${c.stub_definition|code}
{
	struct ${c.created.symbol} *${c.created.object};

	${c.created.object} = kzalloc(sizeof(*${c.created.object}), GFP_KERNEL_ACCOUNT);
	if (!${c.created.object})
		return ERR_PTR(-ENOMEM);
	kref_init(&${c.created.object}->refs);
	return ${c.created.object};
}
//% elif c.destroys

${c.stub_definition|code}
{
	return 0;
}
//% endif
//% endfor
//% endfor

const struct ${name}_ops ${name}_ops = {
//% for c in interfaces[0].commands
//% if c.opens or c.created or c.destroys
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
//% if device == "cdev"
	get_device(&device->dev);
//% elif bus != "none"
	kref_get(&device->refs);
//% endif
	private->device = device;
//% if with.events
	atomic_set(&private->seen, atomic_read(&device->events));
//% endif
//% if objects
	${name}_handles_init(&private->handles);
//% endif
//% block open
//% endblock
	file->private_data = private;
	return nonseekable_open(inode, file);
}

static int ${name}_release(struct inode *inode, struct file *file)
{
	struct ${name}_file *private = file->private_data;

//% if objects
	${name}_handles_free(&private->handles);
//% endif
//% if device == "cdev"
	put_device(&private->device->dev);
//% elif bus != "none"
	kref_put(&private->device->refs, ${name}_device_free);
//% endif
	kfree(private);
	return 0;
}

//% if with.events
//% if bus == "none"
//% set happened = name ~ "_pending(private)"
//% else
//% set happened = name ~ "_pending(private) || READ_ONCE(device->gone)"
//% endif
/* Gets the number of events that this file has not read yet, as a u32. */
static ssize_t ${name}_read(struct file *file, char __user *buffer, size_t size, loff_t *offset)
{
	struct ${name}_file *private = file->private_data;
	struct ${name}_device *device = private->device;
	int events, seen;
	ssize_t ret;

	if (size < sizeof(u32))
		return -EINVAL;
	ret = ${name}_enter(file);
	if (ret)
		return ret;
	do {
		ret = -EAGAIN;
		if (!${name}_pending(private) && file->f_flags & O_NONBLOCK)
			break;
		ret = wait_event_interruptible(device->wait, ${happened|code});
		if (ret)
			break;
//% if bus != "none"
		ret = -ENODEV;
		if (READ_ONCE(device->gone))
			break;
//% endif
		seen = atomic_read(&private->seen);
		events = atomic_read(&device->events);
		ret = -EFAULT;
		if (put_user((u32)(events - seen), (u32 __user *)buffer))
			break;
		ret = sizeof(u32);
		/* Another thread may have read them meanwhile. */
	} while (events == seen || atomic_cmpxchg(&private->seen, seen, events) != seen);
	${name}_leave(file);
	return ret;
}

static __poll_t ${name}_poll(struct file *file, poll_table *table)
{
	struct ${name}_file *private = file->private_data;

	poll_wait(file, &private->device->wait, table);
//% if bus != "none"
	if (READ_ONCE(private->device->gone))
		return EPOLLERR | EPOLLHUP;
//% endif
	return ${name}_pending(private) ? EPOLLIN | EPOLLRDNORM : 0;
}

//% endif
//% if with.mmap
/* A mapping keeps the file open, and so the memory. */
static int ${name}_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct ${name}_file *private = file->private_data;
	int ret;

	ret = ${name}_enter(file);
	if (ret)
		return ret;
	ret = remap_vmalloc_range(vma, private->device->memory, vma->vm_pgoff);
	${name}_leave(file);
	return ret;
}

//% endif
static const struct file_operations ${name}_fops = {
	.owner = THIS_MODULE,
	.open = ${name}_open,
	.release = ${name}_release,
//% if with.events
	.read = ${name}_read,
	.poll = ${name}_poll,
//% endif
//% if with.mmap
	.mmap = ${name}_mmap,
//% endif
	.unlocked_ioctl = ${name}_ioctl,
	.compat_ioctl = ${name}_compat_ioctl,
};

//% if bus == "none" and device == "misc"
static struct ${name}_device ${name}_device = {
//% if with.events
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(${name}_device.wait),
//% endif
	.misc = {
		.minor = MISC_DYNAMIC_MINOR,
		.name = "${node|string}",
		.fops = &${name}_fops,
	},
};

static int __init ${name}_init(void)
{
//% if bench or with.mmap
	int ret;

//% if with.mmap
	${name}_device.memory = vmalloc_user(${upper}_MEMORY);
	if (!${name}_device.memory)
		return -ENOMEM;
//% endif
	ret = misc_register(&${name}_device.misc);
	if (ret)
		${("goto free_memory" if with.mmap else "return ret")|code};
//% if bench
	ret = ${name}_bench_register();
	if (ret)
		${("goto deregister" if with.mmap else "misc_deregister(&" ~ name ~ "_device.misc)")|code};
//% endif
//% if with.mmap
	return 0;

//% if bench
deregister:
	misc_deregister(&${name}_device.misc);
//% endif
free_memory:
	vfree(${name}_device.memory);
//% endif
	return ret;
//% else
	return misc_register(&${name}_device.misc);
//% endif
}
module_init(${name}_init);

static void __exit ${name}_exit(void)
{
//% if bench
	${name}_bench_unregister();
//% endif
	misc_deregister(&${name}_device.misc);
//% if with.mmap
	vfree(${name}_device.memory);
//% endif
}
module_exit(${name}_exit);
//% else
static void ${name}_remove(void *data)
{
	struct ${name}_device *device = data;

//% if device == "misc"
	misc_deregister(&device->misc);
//% else
	cdev_device_del(&device->cdev, &device->dev);
//% endif
//% if bus != "none"
	/* New commands are refused, and those that sleep wake up. */
	WRITE_ONCE(device->gone, true);
	wake_up_all(&device->wait);
	${name}_user_put(device);
	wait_for_completion(&device->idle);
//% endif
//% if device == "misc"
	kref_put(&device->refs, ${name}_device_free);
//% else
	put_device(&device->dev);
//% endif
}

//% if device == "misc"
/* The name in /dev is one: a second device on the bus fails with -EEXIST. */
static int ${name}_add(struct device *parent)
{
	struct ${name}_device *device;
	int ret;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;
//% if with.mmap
	device->memory = vmalloc_user(${upper}_MEMORY);
	if (!device->memory) {
		kfree(device);
		return -ENOMEM;
	}
//% endif
	kref_init(&device->refs);
	refcount_set(&device->users, 1);
	init_completion(&device->idle);
	init_waitqueue_head(&device->wait);
	device->misc.minor = MISC_DYNAMIC_MINOR;
	device->misc.name = "${node|string}";
	device->misc.fops = &${name}_fops;
	device->misc.parent = parent;
	ret = misc_register(&device->misc);
	if (ret) {
		kref_put(&device->refs, ${name}_device_free);
		return ret;
	}
	return devm_add_action_or_reset(parent, ${name}_remove, device);
}
//% else
static dev_t ${name}_devt;

static struct class ${name}_class = {
	.name = "${name}",
};

//% if bus == "none"
static struct ${name}_device *${name}_devices[${upper}_MINORS];

static int ${name}_add(unsigned int minor)
//% else
static int ${name}_add(struct device *parent, unsigned int minor)
//% endif
{
	struct ${name}_device *device;
	int ret;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;
//% if with.mmap
	device->memory = vmalloc_user(${upper}_MEMORY);
	if (!device->memory) {
		kfree(device);
		return -ENOMEM;
	}
//% endif
//% if bus != "none"
	refcount_set(&device->users, 1);
	init_completion(&device->idle);
//% endif
//% if waits
	init_waitqueue_head(&device->wait);
//% endif
	device_initialize(&device->dev);
	device->dev.class = &${name}_class;
//% if bus != "none"
	device->dev.parent = parent;
//% endif
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
//% if bus == "none"
	${name}_devices[minor] = device;
	return 0;
//% else
	return devm_add_action_or_reset(parent, ${name}_remove, device);
//% endif
}
//% endif
//% if bus == "none"

static void ${name}_remove_all(void)
{
	unsigned int minor;

	for (minor = 0; minor < ${upper}_MINORS; minor++) {
		if (${name}_devices[minor])
			${name}_remove(${name}_devices[minor]);
	}
}

static int ${name}_add_all(void)
{
	unsigned int minor;
	int ret;

	for (minor = 0; minor < ${upper}_MINORS; minor++) {
		ret = ${name}_add(minor);
		if (ret) {
			${name}_remove_all();
			return ret;
		}
	}
	return 0;
}
//% else
//% if device == "cdev"

static int ${name}_add_all(struct device *parent)
{
	unsigned int minor;
	int ret;

	for (minor = 0; minor < ${upper}_MINORS; minor++) {
		ret = ${name}_add(parent, minor);
		if (ret)
			return ret;
	}
	return 0;
}
//% endif
//% set add = name ~ ("_add_all" if device == "cdev" else "_add")
//% include "bus/" ~ bus ~ ".c"
//% endif
//% set register = {"platform": "platform_driver_register", "pci": "pci_register_driver", "usb": "usb_register", "i2c": "i2c_add_driver", "auxiliary": "auxiliary_driver_register"}
//% set unregister = {"platform": "platform_driver_unregister", "pci": "pci_unregister_driver", "usb": "usb_deregister", "i2c": "i2c_del_driver", "auxiliary": "auxiliary_driver_unregister"}
//% if device == "misc" and not bench
module_${bus|code}_driver(${name}_driver);
//% else

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
//% if bus == "none"
	ret = ${name}_add_all();
//% else
	ret = ${register[bus]|code}(&${name}_driver);
//% endif
	if (ret)
		${("goto unregister_class" if device == "cdev" else "return ret")|code};
//% if bench
	ret = ${name}_bench_register();
	if (ret)
		goto unregister;
	return 0;

unregister:
//% if bus == "none"
	${name}_remove_all();
//% else
	${unregister[bus]|code}(&${name}_driver);
//% endif
//% elif device == "cdev"
	return 0;

//% endif
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
//% if bus == "none"
	${name}_remove_all();
//% else
	${unregister[bus]|code}(&${name}_driver);
//% endif
//% if device == "cdev"
	class_unregister(&${name}_class);
	unregister_chrdev_region(${name}_devt, ${upper}_MINORS);
//% endif
}
module_exit(${name}_exit);
//% endif
//% endif

//% if in_tree
MODULE_AUTHOR("${in_tree.author|string}");
//% endif
MODULE_DESCRIPTION("${title|string}");
MODULE_LICENSE("GPL");
