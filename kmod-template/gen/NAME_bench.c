// SPDX-License-Identifier: GPL-2.0-only
${stamp}
/*
 * For benchmarks: what the commands of ${test_path|comment} do, behind two more doors. A write to
 * /proc/${name} and a message to the netlink family "${name}" run the handler of the command that
 * takes as many bytes, a read that of the command that gives as many, with the device open as for
 * ioctl. Commands with checks, capabilities, results or arguments that grow are not among them.
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

#include "${name}_bench.h"
#include "${it.symbol}_ioctl.h"

/**
 * struct ${name}_door - a command, as both doors know it
 * @size: the bytes of its argument
 * @in: whether it takes them
 * @out: whether it gives them
 * @handle: its handler
 */
struct ${name}_door {
	size_t size;
	bool in;
	bool out;
	int (*handle)(struct file *file, void *arg);
};
//% for c in it.commands
//% if c.is_door

static int ${name}_door_${c.op}(struct file *file, void *arg)
{
	if (!${it.symbol}_ops.${c.op})
		return -EOPNOTSUPP;
	return ${it.symbol}_ops.${c.op}(file, arg);
}
//% endif
//% endfor

static const struct ${name}_door ${name}_doors[] = {
//% for c in it.commands
//% if c.is_door
	{
		.size = sizeof(${c.type|code}),
		.in = ${"true" if c.reads else "false"},
		.out = ${"true" if c.writes else "false"},
		.handle = ${name}_door_${c.op},
	},
//% endif
//% endfor
};

static const struct ${name}_door *${name}_find_door(size_t size, bool in, bool out)
{
	const struct ${name}_door *door = ${name}_doors;

	for (; door < ${name}_doors + ARRAY_SIZE(${name}_doors); door++) {
		if (door->size == size && door->in == in && door->out == out)
			return door;
	}
	return NULL;
}

static int ${name}_pass(const struct ${name}_door *door, struct file *file, void *arg)
{
	int ret;

	ret = ${it.symbol}_enter(file);
	if (ret)
		return ret;
	ret = door->handle(file, arg);
	${it.symbol}_leave(file);
	return ret;
}

/* The file of procfs. */

static int ${name}_proc_open(struct inode *inode, struct file *file)
{
	struct file *device;

	device = filp_open("${test_path|string}", O_RDWR, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	file->private_data = device;
	return 0;
}

static int ${name}_proc_release(struct inode *inode, struct file *file)
{
	return filp_close(file->private_data, NULL);
}

static ssize_t ${name}_proc_read(struct file *file, char __user *to, size_t size, loff_t *place)
{
	const struct ${name}_door *door = ${name}_find_door(size, false, true);
	void *arg;
	int ret;

	if (!door)
		return -EINVAL;
	arg = kzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!arg)
		return -ENOMEM;
	ret = ${name}_pass(door, file->private_data, arg);
	if (!ret && copy_to_user(to, arg, size))
		ret = -EFAULT;
	kfree(arg);
	return ret ? ret : size;
}

static ssize_t ${name}_proc_write(struct file *file, const char __user *from, size_t size, loff_t *place)
{
	const struct ${name}_door *door = ${name}_find_door(size, true, false);
	void *arg;
	int ret;

	if (!door)
		return -EINVAL;
	arg = memdup_user(from, size);
	if (IS_ERR(arg))
		return PTR_ERR(arg);
	ret = ${name}_pass(door, file->private_data, arg);
	kfree(arg);
	return ret ? ret : size;
}

static const struct proc_ops ${name}_proc_ops = {
	.proc_open = ${name}_proc_open,
	.proc_release = ${name}_proc_release,
	.proc_read = ${name}_proc_read,
	.proc_write = ${name}_proc_write,
	.proc_lseek = default_llseek,
};

/* The netlink family. */

enum {
	${upper}_CMD_WRITE = 1,
	${upper}_CMD_EXCHANGE,
};

enum {
	${upper}_A_BYTES = 1,
	${upper}_A_MAX = ${upper}_A_BYTES,
};

/* Guards what is below. */
static DEFINE_MUTEX(${name}_socket_lock);
/* The device, open for the socket that sent the last message, until that is closed. */
static struct file *${name}_socket_device;
static u32 ${name}_socket_port;

static void ${name}_close_socket_device(void)
{
	if (${name}_socket_device)
		filp_close(${name}_socket_device, NULL);
	${name}_socket_device = NULL;
}

