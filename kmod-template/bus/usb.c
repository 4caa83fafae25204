
static int ${name}_probe(struct usb_interface *interface, const struct usb_device_id *id)
{
	struct device *dev = &interface->dev;
	int ret;

	if (!devres_open_group(dev, ${name}_probe, GFP_KERNEL))
		return -ENOMEM;
	ret = ${add|code}(dev);
	if (ret)
		devres_release_group(dev, ${name}_probe);
	else
		devres_close_group(dev, ${name}_probe);
	return ret;
}

/* No command may use the device once this has returned. */
static void ${name}_disconnect(struct usb_interface *interface)
{
	devres_release_group(&interface->dev, ${name}_probe);
}

/* Fill in USB_DEVICE() of each device that this drives. */
static const struct usb_device_id ${name}_ids[] = {
	{ }
};
MODULE_DEVICE_TABLE(usb, ${name}_ids);

static struct usb_driver ${name}_driver = {
	.name = "${name}",
	.probe = ${name}_probe,
	.disconnect = ${name}_disconnect,
	.id_table = ${name}_ids,
};
