
static int ${name}_probe(struct platform_device *pdev)
{
	return ${add|code}(&pdev->dev);
}

static const struct platform_device_id ${name}_ids[] = {
	{ .name = "${name}" },
	{ }
};
MODULE_DEVICE_TABLE(platform, ${name}_ids);

static struct platform_driver ${name}_driver = {
	.probe = ${name}_probe,
	.id_table = ${name}_ids,
	.driver = {
		.name = "${name}",
	},
};
