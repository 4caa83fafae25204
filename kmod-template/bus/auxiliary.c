
static int ${name}_probe(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	return ${add|code}(&adev->dev);
}

/* The module that makes the device, and its name there. */
static const struct auxiliary_device_id ${name}_ids[] = {
	{ .name = "${name}_device.${name}" },
	{ }
};
MODULE_DEVICE_TABLE(auxiliary, ${name}_ids);

static struct auxiliary_driver ${name}_driver = {
	.name = "${name}",
	.probe = ${name}_probe,
	.id_table = ${name}_ids,
};
