// SPDX-License-Identifier: GPL-2.0-only
/* Made by ioctl-gen 0.1.0: body b690832b88d3 */
/*
 * For benchmarks: what the commands of /dev/ioctl_bench do, behind two more
 * doors. A write to /proc/ioctl_bench and a message to the netlink family
 * "ioctl_bench" run the handler of the command that takes as many bytes, a read
 * that of the command that gives as many, with the device open as for ioctl.
 * Commands with checks, capabilities, results or arguments that grow are not
 * among them.
 */

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/genetlink.h>

#include "ioctl_bench_bench.h"
#include "ioctl_bench_ioctl.h"

/**
 * struct ioctl_bench_door - a command, as both doors know it
 * @size: the bytes of its argument
 * @in: whether it takes them
 * @out: whether it gives them
 * @handle: its handler
 */
struct ioctl_bench_door {
	size_t size;
	bool in;
	bool out;
	int (*handle)(struct file *file, void *arg);
};

static int ioctl_bench_door_write_8(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.write_8)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.write_8(file, arg);
}

static int ioctl_bench_door_write_64(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.write_64)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.write_64(file, arg);
}

static int ioctl_bench_door_write_512(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.write_512)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.write_512(file, arg);
}

static int ioctl_bench_door_write_1024(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.write_1024)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.write_1024(file, arg);
}

static int ioctl_bench_door_write_4096(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.write_4096)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.write_4096(file, arg);
}

static int ioctl_bench_door_read_8(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.read_8)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.read_8(file, arg);
}

static int ioctl_bench_door_read_64(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.read_64)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.read_64(file, arg);
}

static int ioctl_bench_door_read_512(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.read_512)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.read_512(file, arg);
}

static int ioctl_bench_door_read_1024(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.read_1024)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.read_1024(file, arg);
}

static int ioctl_bench_door_read_4096(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.read_4096)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.read_4096(file, arg);
}

static int ioctl_bench_door_exchange_8(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.exchange_8)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.exchange_8(file, arg);
}

static int ioctl_bench_door_exchange_64(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.exchange_64)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.exchange_64(file, arg);
}

static int ioctl_bench_door_exchange_512(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.exchange_512)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.exchange_512(file, arg);
}

static int ioctl_bench_door_exchange_1024(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.exchange_1024)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.exchange_1024(file, arg);
}

static int ioctl_bench_door_exchange_4096(struct file *file, void *arg)
{
	if (!ioctl_bench_ops.exchange_4096)
		return -EOPNOTSUPP;
	return ioctl_bench_ops.exchange_4096(file, arg);
}

static const struct ioctl_bench_door ioctl_bench_doors[] = {
	{
		.size = sizeof(struct ioctl_bench_8),
		.in = true,
		.out = false,
		.handle = ioctl_bench_door_write_8,
	},
	{
		.size = sizeof(struct ioctl_bench_64),
		.in = true,
		.out = false,
		.handle = ioctl_bench_door_write_64,
	},
	{
		.size = sizeof(struct ioctl_bench_512),
		.in = true,
		.out = false,
		.handle = ioctl_bench_door_write_512,
	},
	{
		.size = sizeof(struct ioctl_bench_1024),
		.in = true,
		.out = false,
		.handle = ioctl_bench_door_write_1024,
	},
	{
		.size = sizeof(struct ioctl_bench_4096),
		.in = true,
		.out = false,
		.handle = ioctl_bench_door_write_4096,
	},
	{
		.size = sizeof(struct ioctl_bench_8),
		.in = false,
		.out = true,
		.handle = ioctl_bench_door_read_8,
	},
	{
		.size = sizeof(struct ioctl_bench_64),
		.in = false,
		.out = true,
		.handle = ioctl_bench_door_read_64,
	},
	{
		.size = sizeof(struct ioctl_bench_512),
		.in = false,
		.out = true,
		.handle = ioctl_bench_door_read_512,
	},
	{
		.size = sizeof(struct ioctl_bench_1024),
		.in = false,
		.out = true,
		.handle = ioctl_bench_door_read_1024,
	},
	{
		.size = sizeof(struct ioctl_bench_4096),
		.in = false,
		.out = true,
		.handle = ioctl_bench_door_read_4096,
	},
	{
		.size = sizeof(struct ioctl_bench_8),
		.in = true,
		.out = true,
		.handle = ioctl_bench_door_exchange_8,
	},
	{
		.size = sizeof(struct ioctl_bench_64),
		.in = true,
		.out = true,
		.handle = ioctl_bench_door_exchange_64,
	},
	{
		.size = sizeof(struct ioctl_bench_512),
		.in = true,
		.out = true,
		.handle = ioctl_bench_door_exchange_512,
	},
	{
		.size = sizeof(struct ioctl_bench_1024),
		.in = true,
		.out = true,
		.handle = ioctl_bench_door_exchange_1024,
	},
	{
		.size = sizeof(struct ioctl_bench_4096),
		.in = true,
		.out = true,
		.handle = ioctl_bench_door_exchange_4096,
	},
};

