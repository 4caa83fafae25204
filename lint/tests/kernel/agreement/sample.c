/*
 * Tables as drivers have them, each with one mistake or none. gcc makes an object of this file, and the linter
 * reads the text.
 */
#include "sample.h"

#define TIOCMGET 0x5415

static long map(unsigned long arg)
{
	struct foo_map map;

	if (copy_from_user(&map, (void __user *)arg, sizeof(map)))
		return -EFAULT;
	return map.start + map.flags > 4096 ? -EINVAL : 0;
}

static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case FOO_MAP:
		return map(arg);
	case FOO_RESET:
		return 0;
	}
	return -ENOTTY;
}

static long foo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return cmd == FOO_RESET ? 0 : -ENOIOCTLCMD;
}

/* H001 */
const struct file_operations alone_fops = {
	.owner = &__this_module,
	.unlocked_ioctl = foo_ioctl,
};

/* H002 */
const struct file_operations converted_fops = {
	.owner = &__this_module,
	.unlocked_ioctl = foo_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static long same_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	__u32 flags;

	if (cmd != FOO_MARK)
		return -ENOTTY;
	if (copy_from_user(&flags, (void __user *)arg, sizeof(flags)))
		return -EFAULT;
	return flags > 1 ? -EINVAL : 0;
}

/* H003 */
const struct file_operations same_fops = {
	.owner = &__this_module,
	.unlocked_ioctl = same_ioctl,
	.compat_ioctl = same_ioctl,
};

const struct file_operations translated_fops = {
	.owner = &__this_module,
	.unlocked_ioctl = foo_ioctl,
	.compat_ioctl = foo_compat_ioctl,
};

static int disk_ioctl(struct block_device *bdev, unsigned int mode, unsigned int cmd,
		      unsigned long arg)
{
	return cmd == FOO_MAP ? map(arg) : -ENOTTY;
}

/* H001 */
const struct block_device_operations disk_ops = {
	.owner = &__this_module,
	.ioctl = disk_ioctl,
};

static int line_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	return cmd == FOO_MAP ? map(arg) : -ENOIOCTLCMD;
}

/* H017 */
const struct tty_operations line_ops = {
	.ioctl = line_ioctl,
};

static int modem_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	return cmd == TIOCMGET ? map(arg) : -ENOIOCTLCMD;
}

/* H017 of the object alone, which does not show that the layer passes on the only command. */
const struct tty_operations modem_ops = {
	.ioctl = modem_ioctl,
};
