// SPDX-License-Identifier: GPL-2.0-only
/* A device for the tests of ${name}, on a machine that has none. This file is yours. */

//% if bus == "auxiliary"
#include <linux/auxiliary_bus.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>

static struct device *parent;

static void ${name}_device_release(struct device *dev)
{
}

static struct auxiliary_device ${name}_device = {
	.name = "${name}",
	.dev.release = ${name}_device_release,
};

static int __init ${name}_device_init(void)
{
	int ret;

	parent = root_device_register("${name}_device");
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	${name}_device.dev.parent = parent;
	ret = auxiliary_device_init(&${name}_device);
	if (ret)
		goto unregister_parent;
	ret = auxiliary_device_add(&${name}_device);
	if (ret) {
		auxiliary_device_uninit(&${name}_device);
		goto unregister_parent;
	}
	return 0;

unregister_parent:
	root_device_unregister(parent);
	return ret;
}
module_init(${name}_device_init);

static void __exit ${name}_device_exit(void)
{
	auxiliary_device_delete(&${name}_device);
	auxiliary_device_uninit(&${name}_device);
	root_device_unregister(parent);
}
module_exit(${name}_device_exit);
//% else
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static struct platform_device *${name}_device;

static int __init ${name}_device_init(void)
{
	${name}_device = platform_device_register_simple("${name}", PLATFORM_DEVID_NONE, NULL, 0);
	return PTR_ERR_OR_ZERO(${name}_device);
}
module_init(${name}_device_init);

static void __exit ${name}_device_exit(void)
{
	platform_device_unregister(${name}_device);
}
module_exit(${name}_device_exit);
//% endif

MODULE_DESCRIPTION("A device for the tests of ${name}");
MODULE_LICENSE("GPL");
