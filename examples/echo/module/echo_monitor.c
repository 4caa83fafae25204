// SPDX-License-Identifier: GPL-2.0-only
/* Files that see the messages of another, and their commands. */

#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "echo_driver.h"
#include "gen/echo_monitor_ioctl.h"

/* How many messages wait to be seen; of more, the oldest are lost. */
#define ECHO_MONITOR_DEPTH	64

/**
 * struct echo_monitor - a file that sees the messages of another
 * @link: its place among the monitors of that file
 * @flags: as it was opened
 * @channels: those that it sees, a bit each
 * @lock: guards the members below
 * @wait: is woken when something is to be seen
 * @ended: whether the file that it sees has been closed
 * @first: where the oldest message is
 * @count: how many there are
 * @messages: the messages
 */
struct echo_monitor {
	struct list_head link;
	u32 flags;
	u32 channels;
	/* Guards what is below. */
	spinlock_t lock;
	wait_queue_head_t wait;
	bool ended;
	unsigned int first;
	unsigned int count;
	struct echo_message messages[ECHO_MONITOR_DEPTH];
};

/* Guards which monitors a file has: either may be closed first. */
static DEFINE_MUTEX(echo_monitors_lock);

void echo_monitor_show(struct echo_file *private,
		       const struct echo_message *message)
{
	struct echo_monitor *monitor;
	unsigned int last;

	mutex_lock(&echo_monitors_lock);
	list_for_each_entry(monitor, &private->monitors, link) {
		if (!(monitor->channels & BIT(message->channel)))
			continue;
		spin_lock(&monitor->lock);
		if (monitor->count == ECHO_MONITOR_DEPTH) {
			monitor->first = (monitor->first + 1) % ECHO_MONITOR_DEPTH;
			monitor->count--;
		}
		last = (monitor->first + monitor->count) % ECHO_MONITOR_DEPTH;
		monitor->messages[last] = *message;
		monitor->count++;
		spin_unlock(&monitor->lock);
		wake_up_interruptible(&monitor->wait);
	}
	mutex_unlock(&echo_monitors_lock);
}

void echo_monitor_end(struct echo_file *private)
{
	struct echo_monitor *monitor, *next;

	mutex_lock(&echo_monitors_lock);
	list_for_each_entry_safe(monitor, next, &private->monitors, link) {
		list_del_init(&monitor->link);
		spin_lock(&monitor->lock);
		monitor->ended = true;
		spin_unlock(&monitor->lock);
		wake_up_interruptible(&monitor->wait);
	}
	mutex_unlock(&echo_monitors_lock);
}

/* A monitor outlives the device: there may be messages left to see. */
int echo_monitor_enter(struct file *file)
{
	return 0;
}

void echo_monitor_leave(struct file *file)
{
}

/* Takes the oldest message, or tells why there is none. */
static int echo_monitor_take(struct echo_monitor *monitor,
			     struct echo_message *message)
{
	int ret = 0;

	spin_lock(&monitor->lock);
	if (monitor->count) {
		*message = monitor->messages[monitor->first];
		monitor->first = (monitor->first + 1) % ECHO_MONITOR_DEPTH;
		monitor->count--;
	} else {
		ret = monitor->ended ? -EPIPE : -EAGAIN;
	}
	spin_unlock(&monitor->lock);
	return ret;
}

static int echo_monitor_ioctl_next_message(struct file *file,
					   struct echo_message *arg)
{
	struct echo_monitor *monitor = file->private_data;
	int ret, taken;

	if (monitor->flags & ECHO_MONITOR_NONBLOCK)
		return echo_monitor_take(monitor, arg);
	ret = wait_event_interruptible(monitor->wait,
				       (taken = echo_monitor_take(monitor, arg)) != -EAGAIN);
	return ret ? ret : taken;
}

static int echo_monitor_ioctl_skip(struct file *file, u32 arg)
{
	struct echo_monitor *monitor = file->private_data;
	unsigned int skipped;

	spin_lock(&monitor->lock);
	skipped = min_t(unsigned int, arg, monitor->count);
	monitor->first = (monitor->first + skipped) % ECHO_MONITOR_DEPTH;
	monitor->count -= skipped;
	spin_unlock(&monitor->lock);
	return skipped;
}

static int echo_monitor_ioctl_count_messages(struct file *file)
{
	struct echo_monitor *monitor = file->private_data;

	return READ_ONCE(monitor->count);
}

const struct echo_monitor_ops echo_monitor_ops = {
	.next_message = echo_monitor_ioctl_next_message,
	.skip = echo_monitor_ioctl_skip,
	.count_messages = echo_monitor_ioctl_count_messages,
};

static int echo_monitor_release(struct inode *inode, struct file *file)
{
	struct echo_monitor *monitor = file->private_data;

	mutex_lock(&echo_monitors_lock);
	list_del(&monitor->link);
	mutex_unlock(&echo_monitors_lock);
	kfree(monitor);
	return 0;
}

static const struct file_operations echo_monitor_fops = {
	.owner = THIS_MODULE,
	.release = echo_monitor_release,
	.unlocked_ioctl = echo_monitor_ioctl,
	.compat_ioctl = echo_monitor_compat_ioctl,
};

struct file *echo_monitor_open(struct echo_file *private,
			       const struct echo_open_monitor *arg)
{
	struct echo_monitor *monitor;
	struct file *made;

	monitor = kzalloc(sizeof(*monitor), GFP_KERNEL_ACCOUNT);
	if (!monitor)
		return ERR_PTR(-ENOMEM);
	monitor->flags = arg->flags;
	monitor->channels = arg->channels;
	spin_lock_init(&monitor->lock);
	init_waitqueue_head(&monitor->wait);
	made = anon_inode_getfile("[echo_monitor]", &echo_monitor_fops, monitor,
				  O_RDWR);
	if (IS_ERR(made)) {
		kfree(monitor);
		return made;
	}
	mutex_lock(&echo_monitors_lock);
	list_add_tail(&monitor->link, &private->monitors);
	mutex_unlock(&echo_monitors_lock);
	return made;
}