/* A file that is kept open would keep the module from being removed. */
static int ${name}_socket_gone(struct notifier_block *notifier, unsigned long event, void *data)
{
	const struct netlink_notify *gone = data;

	if (event != NETLINK_URELEASE || gone->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	mutex_lock(&${name}_socket_lock);
	if (gone->portid == ${name}_socket_port)
		${name}_close_socket_device();
	mutex_unlock(&${name}_socket_lock);
	return NOTIFY_DONE;
}

static struct notifier_block ${name}_netlink_notifier = {
	.notifier_call = ${name}_socket_gone,
};

static int ${name}_pass_message(const struct ${name}_door *door, u32 port, void *arg)
{
	struct file *device;
	int ret = 0;

	mutex_lock(&${name}_socket_lock);
	if (!${name}_socket_device || ${name}_socket_port != port) {
		${name}_close_socket_device();
		device = filp_open("${test_path|string}", O_RDWR, 0);
		if (IS_ERR(device)) {
			ret = PTR_ERR(device);
		} else {
			${name}_socket_device = device;
			${name}_socket_port = port;
		}
	}
	if (!ret)
		ret = ${name}_pass(door, ${name}_socket_device, arg);
	mutex_unlock(&${name}_socket_lock);
	return ret;
}

static struct genl_family ${name}_family;

static int ${name}_reply(struct genl_info *info, const void *arg, size_t size)
{
	struct sk_buff *skb;
	void *head;

	skb = genlmsg_new(nla_total_size(size), GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	head = genlmsg_put_reply(skb, info, &${name}_family, 0, info->genlhdr->cmd);
	if (!head || nla_put(skb, ${upper}_A_BYTES, size, arg)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

static int ${name}_receive(struct sk_buff *skb, struct genl_info *info)
{
	bool replies = info->genlhdr->cmd == ${upper}_CMD_EXCHANGE;
	const struct nlattr *bytes = info->attrs[${upper}_A_BYTES];
	const struct ${name}_door *door;
	void *arg;
	int ret;

	if (!bytes)
		return -EINVAL;
	door = ${name}_find_door(nla_len(bytes), true, replies);
	if (!door)
		return -EINVAL;
	arg = kmemdup(nla_data(bytes), door->size, GFP_KERNEL_ACCOUNT);
	if (!arg)
		return -ENOMEM;
	ret = ${name}_pass_message(door, info->snd_portid, arg);
	if (!ret && replies)
		ret = ${name}_reply(info, arg, door->size);
	kfree(arg);
	return ret;
}

static const struct nla_policy ${name}_policy[${upper}_A_MAX + 1] = {
	[${upper}_A_BYTES] = { .type = NLA_BINARY },
};

static const struct genl_small_ops ${name}_messages[] = {
	{
		.cmd = ${upper}_CMD_WRITE,
		.flags = GENL_ADMIN_PERM,
		.doit = ${name}_receive,
	},
	{
		.cmd = ${upper}_CMD_EXCHANGE,
		.flags = GENL_ADMIN_PERM,
		.doit = ${name}_receive,
	},
};

static struct genl_family ${name}_family = {
	.name = "${name}",
	.version = 1,
	.maxattr = ${upper}_A_MAX,
	.policy = ${name}_policy,
	.module = THIS_MODULE,
	.small_ops = ${name}_messages,
	.n_small_ops = ARRAY_SIZE(${name}_messages),
	.resv_start_op = ${upper}_CMD_EXCHANGE + 1,
};

/**
 * ${name}_bench_register - opens both doors
 *
 * Return: 0, or an error; then both are closed.
 */
int ${name}_bench_register(void)
{
	int ret;

	if (!proc_create("${name}", 0600, NULL, &${name}_proc_ops))
		return -ENOMEM;
	ret = netlink_register_notifier(&${name}_netlink_notifier);
	if (ret)
		goto remove_proc;
	ret = genl_register_family(&${name}_family);
	if (ret)
		goto unregister_notifier;
	return 0;

unregister_notifier:
	netlink_unregister_notifier(&${name}_netlink_notifier);
remove_proc:
	remove_proc_entry("${name}", NULL);
	return ret;
}

/**
 * ${name}_bench_unregister - closes both doors
 */
void ${name}_bench_unregister(void)
{
	genl_unregister_family(&${name}_family);
	netlink_unregister_notifier(&${name}_netlink_notifier);
	remove_proc_entry("${name}", NULL);
}
