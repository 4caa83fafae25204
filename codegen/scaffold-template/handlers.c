//% extends "NAME_main.c"
//% block includes
#include <linux/mutex.h>
//% endblock
//% block file_docs
 * @config_lock: held while @config is read or changed
 * @config: its configuration
//% endblock
//% block file_members
	struct mutex config_lock; /* of config */
	struct ${name}_config config;
//% endblock
//% block handlers

static int ${name}_ioctl_get_info(struct file *file, struct ${name}_info *arg)
{
	arg->config_flags = ${upper}_CONFIG_FLAGS_VALID;
	arg->interval_max_ms = 60000;
	return 0;
}

static int ${name}_ioctl_get_config(struct file *file, struct ${name}_config *arg)
{
	struct ${name}_file *private = file->private_data;

	mutex_lock(&private->config_lock);
	*arg = private->config;
	mutex_unlock(&private->config_lock);
	return 0;
}

static int ${name}_ioctl_set_config(struct file *file, const struct ${name}_config *arg)
{
	struct ${name}_file *private = file->private_data;

	mutex_lock(&private->config_lock);
	private->config = *arg;
	mutex_unlock(&private->config_lock);
	return 0;
}
//% endblock
//% block ops
	.get_info = ${name}_ioctl_get_info,
	.get_config = ${name}_ioctl_get_config,
	.set_config = ${name}_ioctl_set_config,
//% endblock
//% block open
	mutex_init(&private->config_lock);
	private->config.interval_ms = 1000;
//% endblock