static const struct ioctl_bench_door *ioctl_bench_find_door(size_t size,
							    bool in, bool out)
{
	const struct ioctl_bench_door *door = ioctl_bench_doors;

	for (; door < ioctl_bench_doors + ARRAY_SIZE(ioctl_bench_doors); door++) {
		if (door->size == size && door->in == in && door->out == out)
			return door;
	}
	return NULL;
}

static int ioctl_bench_pass(const struct ioctl_bench_door *door,
			    struct file *file, void *arg)
{
	int ret;

	ret = ioctl_bench_enter(file);
	if (ret)
		return ret;
	ret = door->handle(file, arg);
	ioctl_bench_leave(file);
	return ret;
}

/* The file of procfs. */

static int ioctl_bench_proc_open(struct inode *inode, struct file *file)
{
	struct file *device;

	device = filp_open("/dev/ioctl_bench", O_RDWR, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	file->private_data = device;
	return 0;
}

static int ioctl_bench_proc_release(struct inode *inode, struct file *file)
{
	return filp_close(file->private_data, NULL);
}

static ssize_t ioctl_bench_proc_read(struct file *file, char __user *to,
				     size_t size, loff_t *place)
{
	const struct ioctl_bench_door *door = ioctl_bench_find_door(size,
								    false,
								    true);
	void *arg;
	int ret;

	if (!door)
		return -EINVAL;
	arg = kzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!arg)
		return -ENOMEM;
	ret = ioctl_bench_pass(door, file->private_data, arg);
	if (!ret && copy_to_user(to, arg, size))
		ret = -EFAULT;
	kfree(arg);
	return ret ? ret : size;
}

static ssize_t ioctl_bench_proc_write(struct file *file,
				      const char __user *from, size_t size,
				      loff_t *place)
{
	const struct ioctl_bench_door *door = ioctl_bench_find_door(size, true,
								    false);
	void *arg;
	int ret;

	if (!door)
		return -EINVAL;
	arg = memdup_user(from, size);
	if (IS_ERR(arg))
		return PTR_ERR(arg);
	ret = ioctl_bench_pass(door, file->private_data, arg);
	kfree(arg);
	return ret ? ret : size;
}

static const struct proc_ops ioctl_bench_proc_ops = {
	.proc_open = ioctl_bench_proc_open,
	.proc_release = ioctl_bench_proc_release,
	.proc_read = ioctl_bench_proc_read,
	.proc_write = ioctl_bench_proc_write,
	.proc_lseek = default_llseek,
};

/* The netlink family. */

enum {
	IOCTL_BENCH_CMD_WRITE = 1,
	IOCTL_BENCH_CMD_EXCHANGE,
};

enum {
	IOCTL_BENCH_A_BYTES = 1,
	IOCTL_BENCH_A_MAX = IOCTL_BENCH_A_BYTES,
};

/* Guards what is below. */
static DEFINE_MUTEX(ioctl_bench_socket_lock);
/* The device, open for the socket that sent the last message, until that is closed. */
static struct file *ioctl_bench_socket_device;
static u32 ioctl_bench_socket_port;

static void ioctl_bench_close_socket_device(void)
{
	if (ioctl_bench_socket_device)
		filp_close(ioctl_bench_socket_device, NULL);
	ioctl_bench_socket_device = NULL;
}

/* A file that is kept open would keep the module from being removed. */
static int ioctl_bench_socket_gone(struct notifier_block *notifier,
				   unsigned long event, void *data)
{
	const struct netlink_notify *gone = data;

	if (event != NETLINK_URELEASE || gone->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	mutex_lock(&ioctl_bench_socket_lock);
	if (gone->portid == ioctl_bench_socket_port)
		ioctl_bench_close_socket_device();
	mutex_unlock(&ioctl_bench_socket_lock);
	return NOTIFY_DONE;
}

static struct notifier_block ioctl_bench_netlink_notifier = {
	.notifier_call = ioctl_bench_socket_gone,
};

static int ioctl_bench_pass_message(const struct ioctl_bench_door *door,
				    u32 port, void *arg)
{
	struct file *device;
	int ret = 0;

	mutex_lock(&ioctl_bench_socket_lock);
	if (!ioctl_bench_socket_device || ioctl_bench_socket_port != port) {
		ioctl_bench_close_socket_device();
		device = filp_open("/dev/ioctl_bench", O_RDWR, 0);
		if (IS_ERR(device)) {
			ret = PTR_ERR(device);
		} else {
			ioctl_bench_socket_device = device;
			ioctl_bench_socket_port = port;
		}
	}
	if (!ret)
		ret = ioctl_bench_pass(door, ioctl_bench_socket_device, arg);
	mutex_unlock(&ioctl_bench_socket_lock);
	return ret;
}

static struct genl_family ioctl_bench_family;

static int ioctl_bench_reply(struct genl_info *info, const void *arg,
			     size_t size)
{
	struct sk_buff *skb;
	void *head;

	skb = genlmsg_new(nla_total_size(size), GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	head = genlmsg_put_reply(skb, info, &ioctl_bench_family, 0,
				 info->genlhdr->cmd);
	if (!head || nla_put(skb, IOCTL_BENCH_A_BYTES, size, arg)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

static int ioctl_bench_receive(struct sk_buff *skb, struct genl_info *info)
{
	bool replies = info->genlhdr->cmd == IOCTL_BENCH_CMD_EXCHANGE;
	const struct nlattr *bytes = info->attrs[IOCTL_BENCH_A_BYTES];
	const struct ioctl_bench_door *door;
	void *arg;
	int ret;

	if (!bytes)
		return -EINVAL;
	door = ioctl_bench_find_door(nla_len(bytes), true, replies);
	if (!door)
		return -EINVAL;
	arg = kmemdup(nla_data(bytes), door->size, GFP_KERNEL_ACCOUNT);
	if (!arg)
		return -ENOMEM;
	ret = ioctl_bench_pass_message(door, info->snd_portid, arg);
	if (!ret && replies)
		ret = ioctl_bench_reply(info, arg, door->size);
	kfree(arg);
	return ret;
}

static const struct nla_policy ioctl_bench_policy[IOCTL_BENCH_A_MAX + 1] = {
	[IOCTL_BENCH_A_BYTES] = { .type = NLA_BINARY },
};

static const struct genl_small_ops ioctl_bench_messages[] = {
	{
		.cmd = IOCTL_BENCH_CMD_WRITE,
		.flags = GENL_ADMIN_PERM,
		.doit = ioctl_bench_receive,
	},
	{
		.cmd = IOCTL_BENCH_CMD_EXCHANGE,
		.flags = GENL_ADMIN_PERM,
		.doit = ioctl_bench_receive,
	},
};

static struct genl_family ioctl_bench_family = {
	.name = "ioctl_bench",
	.version = 1,
	.maxattr = IOCTL_BENCH_A_MAX,
	.policy = ioctl_bench_policy,
	.module = THIS_MODULE,
	.small_ops = ioctl_bench_messages,
	.n_small_ops = ARRAY_SIZE(ioctl_bench_messages),
	.resv_start_op = IOCTL_BENCH_CMD_EXCHANGE + 1,
};

/**
 * ioctl_bench_bench_register - opens both doors
 *
 * Return: 0, or an error; then both are closed.
 */
int ioctl_bench_bench_register(void)
{
	int ret;

	if (!proc_create("ioctl_bench", 0600, NULL, &ioctl_bench_proc_ops))
		return -ENOMEM;
	ret = netlink_register_notifier(&ioctl_bench_netlink_notifier);
	if (ret)
		goto remove_proc;
	ret = genl_register_family(&ioctl_bench_family);
	if (ret)
		goto unregister_notifier;
	return 0;

unregister_notifier:
	netlink_unregister_notifier(&ioctl_bench_netlink_notifier);
remove_proc:
	remove_proc_entry("ioctl_bench", NULL);
	return ret;
}

/**
 * ioctl_bench_bench_unregister - closes both doors
 */
void ioctl_bench_bench_unregister(void)
{
	genl_unregister_family(&ioctl_bench_family);
	netlink_unregister_notifier(&ioctl_bench_netlink_notifier);
	remove_proc_entry("ioctl_bench", NULL);
}
